"""The inputs of a ``Release``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi


@dataclass(frozen=True)
class ReleaseArgs:
    """The inputs of a ``Release``. They change only if the site does.

    Attributes:
        bucket: the bucket's name.
        store: the ARN of the key value store; empty without a distribution.
        release_digest: the digest of the staged files and rules, or of the promoted release; empty for a rollback.
        files_digest: the digest of the staged tree's manifest; empty if the files come from a bucket.
        staging: the staged tree, relative to the project.
        files: the number of files of the staged tree.
        bytes: their total size.
        releases_kept: the number of releases to keep.
        keep_assets_days: how long to keep files with hashed names that no release has.
        max_remove: the part of the site that a publish may remove, in percent.
        rollback_to: the first digits of the digest of the release to roll back to; empty for none.
        source_stack: the stack whose release is promoted; empty for none.
        source_bucket: its bucket.
        source_records: the prefix of its catalogue and manifests there.
        publish_marker: the marker of this publish.
        previous_publish_marker: the marker of the previous publish; None for the first.
        removals: the paths that the last publishes have removed, as the publish marker has them.
        urn: the resource's URN, beside which the engine shows the progress.
        preview: the preview that it is for, with the attributes of ``PreviewSite`` and the region of the edge's
            bucket; None for a site.
    """

    bucket: pulumi.Input[str]
    store: pulumi.Input[str]
    release_digest: pulumi.Input[str]
    files_digest: str
    staging: str
    files: int
    bytes: int
    releases_kept: int
    keep_assets_days: int
    max_remove: int
    rollback_to: str
    source_stack: str
    source_bucket: pulumi.Input[str]
    source_records: pulumi.Input[str]
    publish_marker: pulumi.Input[str]
    previous_publish_marker: pulumi.Input[str | None]
    removals: pulumi.Input[list[dict[str, Any]]]
    urn: str
    preview: Mapping[str, pulumi.Input[object]] | None = None


def release_preview_name(props: Mapping[str, Any]) -> str:
    """Return the name of a preview; empty for a site."""
    return str(props["preview"]["name"]) if props.get("preview") else ""
