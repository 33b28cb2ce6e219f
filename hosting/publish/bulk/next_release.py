"""The release that a publish writes: its manifest, its tables and its pointer. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hosting.publish.bulk.manifests import ReleaseManifest, StoredFile
from hosting.publish.bulk.pointer import first_pointer, next_pointer, pointer_to_table
from hosting.publish.bulk.table import build_table, table_prefix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.publish.bulk.current import Current
    from hosting.publish.bulk.manifests import StoredFiles
    from hosting.publish.bulk.pointer import Pointer
    from hosting.publish.bulk.preview_site import PreviewMetadata
    from hosting.publish.bulk.release_edge import ReleaseEdge
    from hosting.publish.bulk.upload_plan import UploadPlan
    from hosting.publish.staging.manifest import ManifestEntry


@dataclass(frozen=True)
class NextRelease:
    """What a publish writes.

    Attributes:
        manifest: the manifest.
        pointer: the pointer.
        tables: the keys and values of the tables to write before it.
    """

    manifest: ReleaseManifest
    pointer: Pointer
    tables: Mapping[str, str]


def next_manifest(
    objects: Mapping[str, ManifestEntry], edge: ReleaseEdge, plan: UploadPlan, publish: str, kept: StoredFiles
) -> ReleaseManifest:
    """Return the manifest of the release that ``publish`` writes.

    Args:
        objects: its objects, by name.
        edge: how the edge serves them.
        plan: which objects are in the bucket already.
        publish: the id of the publish.
        kept: files with hashed names that earlier releases had.
    """
    files = {name: plan.reused.get(name) or StoredFile(name, entry, publish) for name, entry in objects.items()}
    current = {name: replace(file, removed_at=0.0) if file.removed_at else file for name, file in files.items()}
    return ReleaseManifest(current, kept, edge)


def next_release(
    id_: str, now: int, manifest: ReleaseManifest, current: Current, metadata: PreviewMetadata | None
) -> NextRelease:
    """Return the release with its pointer and the tables to write.

    Args:
        id_: the id of the publish.
        now: the time, in seconds since 1970.
        manifest: the manifest.
        current: what the publish has found.
        metadata: the owner, expiry and password of a preview; None for a site.

    Raises:
        PublishError: the site has paths that no table or pointer can have.
    """
    items, live = dict(manifest.edge.items), current.pointer.live if current.pointer else None
    # In a shared store, another preview may delete a rule table until this pointer names it.
    if live is not None and live.tables == manifest.edge.tables and metadata is None:
        items = {}
    first = first_pointer(id_, now, manifest)
    for owner in current.table_owners:
        inline = next_pointer(first, manifest, owner, current.pointer, metadata)
        if inline is not None:
            return NextRelease(manifest, inline, items)
    buckets = build_table(manifest.publishes, manifest.edge.index_document)
    items |= {f"{table_prefix(id_)}{number}": bucket for number, bucket in enumerate(buckets)}
    pointer = pointer_to_table(first_pointer(id_, now, manifest, buckets), current.store.pointer, metadata)
    return NextRelease(manifest, pointer, items)
