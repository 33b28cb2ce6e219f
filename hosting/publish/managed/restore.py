"""Makes the bucket of managed mode hold what the engine believes is there, after a publish that did not end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hosting.errors import PublishError
from hosting.publish.staging.manifest import Manifest
from hosting.publish.staging.staged_tree import MANIFEST, part_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from hosting.publish.staging.manifest import ManifestEntry


class Written(Protocol):
    """An object in a listing."""

    @property
    def time(self) -> datetime:
        """When it was written, by S3's clock."""


class Objects(Protocol):
    """The calls to a bucket that a publish in managed mode makes itself."""

    def list(self, prefix: str) -> Mapping[str, Written]:
        """Return the objects whose keys begin with ``prefix``."""

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects, whether they are there or not."""

    def upload(self, file: Path, key: str, entry: ManifestEntry) -> str:
        """Put a file."""


def put_back(objects: Objects, keys: Sequence[str], entries: Mapping[str, str], staging: Path) -> None:
    """Upload those of ``keys`` that are not in the bucket, from the staged tree.

    Raises:
        PublishError: the staged tree is no longer that of ``entries``, path to fingerprint.
        OSError: it can't be read.
    """
    there = objects.list("")
    missing = [key for key in keys if key not in there]
    if not missing:
        return
    manifest = Manifest.from_json((staging / MANIFEST).read_text(encoding="utf-8"))
    for key in missing:
        entry = manifest.get(key)
        if entry is None or entry.fingerprint != entries[key]:
            raise PublishError(f"'{key}' is no longer staged as it was: run `pulumi up` again")
        objects.upload(staging / part_of(key) / key, key, entry)
