"""Reads the staged files that the review needs: those that are not in the cache."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import TYPE_CHECKING

from hosting.answers.compression import is_compressible
from hosting.formats.paths import key_path
from hosting.publish.staging.staged_paths import staged_path
from hosting.review.contents import Contents, read_contents
from hosting.review.decompress import has_brotli
from hosting.review.examine import CSS, HTML, MANIFEST, OTHER, XML, Job, Options
from hosting.review.site import is_page
from hosting.review.workers import read_files
from hosting.version import VERSION

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
# Files with so few bytes are read again in less time than it takes to write the cache of a large site.
_READ_AGAIN_BYTES = 1_000_000
# How many files that were not read are named.
_NAMED = 5
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
    contents = read_contents(folder / CACHE_FILE, _cache_key(request))
    if contents.answers[0] == _answers_digest(site, request):
        site.take_answers(contents.answers[1])
    jobs = {job.key: job for job in _jobs(folder, site, request)}
    identities = {entry.path: _identity(entry) for entry in site.manifest.entries if entry.path in jobs}
    for cached, row in [*contents.rows.items()]:
        if identities.get(cached) != row.identity or jobs[cached].bases != tuple(row.bases):
            contents.discard(cached)
    missing = [job for job in jobs.values() if job.key not in contents.rows]
    for job, content in read_files(missing, options, progress):
        contents.add(job.key, identities[job.key], job.bases, content)
    contents.unsaved = sum(entry.size for entry in map(site.manifest.get, [job.key for job in missing]) if entry)
    return contents


def keep_contents(folder: Path, site: AskedSite, request: ReviewRequest, contents: Contents) -> None:
    """Write what the staged files contain, and what the site was asked, for the next review."""
    digest = _answers_digest(site, request)
    if contents.unsaved > _READ_AGAIN_BYTES or contents.answers[0] != digest:
        contents.answers = (digest, site.answers)
        contents.save(folder / CACHE_FILE, _cache_key(request))


def _cache_key(request: ReviewRequest) -> list[object]:
    """Return what the cache depends on, besides the files."""
    return [VERSION, *_options(request), request.compresses, has_brotli()]


def _answers_digest(site: AskedSite, request: ReviewRequest) -> str:
    """Return a digest of what the answers of a site depend on: its rules and the keys of its files."""
    return hashlib.sha256(json.dumps([request.to_text(), site.keys]).encode()).hexdigest()


def _identity(entry: ManifestEntry) -> str:
    """Return what the content of a file depends on."""
    return f"{entry.sha256} {entry.content_type} {entry.content_encoding or ''}"


def _options(request: ReviewRequest) -> Options:
    return Options(
        hosts=request.hosts,
        fragments=request.gate.fragments != "off",
        queries=any(rule.query for rule in request.rules.redirects),
        is_secure=request.rules.has_cloudfront,
    )


def _jobs(folder: Path, site: AskedSite, request: ReviewRequest) -> Iterator[Job]:
    """Yield the files that the review reads."""
    for entry in site.manifest.entries:
        media_type, _, parameters = entry.content_type.partition(";")
        kind = _KINDS.get(media_type)
        if kind is not None:
            charset = parameters.partition("charset=")[2] or "utf-8"
            is_compressed = request.compresses and is_compressible(entry)
            file = f"{folder}/{staged_path(entry.path)}"
            encoding = entry.content_encoding or ""
            yield Job(entry.path, kind, file, charset, is_compressed, _bases(site, entry), encoding)


def _bases(site: AskedSite, entry: ManifestEntry) -> tuple[str, ...]:
    """Return the paths that a file is served at."""
    if not is_page(entry):
        return (key_path(entry.path),)
    return (site.page_url(entry.path),) if site.has_own_url(entry.path) else _DEPTHS


def unread_files(site: AskedSite, contents: Contents) -> Iterator[str]:
    """Yield a sentence for each reason for which files were not read."""
    files: defaultdict[str, list[str]] = defaultdict(list)
    for key, row in contents.rows.items():
        if row.unread:
            files[row.unread].append(site.page_url(key))
    for reason, paths in files.items():
        more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
        yield f"Not read: {', '.join(sorted(paths)[:_NAMED])}{more}, because {reason}"
