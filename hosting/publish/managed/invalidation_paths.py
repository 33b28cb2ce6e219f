"""The paths to invalidate in CloudFront after a change of files."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

EVERYTHING = "/*"
_PAGE = ".html"
# "URL-encode those characters. Do not URL-encode any other characters in the path":
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
# These are the ASCII punctuation characters that are neither unsafe in RFC 1738 nor, like `?`, the end of a path.
# `~` is unsafe in RFC 1738 but not in RFC 3986, by which CloudFront normalizes, so both forms work.
# A `+` is encoded too: S3's REST endpoint reads a bare one as a space, so visitors of such a file request %2B.
_SAFE = "/$-_.!'(),:;@&="


def invalidation_paths(
    changed: Iterable[str], *, index_document: str, fallbacks: Collection[str], max_paths: int
) -> list[str]:
    """Return the sorted invalidation paths for the ``changed`` files.

    Args:
        changed: paths that were changed, added or removed, relative to the site's root.
        index_document: the name of the file that a folder's URL serves.
        fallbacks: files that CloudFront serves, and caches, under other URLs: error pages.
        max_paths: more URLs than this are replaced by ``/*``.
    """
    files = set(changed)
    if files & set(fallbacks):
        return [EVERYTHING]
    # CloudFront reads an asterisk as the wildcard.
    if any("*" in path for path in files):
        return [EVERYTHING]
    urls = sorted({url for path in files for url in _urls(path, index_document)})
    return [EVERYTHING] if len(urls) > max_paths else urls


def _urls(path: str, index_document: str) -> list[str]:
    """Return the URLs of the file ``path``.

    A function at the edge changes the URI of a page. AWS recommends to invalidate both URIs, before and after:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
    """
    url = "/" + quote(path, safe=_SAFE)
    folder, _, name = path.rpartition("/")
    if name != index_document:
        return [url, url.removesuffix(_PAGE)] if url.endswith(_PAGE) else [url]
    if not folder:
        return [url, "/"]
    folder_url = "/" + quote(folder, safe=_SAFE)
    return [url, f"{folder_url}/", folder_url]


def error_page_files(page_paths: Iterable[str | None], index_document: str) -> list[str]:
    """Return the files that may be behind the page paths of error responses.

    ``/`` is the index document, and None is a response without a page. A page path is a URL: `/not%20here.html` may
    be a file of that name, or of the decoded one.
    """
    written = [path for path in page_paths if path]
    return sorted({path.lstrip("/") or index_document for path in (*written, *map(unquote, written))})
