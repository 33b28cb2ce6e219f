"""Restores objects in the bucket of managed mode that exist in the state, after a publish that did not finish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hosting.errors import PublishError
from hosting.publish.staging.manifest import Manifest
from hosting.publish.staging.staged_tree import MANIFEST, staged_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from hosting.publish.s3.objects import ListedObject
    from hosting.publish.staging.manifest import ManifestEntry


class ManagedBucket(Protocol):
    """The calls to a bucket that managed mode makes itself."""

    def list(self, prefix: str) -> Mapping[str, ListedObject]:
        """Return the objects whose keys begin with ``prefix``."""

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; keys that do not exist are ignored."""

    def upload(self, file: Path, key: str, entry: ManifestEntry) -> str:
        """Upload a file."""


def restore_missing(bucket: ManagedBucket, keys: Sequence[str], entries: Mapping[str, str], staging: Path) -> None:
    """Upload those of ``keys`` that do not exist in the bucket, from the staged tree.

    Raises:
        PublishError: the staged tree has changed since ``entries``, which map each path to its fingerprint.
        OSError: the staged tree can't be read.
    """
    existing = bucket.list("")
    missing = [key for key in keys if key not in existing]
    if not missing:
        return
    manifest = Manifest.from_json((staging / MANIFEST).read_text(encoding="utf-8"))
    for key in missing:
        entry = manifest.get(key)
        if entry is None or entry.fingerprint != entries[key]:
            raise PublishError(f"'{key}' has changed in the staged tree: run `pulumi up` again")
        bucket.upload(staging / staged_path(key), key, entry)
