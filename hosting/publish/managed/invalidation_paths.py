"""Which of CloudFront's paths a change of files makes stale."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

EVERYTHING = "/*"
_PAGE = ".html"
# "URL-encode those characters. Do not URL-encode any other characters in the path":
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
# These are all of ASCII's punctuation that RFC 1738 calls neither unsafe nor, like `?`, the end of a path. It calls `~`
# unsafe, RFC 3986 does not, and CloudFront normalizes by the latter, so either form will do.
# A `+` is encoded too: to S3's REST endpoint a bare one is a space, so visitors of such a file write %2B.
_SAFE = "/$-_.!'(),:;@&="


def invalidation_paths(
    changed: Iterable[str], *, index_document: str, fallbacks: Collection[str], max_paths: int
) -> list[str]:
    """Return the invalidation paths for the ``changed`` files, sorted; empty when there are none.

    Args:
        changed: paths that changed, appeared or vanished, POSIX-relative to the site's root.
        index_document: the file name that a folder's URL serves.
        fallbacks: paths whose content CloudFront serves, and caches, under other URLs: error pages.
        max_paths: more URLs than this collapse to ``/*``.
    """
    files = set(changed)
    if files & set(fallbacks):
        return [EVERYTHING]
    # A literal asterisk can't be told from the wildcard.
    if any("*" in path for path in files):
        return [EVERYTHING]
    urls = sorted({url for path in files for url in _urls(path, index_document)})
    return [EVERYTHING] if len(urls) > max_paths else urls


def _urls(path: str, index_document: str) -> list[str]:
    """Return the URLs under which a visitor may have got the file ``path``.

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


def answering_files(page_paths: Iterable[str | None], index_document: str) -> list[str]:
    """Return all files that may be behind the page paths of error responses, which are URLs: `/not%20here.html`."""
    written = [path for path in page_paths if path]
    return fallback_files([*written, *map(unquote, written)], index_document)


def fallback_files(page_paths: Iterable[str | None], index_document: str) -> list[str]:
    """Return the files behind the page paths of error responses: ``/`` is the index document; None is no page."""
    files = {(path.lstrip("/") or index_document) for path in page_paths if path}
    return sorted(files)
