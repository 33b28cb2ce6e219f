"""The paths to invalidate in CloudFront after a change of files.

The function at the edge puts each path in canonical form, so a file has one cache key for all spellings of its URL.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from hosting.formats.paths import key_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

EVERYTHING = "/*"
_PAGE = ".html"
# CloudFront answers 400 InvalidArgument for a raw `~`, and accepts `%7E`, which by one report invalidates nothing:
# https://github.com/aws/aws-sdk-js-v3/issues/4042, https://github.com/bep/s3deploy/issues/46,
# https://github.com/apancutt/deploy-aws-s3-cloudfront/issues/6
# An encoded `*` invalidates nothing, and a raw one is the wildcard:
# https://github.com/apancutt/deploy-aws-s3-cloudfront/issues/7
_NOT_INVALIDATED = re.compile(r"[~*]")
# CloudFront processes at most 15 wildcards of a distribution at once, those of earlier invalidations included:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-invalidations
_MAX_WILDCARDS = 5


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
    urls = {url for path in files for url in _urls(path, index_document)}
    wildcards = _shortest({_wildcard(url) for url in urls if _NOT_INVALIDATED.search(url)})
    if len(wildcards) > _MAX_WILDCARDS:
        return [EVERYTHING]
    covered = tuple(wildcard[:-1] for wildcard in wildcards)
    paths = sorted({*wildcards, *(url for url in urls if not url.startswith(covered))})
    return [EVERYTHING] if len(paths) > max_paths else paths


def _urls(path: str, index_document: str) -> list[str]:
    """Return the URLs of the file ``path``, in canonical form.

    A function at the edge changes the URI of a page. AWS recommends to invalidate both URIs, before and after:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
    """
    url = key_path(path)
    folder, _, name = path.rpartition("/")
    if name != index_document:
        return [url, url.removesuffix(_PAGE)] if url.endswith(_PAGE) else [url]
    if not folder:
        return [url, "/"]
    folder_url = key_path(folder)
    return [url, f"{folder_url}/", folder_url]


def _wildcard(url: str) -> str:
    """Return the wildcard for a URL that CloudFront does not invalidate: it ends before the first such character."""
    return f"{_NOT_INVALIDATED.split(url, maxsplit=1)[0]}*"


def _shortest(wildcards: Collection[str]) -> list[str]:
    """Return the wildcards that no other one covers."""
    kept: list[str] = []
    for wildcard in sorted(wildcards, key=len):
        if not any(wildcard.startswith(shorter[:-1]) for shorter in kept):
            kept.append(wildcard)
    return kept


def error_page_files(page_paths: Iterable[str | None], index_document: str) -> list[str]:
    """Return the files that may be behind the page paths of error responses.

    ``/`` is the index document, and None is a response without a page. A page path is a URL: `/not%20here.html` may
    be a file of that name, or of the decoded one.
    """
    written = [path for path in page_paths if path]
    return sorted({path.lstrip("/") or index_document for path in (*written, *map(unquote, written))})
