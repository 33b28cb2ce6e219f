"""Error pages: the error document of S3's website endpoint, and CloudFront's custom error responses. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from hosting.cloudfront.settings import ErrorResponse
from hosting.edge.site_routes import NOT_FOUND_PAGE
from hosting.formats.paths import canonical_path, key_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from hosting.config.load import Settings
    from hosting.edge.site_routes import SiteRoutes
    from hosting.formats.redirects.rules import FallbackRule

OK, NOT_FOUND = 200, 404
# S3's answer for a missing key is 403 without s3:ListBucket, and 404 with it:
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
MISSING_FILE_STATUSES = (403, NOT_FOUND)
# Errors that CloudFront caches for 10 seconds by default, even with caching disabled, and that an API may return for a
# moment: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
_TRANSIENT_STATUSES = (404, 500, 501, 502, 503, 504)


def success_responses(errors: Sequence[ErrorResponse]) -> list[ErrorResponse]:
    """Return the error responses that answer requests for missing files with status 200."""
    return [error for error in errors if error.error_code in MISSING_FILE_STATUSES and error.response_code == OK]


def app_page_of_errors(errors: Sequence[ErrorResponse], index_document: str) -> str:
    """Return the key that the error responses serve for every unknown path with status 200, or an empty string.

    CloudFront runs no function for an error response, so the function for requests may serve the page instead.
    """
    found = success_responses(errors)
    pages = {page_key(error.response_page_path, index_document) for error in found if error.response_page_path}
    return pages.pop() if len(pages) == 1 and len(found) == len(MISSING_FILE_STATUSES) else ""


def page_key(path: str, index_document: str) -> str:
    """Return the key of an error page, given the URL path in the error response."""
    return unquote(path.lstrip("/")) or index_document


def error_document(settings: Settings, keys: Collection[str], routes: SiteRoutes) -> str:
    """Return the key of the S3 website's error document, which S3 always serves with status 404.

    It is `website:errorDocument` if that is set. Otherwise it is the app page, so that client-side routes open, then
    404.html if the tree has it, then the index document.
    """
    website = settings.website
    if website.error_document is not None:
        return website.error_document
    if website.routing == "errors":
        return website.index_document
    if routes.app_page:
        return routes.app_page
    return NOT_FOUND_PAGE if NOT_FOUND_PAGE in keys else website.index_document


def error_responses(
    settings: Settings, keys: Collection[str], fallbacks: Sequence[FallbackRule]
) -> tuple[ErrorResponse, ...]:
    """Return the distribution's error responses.

    `cloudfront:errorResponses` overrides all others. With a router only 404 has a page: the distribution may list the
    bucket, so S3 answers 404 for missing files, and a 403 stays a 403.
    """
    website, cloudfront = settings.website, settings.cloudfront
    if cloudfront.sets_error_responses:
        return cloudfront.error_responses
    rule = fallbacks[0] if fallbacks else None
    if website.routing == "errors":
        return _one_page(MISSING_FILE_STATUSES, rule.status, rule.page) if rule else cloudfront.error_responses
    if rule and (rule.status == NOT_FOUND or website.routing == "pages"):
        return _one_page((NOT_FOUND,), rule.status, rule.page)
    page = not_found_page(settings, keys)
    return _one_page((NOT_FOUND,), NOT_FOUND, key_path(page)) if page else ()


def not_found_page(settings: Settings, keys: Collection[str]) -> str | None:
    """Return the key of a router's 404 page: 404.html if the tree has it, otherwise `website:errorDocument`."""
    return NOT_FOUND_PAGE if NOT_FOUND_PAGE in keys else settings.website.error_document


def _one_page(codes: Sequence[int], status: int, page: str) -> tuple[ErrorResponse, ...]:
    return tuple(ErrorResponse(errorCode=code, responseCode=status, responsePagePath=page) for code in codes)


def with_index_page(error: ErrorResponse, index_document: str) -> ErrorResponse:
    """Return the response with the path of the index document in place of `/`.

    Without a default root object CloudFront can't get an error page from `/`.
    """
    if error.response_page_path != "/":
        return error
    return error.model_copy(update={"response_page_path": key_path(index_document)})


def with_canonical_page(error: ErrorResponse) -> ErrorResponse:
    """Return the response with its page's path in canonical form: CloudFront runs no function for an error page."""
    path = error.response_page_path
    return error if path is None else error.model_copy(update={"response_page_path": canonical_path(path)})


def with_uncached_errors(settings: Settings, errors: Sequence[ErrorResponse]) -> tuple[ErrorResponse, ...]:
    """Return the error responses of a distribution with proxies, so that CloudFront caches no error of an API.

    A ``cachingMinTtl`` from the stack's config is not changed.
    """
    is_set = settings.cloudfront.sets_error_responses

    def uncached(error: ErrorResponse) -> ErrorResponse:
        is_kept = error.error_code not in _TRANSIENT_STATUSES or (
            is_set and "caching_min_ttl" in error.model_fields_set
        )
        return error if is_kept else error.model_copy(update={"caching_min_ttl": 0})

    missing = [code for code in _TRANSIENT_STATUSES if code not in {error.error_code for error in errors}]
    return (*map(uncached, errors), *(ErrorResponse(errorCode=code, cachingMinTtl=0) for code in missing))


def files_without_extension(paths: Iterable[str]) -> list[str]:
    """Return the paths whose last segment has no dot, sorted."""
    return sorted(path for path in paths if "." not in path.rpartition("/")[2])
