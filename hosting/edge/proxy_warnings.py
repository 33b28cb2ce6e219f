"""Warnings about valid proxies: what the user should know before the stack is deployed. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.edge.error_pages import OK

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from hosting.cloudfront.settings import ErrorResponse
    from hosting.config.load import Settings
    from hosting.formats.redirects.proxies import Proxy


def proxy_warnings(
    settings: Settings, keys: Collection[str], errors: Sequence[ErrorResponse], proxies: Sequence[Proxy]
) -> Iterator[str]:
    """Yield the warnings about proxies."""
    if not (proxies and settings.cloudfront.enabled):
        return
    yield from _replaced_errors(settings, errors)
    yield from _hidden_files(keys, proxies)
    if settings.access.password is not None:
        yield (
            "The servers of proxies do not get visitors' Authorization headers, because they contain the site's "
            "password ('access:password'): use another header or a cookie for the API"
        )


def _replaced_errors(settings: Settings, errors: Sequence[ErrorResponse]) -> Iterator[str]:
    """Yield which errors of an API are replaced by pages: error responses apply to the whole distribution.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/creating-custom-error-pages.html
    """
    pages = [error for error in errors if error.response_page_path]
    if not pages:
        return
    replaced = ", ".join(
        f"{error.error_code} by the page '{error.response_page_path}'"
        + ("" if error.response_code == error.error_code else f" with status {error.response_code}")
        for error in pages
    )
    has_router = all(error.response_code != OK for error in pages)
    command = "" if has_router else f": pulumi config set --stack {settings.stack} website:routing auto"
    yield (
        "CloudFront's error responses apply to the servers of proxies too. Of their errors, CloudFront replaces "
        f"{replaced}; visitors get all others unchanged{command}"
    )


def _hidden_files(keys: Collection[str], proxies: Sequence[Proxy]) -> Iterator[str]:
    for proxy in proxies:
        hidden = sorted(key for key in keys if proxy.matches(f"/{key}"))
        if hidden:
            more = f" and {len(hidden) - 1} more" if len(hidden) > 1 else ""
            yield (
                f"Visitors can't get '{hidden[0]}'{more}: {proxy.where} is a proxy for '{proxy.patterns[0]}', so its "
                "server answers instead"
            )
