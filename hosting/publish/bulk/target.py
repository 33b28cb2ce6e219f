"""Chooses the release to publish: the staged files, a release that the bucket has, or one of another stack's bucket."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hosting.publish.bulk.rollback import release_to_restore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.publish.bulk.catalogue import Catalogue, StoredRelease
    from hosting.publish.bulk.manifests import Manifests, StoredFile
    from hosting.publish.bulk.promotion import PromotionSource
    from hosting.publish.bulk.release_edge import ReleaseEdge
    from hosting.publish.bulk.request import PublishRequest
    from hosting.publish.staging.manifest import ManifestEntry


@dataclass(frozen=True)
class Target:
    """The release to publish.

    Attributes:
        digest: its digest.
        objects: its objects, by name.
        edge: how the edge serves them.
        stored: its objects in the bucket, if it was published before.
        stored_id: the id of the publish that wrote it; empty if it was not published before.
        may_remove: how much of the live site it may remove, in percent.
    """

    digest: str
    objects: Mapping[str, ManifestEntry]
    edge: ReleaseEdge
    stored: tuple[StoredFile, ...] = ()
    stored_id: str = ""
    may_remove: int = 100


def choose_target(
    request: PublishRequest,
    catalogue: Catalogue,
    live: StoredRelease | None,
    manifests: Manifests,
    source: PromotionSource | None,
) -> Target:
    """Return the release to publish.

    Args:
        request: what the publish is asked to do.
        catalogue: the releases in the bucket.
        live: the release that visitors get.
        manifests: the manifests in the bucket.
        source: the bucket of the stack whose release is promoted; None to publish the staged files.

    Raises:
        PublishError: the release does not exist, or is damaged.
    """
    if request.rollback_to:
        return _stored(release_to_restore(catalogue, request.rollback_to), manifests)
    candidates = [live, *catalogue.complete]
    known = next((one for one in candidates if one and one.digest == request.digest), None)
    if known:
        # It was published before, so it is meant; only a new release may remove files by mistake.
        is_new = live is not None and known.digest != live.digest
        return replace(_stored(known, manifests), may_remove=request.max_remove if is_new else 100)
    if source:
        promoted = source.release(request.digest)
        return Target(request.digest, promoted.objects, promoted.edge, may_remove=request.max_remove)
    edge = request.edge()
    return Target(request.digest, request.objects(edge), edge, may_remove=request.max_remove)


def _stored(release: StoredRelease, manifests: Manifests) -> Target:
    """Return a release that the bucket has."""
    manifest = manifests.read(release.id)
    objects = {name: file.entry for name, file in manifest.files.items()}
    return Target(release.digest, objects, manifest.edge, tuple(manifest.files.values()), release.id)
