"""What proxies change in a stack's plan: error responses, and what a user should know. Makes nothing, asks nobody."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from hosting.cloudfront.proxies import check_quotas
from hosting.cloudfront.settings import ErrorResponse
from hosting.edge.error_pages import OK
from hosting.errors import EdgeError
from hosting.formats.redirects.proxies import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from hosting.config.load import Settings
    from hosting.formats.redirects.proxies import Proxy

# Errors that CloudFront keeps for 10 seconds without being asked to, with caching disabled too: those that an API gives
# for a moment. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
_FLEETING = (404, 500, 501, 502, 503, 504)


def fresh_errors(
    settings: Settings, errors: Sequence[ErrorResponse], proxies: Sequence[Proxy]
) -> tuple[ErrorResponse, ...]:
    """Return the error responses with which an API's errors are not kept; a ``cachingMinTtl`` that is set stays."""
    if not proxies:
        return tuple(errors)
    is_set = settings.cloudfront.sets_error_responses

    def fresh(error: ErrorResponse) -> ErrorResponse:
        stays = error.error_code not in _FLEETING or (is_set and "caching_min_ttl" in error.model_fields_set)
        return error if stays else error.model_copy(update={"caching_min_ttl": 0})

    missing = [code for code in _FLEETING if code not in {error.error_code for error in errors}]
    return (*map(fresh, errors), *(ErrorResponse(errorCode=code, cachingMinTtl=0) for code in missing))


def check_proxies(settings: Settings, errors: Sequence[ErrorResponse], proxies: Sequence[Proxy]) -> None:
    """Refuse proxies that a distribution can't have.

    Raises:
        EdgeError: more than its quotas, a server out of its reach, or a server that would be asked for an error page.
    """
    check_quotas(proxies)
    for proxy in proxies if settings.cloudfront.enabled else ():
        if proxy.server.is_loopback and not _is_local(settings.aws.cloudfront_endpoint):
            raise EdgeError(
                f"{proxy.where} is a proxy to '{proxy.server.url}', which is this machine: AWS can't reach it, a local "
                "cloud alone can; nothing was touched: write the server's public name, with https://"
            )
        page = next((one for one in map(_page, errors) if one and proxy.answers(one)), None)
        if page:
            raise EdgeError(
                f"{proxy.where} is a proxy for the path of the error page '{page}', which CloudFront would get from "
                f"'{proxy.server.host}'; nothing was touched: name another page, or another folder for the proxy"
            )


def _page(error: ErrorResponse) -> str:
    return error.response_page_path or ""


def _is_local(endpoint: str) -> bool:
    """Whether an endpoint is on this machine."""
    try:
        host = urlsplit(endpoint).hostname or ""
    except ValueError:
        return False
    try:
        return host in LOOPBACK or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.endswith(".localhost")


def proxy_warnings(
    settings: Settings, keys: Collection[str], errors: Sequence[ErrorResponse], proxies: Sequence[Proxy]
) -> Iterator[str]:
    """Yield what a user should know of proxies that hold."""
    if not (proxies and settings.cloudfront.enabled):
        return
    yield from _replaced_errors(settings, errors)
    yield from _hidden_files(keys, proxies)
    if settings.access.password is not None:
        yield (
            "The servers of proxies never get a visitor's Authorization header, as the site's password "
            "('access:password') is in it: an API has to use another header, or a cookie"
        )


def _replaced_errors(settings: Settings, errors: Sequence[ErrorResponse]) -> Iterator[str]:
    """Tell which errors of an API get a page of the site: error responses are the whole distribution's.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/creating-custom-error-pages.html
    """
    pages = [error for error in errors if error.response_page_path]
    if not pages:
        return
    shown = ", ".join(
        f"{error.error_code} gets the page '{error.response_page_path}'"
        + ("" if error.response_code == error.error_code else f" with status {error.response_code}")
        for error in pages
    )
    router = f": pulumi config set --stack {settings.stack} website:routing auto"
    has_router = all(error.response_code != OK for error in pages)
    yield (
        f"CloudFront's error responses are for the servers of proxies too: of their errors, {shown}; all others arrive "
        f"as they were sent{'' if has_router else router}"
    )


def _hidden_files(keys: Collection[str], proxies: Sequence[Proxy]) -> Iterator[str]:
    for proxy in proxies:
        hidden = sorted(key for key in keys if proxy.answers(f"/{quote(key)}"))
        if hidden:
            several = f" and {len(hidden) - 1} more" if len(hidden) > 1 else ""
            yield (
                f"No visitor gets '{hidden[0]}'{several}: {proxy.where} is a proxy for '{proxy.patterns[0]}', and its "
                "server answers in place of files"
            )
