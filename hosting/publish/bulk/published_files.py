"""The files of a release, for commands that compare them with what visitors get."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.bulk import layout
from hosting.publish.bulk.catalogue import CatalogueFile, catalogue_key
from hosting.publish.bulk.in_place_index import KEY, manifest_name
from hosting.publish.bulk.manifests import Manifests

if TYPE_CHECKING:
    from hosting.publish.s3.bucket import BucketClient
    from hosting.publish.staging.manifest import ManifestEntry


def published_files(
    bucket: BucketClient, digest: str, *, is_in_place: bool, preview: str = ""
) -> dict[str, ManifestEntry]:
    """Return the files of the release with this digest, by path.

    Args:
        bucket: the stack's bucket.
        digest: the digest of the release.
        is_in_place: whether the stack has no distribution.
        preview: the name of the preview that the stack is; empty for none.

    Raises:
        PublishError: the bucket does not have the release, or its manifest is damaged.
    """
    if is_in_place:
        return Manifests(bucket, layout.IN_PLACE_RECORDS, KEY).read(manifest_name(digest)).entries
    key = catalogue_key(preview)
    releases = CatalogueFile(bucket, key).read().releases
    release = next((one for one in releases if one.digest == digest), None)
    if release is None:
        raise PublishError(f"The bucket does not have release {digest[:12]}: run pulumi up")
    return Manifests(bucket, layout.RECORDS, key).read(release.id).entries
