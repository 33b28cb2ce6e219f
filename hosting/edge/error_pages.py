"""What answers for a missing file: the error document of S3's website, and CloudFront's error responses. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from hosting.cloudfront.settings import ErrorResponse
from hosting.edge.site_routes import NOT_FOUND_PAGE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from hosting.config.load import Settings
    from hosting.edge.site_routes import SiteRoutes
    from hosting.formats.redirects.rules import Fallback

OK, NOT_FOUND = 200, 404
# Without s3:ListBucket S3 answers 403 for a missing key:
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
MISSING = (403, NOT_FOUND)
# What the function of bulk mode may hold of the files without an extension, in bytes of JSON.
FILES_WITHOUT_EXTENSION_BYTES = 600


def found_after_all(errors: Sequence[ErrorResponse]) -> list[ErrorResponse]:
    """Return the error responses that answer for what is missing as if it were there."""
    return [error for error in errors if error.error_code in MISSING and error.response_code == OK]


def page_for_unknown_paths(errors: Sequence[ErrorResponse], index_document: str) -> str:
    """Return the key that error responses serve for every unknown path with status 200; empty without one.

    Then a function can serve it for these paths itself. CloudFront runs none when the origin has no file.
    """
    found = found_after_all(errors)
    pages = {page_key(one.response_page_path, index_document) for one in found if one.response_page_path}
    return pages.pop() if len(pages) == 1 and len(found) == len(MISSING) else ""


def page_key(path: str, index_document: str) -> str:
    """Return the key of an error page, from the URL path that an error response has."""
    return unquote(path.lstrip("/")) or index_document


def error_document(settings: Settings, keys: Collection[str], routes: SiteRoutes) -> str:
    """Return the key that S3's website answers for what is missing, always with status 404.

    That is `website:errorDocument`. If it is not set, it is an app's page, so that its routes open, or the tree's
    404.html, or the index document.
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
    settings: Settings, keys: Collection[str], fallbacks: Sequence[Fallback]
) -> tuple[ErrorResponse, ...]:
    """Return the distribution's error responses.

    `cloudfront:errorResponses` has the last word. With a router only 404 is mapped: the distribution may list the
    bucket, so S3 answers 404 for what is missing, and a 403 is a refusal that stays one.
    """
    website, cloudfront = settings.website, settings.cloudfront
    if cloudfront.sets_error_responses:
        return cloudfront.error_responses
    rule = fallbacks[0] if fallbacks else None
    if website.routing == "errors":
        return _mapped(MISSING, rule.status, rule.page) if rule else cloudfront.error_responses
    if rule and (rule.status == NOT_FOUND or website.routing == "pages"):
        return _mapped((NOT_FOUND,), rule.status, rule.page)
    page = not_found_page(settings, keys)
    return _mapped((NOT_FOUND,), NOT_FOUND, f"/{quote(page)}") if page else ()


def not_found_page(settings: Settings, keys: Collection[str]) -> str | None:
    """Return the key of the page that a router's 404 has: 404.html, else `website:errorDocument` if it is set."""
    return NOT_FOUND_PAGE if NOT_FOUND_PAGE in keys else settings.website.error_document


def _mapped(codes: Sequence[int], status: int, page: str) -> tuple[ErrorResponse, ...]:
    return tuple(ErrorResponse(errorCode=code, responseCode=status, responsePagePath=page) for code in codes)


def rooted(error: ErrorResponse, index_document: str) -> ErrorResponse:
    """Return the response with the first page by its key: without a default root object `/` is no object."""
    if error.response_page_path != "/":
        return error
    return error.model_copy(update={"response_page_path": f"/{index_document}"})


def leads_to(page: str, paths: Collection[str]) -> bool:
    """Whether bulk mode's function serves ``page`` for unknown paths: it has to know all files without an extension."""
    known = json.dumps(files_without_extension(paths)).encode()
    return page in paths and len(known) <= FILES_WITHOUT_EXTENSION_BYTES


def files_without_extension(paths: Iterable[str]) -> list[str]:
    """Return the paths whose last segment has no dot, sorted."""
    return sorted(path for path in paths if "." not in path.rpartition("/")[2])
