"""Reads the staged files that the review needs: those that are not in the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.answers.compression import is_compressible
from hosting.formats.paths import key_path
from hosting.publish.staging.staged_paths import staged_path
from hosting.review.contents import Contents, read_contents
from hosting.review.examine import CSS, HTML, MANIFEST, OTHER, XML, Job, Options
from hosting.review.site import is_page
from hosting.review.workers import read_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hosting.publish.staging.manifest import ManifestEntry
    from hosting.review.request import ReviewRequest
    from hosting.review.site import AskedSite

CACHE_FILE = "review-cache.json"
# The kinds of files by media type; of the last ones only the size when they are sent is needed.
_KINDS = {
    "text/html": HTML,
    "application/xhtml+xml": HTML,
    "text/css": CSS,
    "application/xml": XML,
    "text/xml": XML,
    "application/rss+xml": XML,
    "application/atom+xml": XML,
    "application/manifest+json": MANIFEST,
    "text/javascript": OTHER,
    "image/svg+xml": OTHER,
}
# An error page is served for paths of any depth, so its relative links have to work from all of them.
_DEPTHS = ("/not-found", "/not/found", "/not/found/here")


def staged_contents(
    folder: Path, site: AskedSite, request: ReviewRequest, progress: Callable[[int, int], None]
) -> Contents:
    """Return what the staged files contain.

    Args:
        folder: the folder of the staged tree.
        site: the site that they are.
        request: what the review is asked to do.
        progress: is called with the number of files that were read, and of all files.
    """
    options = _options(request)
    key = [*options, request.compresses]
    contents = read_contents(folder / CACHE_FILE, key)
    jobs = {job.key: job for job in _jobs(folder, site, request)}
    for cached in [*contents.rows]:
        entry, row = site.manifest.get(cached), contents.rows[cached]
        is_same = cached in jobs and entry is not None and entry.sha256 == row.sha256
        if not is_same or tuple(row.bases) != jobs[cached].bases:
            contents.discard(cached)
    missing = [job for job in jobs.values() if job.key not in contents.rows]
    for job, content in read_files(missing, options, progress):
        entry = site.manifest.get(job.key)
        contents.add(job.key, entry.sha256 if entry else "", job.bases, content)
    if missing:
        contents.save(folder / CACHE_FILE, key)
    return contents


def _options(request: ReviewRequest) -> Options:
    return Options(
        hosts=request.hosts,
        fragments=request.gate.fragments != "off",
        queries=any(rule.query for rule in request.rules.redirects),
        is_secure=request.rules.has_cloudfront,
    )


def _jobs(folder: Path, site: AskedSite, request: ReviewRequest) -> Iterator[Job]:
    """Yield the files that the review reads. Compressed files are left out."""
    for entry in site.manifest.entries:
        media_type, _, parameters = entry.content_type.partition(";")
        kind = _KINDS.get(media_type)
        if kind is not None and entry.content_encoding is None:
            charset = parameters.partition("charset=")[2] or "utf-8"
            is_compressed = request.compresses and is_compressible(entry)
            file = f"{folder}/{staged_path(entry.path)}"
            yield Job(entry.path, kind, file, charset, is_compressed, _bases(site, entry))


def _bases(site: AskedSite, entry: ManifestEntry) -> tuple[str, ...]:
    """Return the paths that a file is served at."""
    if not is_page(entry):
        return (key_path(entry.path),)
    return (site.page_url(entry.path),) if site.has_own_url(entry.path) else _DEPTHS
