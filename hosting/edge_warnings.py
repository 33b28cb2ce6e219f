"""What a user should know of a plan that holds: sentences, with the command for each. Makes nothing, asks nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from hosting.missing import OK, error_document, found_after_all

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from hosting.cloudfront.settings import ErrorResponse
    from hosting.config import Settings

_FORBIDDEN = 403
# By default, up to 100 on request: https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#general-limits
_NAMES_OF_CERTIFICATE = 10


def warnings_of(
    settings: Settings, keys: Collection[str], errors: Sequence[ErrorResponse], files: Sequence[tuple[str, str]]
) -> Iterator[str]:
    """Yield the warnings about a stack's edge.

    Args:
        settings: the stack's settings.
        keys: of all objects.
        errors: the distribution's error responses.
        files: what is written in files for the edge, such as ``redirects``, and the file; "" is none.
    """
    yield from _idle_files(settings, files)
    yield from _idle(settings)
    yield from _missing_error_pages(settings, errors, keys)
    yield from _without_error_document(settings, keys)
    yield from _open_doors(settings, errors)
    yield from _many_names(settings)


def without_headers(settings: Settings, errors: Sequence[ErrorResponse]) -> Iterator[str]:
    """Warn where pages go out without the headers that a file sets for them.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
    """
    found = found_after_all(errors)
    # With `spa` only missing files with an extension are answered so.
    if found and settings.cloudfront.enabled and settings.website.routing != "spa":
        yield (
            f"What is missing gets the page '{found[0].response_page_path}' with status {OK}, but none of the file's "
            "headers: CloudFront runs no function when the origin has no file. A router leads there itself: "
            f"pulumi config set --stack {settings.stack} website:routing spa"
        )


def _idle_files(settings: Settings, files: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Warn of files that only CloudFront acts on, on a stack without it."""
    for what, file in files:
        if file and not settings.cloudfront.enabled:
            yield _do_nothing(f"The {what} in {file}", settings.stack)


def _do_nothing(what: str, stack: str) -> str:
    return (
        f"{what} need CloudFront, which this stack has not, and do nothing here: "
        f"pulumi config set --stack {stack} cloudfront:enabled true"
    )


def _idle(settings: Settings) -> Iterator[str]:
    """Warn of settings that only CloudFront acts on, on a stack without it."""
    cloudfront = settings.cloudfront
    if cloudfront.enabled:
        return
    values = {
        "cloudfront:geoRestriction": cloudfront.geo_restriction,
        "cloudfront:webAclArn": cloudfront.web_acl_arn,
        "cloudfront:logging": cloudfront.logging,
        "cloudfront:alarms": cloudfront.alarms,
        "website:routing": settings.website.routing != "errors",
    }
    names = [name for name, value in values.items() if value]
    if names:
        yield _do_nothing(" and ".join(map(repr, names)), settings.stack)


def _missing_error_pages(settings: Settings, errors: Sequence[ErrorResponse], keys: Collection[str]) -> Iterator[str]:
    """Warn of error pages that are not published: visitors would get S3's XML."""
    if not (settings.cloudfront.enabled and keys):
        return
    pages = {unquote(error.response_page_path.lstrip("/")) for error in errors if error.response_page_path}
    # A missing first page is told elsewhere.
    for page in sorted(pages - {"", settings.website.index_document, *keys}):
        yield (
            f"There is no '{page}', which answers for errors, and visitors get S3's own instead: publish it, or "
            "name another one in 'cloudfront:errorResponses' or 'website:errorDocument'"
        )


def _without_error_document(settings: Settings, keys: Collection[str]) -> Iterator[str]:
    """Warn of what S3's website would answer with an error of its own. A missing first page is told elsewhere."""
    document = error_document(settings, keys)
    if keys and not settings.cloudfront.enabled and document not in {*keys, settings.website.index_document}:
        yield (
            f"There is no '{document}', which 'website:errorDocument' names, and what is missing gets S3's own page: "
            f"pulumi config set --stack {settings.stack} website:errorDocument {settings.website.index_document}"
        )


def _open_doors(settings: Settings, errors: Sequence[ErrorResponse]) -> Iterator[str]:
    """Warn where a page replaces CloudFront's refusal: custom error responses are for its own 403s too.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/georestrictions.html
    """
    cloudfront = settings.cloudfront
    guards = {"geoRestriction": cloudfront.geo_restriction, "webAclArn": cloudfront.web_acl_arn}
    set_guards = [key for key, value in guards.items() if value is not None]
    page = next((one for one in errors if one.error_code == _FORBIDDEN and one.response_code == OK), None)
    if cloudfront.enabled and set_guards and page is not None:
        yield (
            f"Visitors that 'cloudfront:{set_guards[0]}' turns away get the page '{page.response_page_path}' with "
            "status 200, as the error response for 403 says: set 'cloudfront:errorResponses' without one, or a router: "
            f"pulumi config set --stack {settings.stack} website:routing spa"
        )


def _many_names(settings: Settings) -> Iterator[str]:
    """Warn of more names than an account's requested certificates have by default; its quota may be larger."""
    domain = settings.domain
    if len(domain.names) > _NAMES_OF_CERTIFICATE and domain.certificate_arn is None:
        yield (
            f"'domain:names' has {len(domain.names)} names, and a certificate that is requested from ACM has at most "
            f"{_NAMES_OF_CERTIFICATE} by default: request more, up to 100, of the quota 'Domain names per ACM "
            "certificate' in us-east-1 (aws service-quotas request-service-quota-increase --region us-east-1 "
            f"--service-code acm --quota-code L-FB94F0B0 --desired-value {len(domain.names)}), or use a wildcard"
        )
