"""What a publish is asked to do."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hosting.errors import PublishError
from hosting.publish.bulk import layout
from hosting.publish.bulk.preview_site import PreviewSite
from hosting.publish.bulk.release_edge import ReleaseEdge, release_digest
from hosting.publish.staging.manifest import Manifest, ManifestEntry
from hosting.publish.staging.staged_paths import MANIFEST, staged_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.publish.s3.objects import Period

_DAY_S = 86_400
# The file beside the staged tree that says how the edge serves it.
EDGE_FILE = "edge.json"
# S3 returns an object's metadata as headers; release.js reads the status of an error page from this one.
STATUS_METADATA = "x-amz-meta-status"
_STAGED_AGAIN = "was staged again since this pulumi up began: run it again"


@dataclass(frozen=True)
class PublishRequest:
    """What a publish is asked to do.

    Attributes:
        digest: a hash of the staged files and rules; empty for a rollback to ``rollback_to``.
        files_digest: the digest of the staged tree's manifest; empty if the files come from a bucket.
        folder: the staged tree, relative to the project.
        releases: the number of releases to keep.
        keep_s: how long to keep files with hashed names that no release has, in seconds.
        max_remove: how much of the site it may remove, in percent.
        rollback_to: the first digits of the digest of the release to go back to; empty to publish the staged tree.
        preview: the preview that it is for; None for the only site of a bucket.
        removed: the paths that the last publishes of managed mode have removed, with the time in which the stack
            published them. Objects of that time were left by a publish that did not finish.
    """

    digest: str
    files_digest: str
    folder: Path
    releases: int
    keep_s: float
    max_remove: int
    rollback_to: str = ""
    preview: PreviewSite | None = None
    # Not compared, so that a request with a mapping is hashable.
    removed: Mapping[str, Period] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, props: Mapping[str, Any]) -> PublishRequest:
        """Return the request in the inputs of a ``Release``."""
        return cls(
            digest=str(props["release_digest"]),
            files_digest=str(props["files_digest"]),
            folder=Path(props["staging"]),
            releases=int(props["releases_kept"]),
            keep_s=float(props["keep_assets_days"]) * _DAY_S,
            max_remove=int(props["max_remove"]),
            rollback_to=str(props["rollback_to"]),
            preview=PreviewSite.of(props["preview"]) if props.get("preview") else None,
        )

    @property
    def has_files(self) -> bool:
        """Whether the staged files are those of the release."""
        return bool(self.files_digest) and not self.rollback_to

    def manifest(self) -> Manifest:
        """Return the manifest of the staged tree.

        Raises:
            PublishError: it has another digest.
        """
        return _staged(self.folder / MANIFEST, self.files_digest)

    def edge(self) -> ReleaseEdge:
        """Return how the edge serves the staged tree.

        Raises:
            PublishError: the file does not belong to the digest.
        """
        text = _read(self.folder / EDGE_FILE)
        if release_digest(self.files_digest, text) != self.digest:
            raise PublishError(f"{self.folder / EDGE_FILE} {_STAGED_AGAIN}")
        return ReleaseEdge.from_json(json.loads(text))

    def objects(self, edge: ReleaseEdge) -> dict[str, ManifestEntry]:
        """Return the objects of the release, by name."""
        return release_objects(self.manifest(), edge)

    def file(self, path: str) -> Path:
        """Return the staged file of a path."""
        return self.folder / staged_path(path)

    def metadata(self, name: str) -> dict[str, str]:
        """Return the metadata headers of an object."""
        return {STATUS_METADATA: name.split("/")[1]} if layout.is_error_page(name) else {}


def release_objects(manifest: Manifest, edge: ReleaseEdge) -> dict[str, ManifestEntry]:
    """Return the objects of a release, by name: the files, and the error page once more."""
    entries = {entry.path: entry for entry in manifest.entries}
    page = entries.get(edge.error_page)
    return {**entries, layout.error_page_name(edge.error_status, page.path): page} if page else entries


@lru_cache(maxsize=1)
def _staged(file: Path, digest: str) -> Manifest:
    """Return the staged manifest. The preview of an update and the update itself ask for the same one."""
    manifest = Manifest.from_json(_read(file))
    if manifest.digest != digest:
        raise PublishError(f"{file} {_STAGED_AGAIN}")
    return manifest


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise PublishError(f"{file} cannot be read ({error.strerror}): run pulumi up again") from error
