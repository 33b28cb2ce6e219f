"""What a publish costs, by the calls that it makes; docs/publishing.md has a table of them. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from hosting.edge.rule_tables import MAX_VALUE_BYTES
from hosting.publish.bulk.table import RECORD_LENGTH
from hosting.publish.managed.invalidation_paths import invalidation_paths
from hosting.review.estimate import CostLine, Estimate
from hosting.review.prices import INVALIDATION_PATH, S3_READ, S3_REGION, S3_WRITE, STORE_REQUEST

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from hosting.answers.site_rules import SiteRules
    from hosting.publish.staging.manifest import Manifest, ManifestEntry

# The length of the hashes that a record of a release has.
_DIGITS = 16
_LIST_PAGE, _KEYS_A_WRITE = 1_000, 49
# Of a value of the store, in the mean: the files are distributed by their hashes.
_FILLED = 0.75


class Invalidation(NamedTuple):
    """What a publish in managed mode invalidates.

    Attributes:
        max_paths: the most URLs that are invalidated one by one; 0 if none is invalidated.
        fallbacks: returns the files that CloudFront serves under other URLs: error pages.
    """

    max_paths: int
    fallbacks: Callable[[], Collection[str]]


class FileChanges(NamedTuple):
    """What a publish changes.

    Attributes:
        uploaded: the keys of files that are new, or whose content or headers have changed.
        removed: the keys of files that are removed.
        upload_bytes: the bytes of the uploaded files.
        is_first: whether nothing is live yet.
        has_new_rules: whether the site's rules have changed.
    """

    uploaded: tuple[str, ...]
    removed: tuple[str, ...]
    upload_bytes: int
    is_first: bool = False
    has_new_rules: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to publish."""
        return not (self.uploaded or self.removed or self.has_new_rules)


def file_changes(before: Manifest | None, after: Manifest, *, has_new_rules: bool = False) -> FileChanges:
    """Return what a publish changes; the hashes of ``before`` may be cut off. It is None if nothing is live."""
    live = {entry.path: _content(entry) for entry in before.entries} if before else {}
    uploaded = [entry for entry in after.entries if live.get(entry.path) != _content(entry)]
    removed = tuple(sorted(live.keys() - {entry.path for entry in after.entries}))
    size = sum(entry.size for entry in uploaded)
    return FileChanges(tuple(entry.path for entry in uploaded), removed, size, before is None, has_new_rules)


def _content(entry: ManifestEntry) -> tuple[str | None, ...]:
    return (entry.sha256[:_DIGITS], entry.content_type, entry.cache_control, entry.content_encoding)


def publish_estimate(
    changes: FileChanges, rules: SiteRules, manifest: Manifest, invalidation: Invalidation
) -> Estimate:
    """Return the cost of a publish.

    Args:
        changes: what it changes.
        rules: how the site answers.
        manifest: the files that it publishes.
        invalidation: what it invalidates in managed mode.
    """
    if changes.is_empty:
        return Estimate("This publish changes nothing and costs nothing", ())
    if rules.is_bulk and rules.has_cloudfront:
        lines = _release_lines(changes, manifest)
    else:
        lines = _replaced_lines(changes, manifest, is_bulk=rules.is_bulk)
    upload = CostLine("Upload in bytes", changes.upload_bytes, 0, 0, "AWS takes nothing for data that it receives")
    found = [*lines, upload]
    if rules.has_cloudfront and not rules.is_bulk and invalidation.max_paths:
        found.append(_invalidation_line(changes, rules.index_document, invalidation))
    return Estimate("This publish, as if nothing were live" if changes.is_first else "This publish", tuple(found))


def _release_lines(changes: FileChanges, manifest: Manifest) -> Iterator[CostLine]:
    """Yield the lines of bulk mode behind CloudFront."""
    count = len(changes.uploaded)
    # The catalogue, and the manifest: twice around several uploads. A first release may have an error page.
    writes = count + 2 + (count > 1) + changes.is_first
    yield _s3_line("S3 requests that write", writes, "each file once, the catalogue and the manifest")
    yield _read_line(1 if changes.is_first else 6)
    buckets = math.ceil(manifest.file_count * RECORD_LENGTH / (_FILLED * MAX_VALUE_BYTES))
    updates = -(-(buckets + 1) // _KEYS_A_WRITE)
    reads = 3 if changes.is_first else 6
    at_least = updates if changes.is_first else 1
    yield CostLine(
        "Requests to the key-value store",
        updates + reads,
        STORE_REQUEST.of(at_least),
        STORE_REQUEST.of(updates + reads),
        "at most with a new table, and if AWS counts requests that read; at least if it counts only those that write, "
        "a request as one whatever the number of its keys",
    )


def _replaced_lines(changes: FileChanges, manifest: Manifest, *, is_bulk: bool) -> Iterator[CostLine]:
    """Yield the lines of the modes that replace files in place."""
    pages = -(-manifest.file_count // _LIST_PAGE)
    if is_bulk:
        writes = len(changes.uploaded) + 3
        yield _s3_line("S3 requests that write", writes, "each file once, the plan, and the index twice")
        yield _read_line(3)
        return
    writes = len(changes.uploaded) + pages
    yield _s3_line("S3 requests that write", writes, "each file once, and a list of each 1,000 objects")
    yield _read_line(0, "the requests of the AWS provider that read are not counted: 1,000 cost $0.0004")


def _s3_line(what: str, count: int, assumption: str) -> CostLine:
    cost = S3_WRITE.of(count)
    return CostLine(what, count, cost, cost, f"{assumption}; S3 Standard in {S3_REGION}; deletions are free")


def _read_line(count: int, assumption: str = "the records") -> CostLine:
    cost = S3_READ.of(count)
    return CostLine("S3 requests that read", count, cost, cost, assumption)


def _invalidation_line(changes: FileChanges, index_document: str, invalidation: Invalidation) -> CostLine:
    paths = invalidation_paths(
        [*changes.uploaded, *changes.removed],
        index_document=index_document,
        fallbacks=invalidation.fallbacks(),
        max_paths=invalidation.max_paths,
    )
    # A first publish has nothing to invalidate.
    count = 0 if changes.is_first else len(paths)
    high = count * INVALIDATION_PATH.dollars
    return CostLine(
        "Invalidation paths",
        count,
        INVALIDATION_PATH.of(count),
        high,
        f"at least if {INVALIDATION_PATH.free_name} are not used up, at most if they are",
    )
