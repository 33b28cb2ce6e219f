"""What answers for what is not there: the page, and CloudFront's error responses. Makes nothing, asks nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.cloudfront.settings import ErrorResponse

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hosting.config import Settings
    from hosting.website.redirects.rules import Fallback

# What a site calls the page for what is not there, if it has one.
NOT_FOUND_PAGE = "404.html"
OK = 200
# Without s3:ListBucket a missing key is 403 to CloudFront.
MISSING = (403, 404)


def found_after_all(errors: Sequence[ErrorResponse]) -> list[ErrorResponse]:
    """Return the error responses that answer for what is missing as if it were there."""
    return [error for error in errors if error.error_code in MISSING and error.response_code == OK]


def error_document(settings: Settings, keys: Collection[str]) -> str:
    """Return the setting; with a router, if there is none, the tree's own page."""
    website = settings.website
    if website.routing != "errors" and "error_document" not in website.model_fields_set and NOT_FOUND_PAGE in keys:
        return NOT_FOUND_PAGE
    return website.error_document


def error_responses(
    settings: Settings, keys: Collection[str], fallbacks: Sequence[Fallback]
) -> tuple[ErrorResponse, ...]:
    """Return what a rule says of what is missing; else the setting; else, with a router, a 404."""
    cloudfront = settings.cloudfront
    if fallbacks:
        return _missing(fallbacks[0].status, fallbacks[0].page)
    if settings.website.routing == "errors" or "error_responses" in cloudfront.model_fields_set:
        return cloudfront.error_responses
    return _missing(404, f"/{error_document(settings, keys)}")


def _missing(status: int, page: str) -> tuple[ErrorResponse, ...]:
    return tuple(ErrorResponse(errorCode=code, responseCode=status, responsePagePath=page) for code in MISSING)


def rooted(error: ErrorResponse, index_document: str) -> ErrorResponse:
    """Return the response with the first page by its key: without a default root object `/` is no object."""
    if error.response_page_path != "/":
        return error
    return error.model_copy(update={"response_page_path": f"/{index_document}"})
