"""Plans the uploads of a publish behind a distribution, and counts the bytes to send that a preview shows. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hosting.publish.bulk.manifests import StoredFile
    from hosting.publish.staging.manifest import ManifestEntry


@dataclass(frozen=True)
class Upload:
    """An object that a publish writes.

    Attributes:
        name: the path of a file, or the name of an error page.
        entry: the file with its headers.
        source: the key of an object with the same content, which S3 copies; empty to upload the file.
        source_bucket: the bucket of ``source``; empty for the own bucket.
    """

    name: str
    entry: ManifestEntry
    source: str = ""
    source_bucket: str = ""


@dataclass(frozen=True)
class UploadPlan:
    """What a publish does with each object of its release.

    Attributes:
        uploads: the objects that it writes.
        reused: the objects that are in the bucket, by name.
    """

    uploads: tuple[Upload, ...] = ()
    reused: Mapping[str, StoredFile] = field(default_factory=dict)

    @property
    def upload_bytes(self) -> int:
        """The bytes that leave this machine."""
        return sum(upload.entry.size for upload in self.uploads if not upload.source)


def plan_uploads(wanted: Mapping[str, ManifestEntry], stored: Sequence[StoredFile]) -> UploadPlan:
    """Return the plan for a release.

    Args:
        wanted: the objects of the release, by name.
        stored: objects that are in the bucket. Where two have the same name, the first that fits is used.
    """
    reused: dict[str, StoredFile] = {}
    for file in stored:
        if wanted.get(file.name) == file.entry:
            reused.setdefault(file.name, file)
    missing = {name: entry for name, entry in wanted.items() if name not in reused}
    contents = {entry.sha256 for entry in missing.values()}
    sources: dict[str, str] = {}
    for file in stored:
        if file.entry.sha256 in contents:
            sources.setdefault(file.entry.sha256, file.key)
    uploads = tuple(Upload(name, entry, sources.get(entry.sha256, "")) for name, entry in missing.items())
    return UploadPlan(uploads, reused)
