"""The record of the live release, which each publish stores in the bucket: what the next review compares with.

It is below a prefix that no visitor can read. It has all that is asked of the live site: its files, its rules, its
pages' titles and canonical links, their weights, and the findings that it has.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pydantic import TypeAdapter, ValidationError

from hosting.answers.site_rules import SiteRules  # noqa: TC001 - pydantic reads it
from hosting.previews.names import base_name, preview_name
from hosting.publish.bulk import layout
from hosting.publish.staging.manifest import Manifest, ManifestEntry
from hosting.review.result import Weight  # noqa: TC001 - the same

if TYPE_CHECKING:
    from hosting.config.load import Settings

# Before the record; it has the version.
_HEAD = b'{"version":1,"record":'
# The next level takes several times as long, and saves a fifth of some hundred kB.
_GZIP_LEVEL = 1
# Of 64 digits, which do not shrink; enough to compare two releases.
_DIGITS = 16


@dataclass(frozen=True)
class LivePage:
    """What the review knows of a live page.

    Attributes:
        title: its title.
        canonical: the path of its canonical link.
        weight: what a first visit takes.
    """

    title: str
    canonical: str
    weight: Weight


@dataclass(frozen=True)
class ReleaseRecord:
    """What was published.

    Attributes:
        digest: a hash of the files, rules and settings.
        rules: how the site answers.
        files: a row of each file, with the first digits of its hash.
        pages: what is known of each page, by its key.
        findings: the kind and the subject of each finding.
        unused_redirects: the redirects that never apply.
    """

    digest: str
    rules: SiteRules
    files: tuple[tuple[str, int, str, str, str | None, str | None], ...]
    pages: dict[str, LivePage] = field(default_factory=dict)
    findings: tuple[tuple[str, str], ...] = ()
    unused_redirects: tuple[str, ...] = ()

    @cached_property
    def manifest(self) -> Manifest:
        """The files; their hashes are cut off."""
        return Manifest(tuple(ManifestEntry(*row) for row in self.files))

    def to_bytes(self) -> bytes:
        """Return the record as ``from_bytes`` reads it."""
        body = _adapter().dump_json(self, by_alias=True)
        return gzip.compress(_HEAD + body + b"}", _GZIP_LEVEL, mtime=0)

    @classmethod
    def from_bytes(cls, data: bytes) -> ReleaseRecord | None:
        """Return the record; None if it is damaged or of another version."""
        try:
            text = gzip.decompress(data)
            return _adapter().validate_json(text[len(_HEAD) : -1]) if text.startswith(_HEAD) else None
        except (OSError, EOFError, zlib.error, ValidationError):
            return None


def file_rows(manifest: Manifest) -> tuple[tuple[str, int, str, str, str | None, str | None], ...]:
    """Return the rows of a record."""
    return tuple(
        (entry.path, entry.size, short_hash(entry), entry.content_type, entry.cache_control, entry.content_encoding)
        for entry in manifest.entries
    )


def short_hash(entry: ManifestEntry) -> str:
    """Return the digits of a file's hash that a record has."""
    return entry.sha256[:_DIGITS]


class RecordKeys(NamedTuple):
    """Where the records of a stack are in its bucket.

    Attributes:
        own: the keys that its own record may have, the one that it is written to first.
        compared: the keys of the record that the site is compared with, the most likely first. The stack in
            `review:against` has them unless it is a preview, which only its outputs say.
        name: what that site is called.
    """

    own: list[str]
    compared: list[str]
    name: str


def record_keys(settings: Settings) -> RecordKeys:
    """Return where the records of a stack are. A preview is compared with its base, in the same bucket."""
    own = preview_record_keys(preview_name(settings)) if settings.previews.edge else _site_keys(settings)
    against, base = settings.review.against, base_name(settings) if settings.previews.edge else ""
    if against:
        return RecordKeys(own, _site_keys(settings), f"the live release of stack '{against}'")
    if base:
        return RecordKeys(own, preview_record_keys(base), f"the live release of preview '{base}'")
    return RecordKeys(own, own, "the live release")


def _site_keys(settings: Settings) -> list[str]:
    """Return the keys of the only site of a bucket; one that has just changed its mode has those of the other mode."""
    is_release = settings.publish.mode == "bulk" and settings.cloudfront.enabled
    prefixes = (layout.RECORDS, layout.IN_PLACE_RECORDS)
    return [f"{prefix}{layout.REVIEW_RECORD}" for prefix in (prefixes if is_release else prefixes[::-1])]


def preview_record_keys(name: str) -> list[str]:
    """Return the keys that the record of a preview may have in the bucket of its edge; ``name`` is its label."""
    return [layout.site_records(name) + layout.REVIEW_RECORD]


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[ReleaseRecord]:
    return TypeAdapter(ReleaseRecord)
