"""Publishes a release of another stack: S3 copies its objects from that stack's bucket, and nothing is built.

That bucket may have other writers. So the digest decides: it is a hash of all that the release consists of, and the
manifest must have it. S3 computes the SHA-256 of each copy, which must be the one in the manifest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from hosting.edge.rule_tables import is_rule_table, rule_table_prefix
from hosting.errors import PublishError
from hosting.publish.bulk import layout
from hosting.publish.bulk.catalogue import CATALOGUE, Catalogue
from hosting.publish.bulk.key_checks import check_keys
from hosting.publish.bulk.manifests import Manifests
from hosting.publish.bulk.release_edge import release_digest
from hosting.publish.bulk.request import release_objects
from hosting.publish.s3.errors import S3Error
from hosting.publish.staging.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.publish.bulk.manifests import ReleaseManifest
    from hosting.publish.bulk.release_edge import ReleaseEdge
    from hosting.publish.bulk.upload_plan import UploadPlan
    from hosting.publish.s3.bucket import BucketClient
    from hosting.publish.staging.manifest import ManifestEntry

_DIGEST_SHOWN = 12
# What staging writes: a path without empty, `.` and `..` steps, and headers of visible characters and spaces.
_OTHER_FOLDER = re.compile(r"(?:^|/)\.{0,2}(?:/|$)")
_HEADER = re.compile(r"[\x20-\x7e\t]*")


class SourceStack(NamedTuple):
    """The stack whose release is promoted.

    Attributes:
        name: its name, as `publish:from` has it.
        bucket: its bucket.
        records: the prefix of its catalogue.
    """

    name: str
    bucket: str
    records: str


@dataclass(frozen=True)
class PromotedRelease:
    """A release of another stack, with the digest that was asked for.

    Attributes:
        files: its files.
        objects: its objects, by name.
        edge: how the edge serves them.
        keys: the key of an object with the content, by SHA-256.
    """

    files: tuple[ManifestEntry, ...]
    objects: Mapping[str, ManifestEntry]
    edge: ReleaseEdge
    keys: Mapping[str, str]


class PromotionSource:
    """Reads the releases of another stack."""

    def __init__(self, bucket: BucketClient, stack: SourceStack) -> None:
        """``bucket`` is the client of the stack's bucket."""
        self._bucket = bucket
        self._stack = stack
        self._read: dict[str, PromotedRelease] = {}

    def release(self, digest: str) -> PromotedRelease:
        """Return the release with this digest.

        Raises:
            PublishError: the bucket does not have it, or cannot be read.
        """
        if digest not in self._read:
            try:
                self._read[digest] = self._release(digest)
            except S3Error as error:
                raise PublishError(
                    f"The bucket {self._stack.bucket} of stack '{self._stack.name}' cannot be read ({error}); nothing "
                    "was deployed: the credentials of this stack need s3:GetObject there, see docs/promotion.md"
                ) from error
        return self._read[digest]

    def with_copies(self, plan: UploadPlan, digest: str) -> UploadPlan:
        """Return the plan with a copy from the other bucket for each object that the own bucket does not have."""
        if all(upload.source for upload in plan.uploads):
            return plan
        keys, bucket = self.release(digest).keys, self._stack.bucket
        uploads = (
            upload if upload.source else replace(upload, source=keys[upload.entry.sha256], source_bucket=bucket)
            for upload in plan.uploads
        )
        return replace(plan, uploads=tuple(uploads))

    def _release(self, digest: str) -> PromotedRelease:
        key = self._stack.records + CATALOGUE
        found = self._bucket.read(key)
        releases = Catalogue.from_bytes(found.data, key).releases if found else ()
        manifests = Manifests(self._bucket, layout.RECORDS, key)
        # A digest may have several publishes, of which some did not finish.
        for id_ in [release.id for release in releases if release.digest == digest]:
            manifest = manifests.find(id_)
            if manifest is not None:
                return self._checked(manifest, digest)
        raise PublishError(
            f"The bucket of stack '{self._stack.name}' does not have release {digest[:_DIGEST_SHOWN]}; nothing was "
            f"deployed: pulumi stack output releases --stack {self._stack.name} lists what it has, for publish:from"
        )

    def _checked(self, manifest: ReleaseManifest, digest: str) -> PromotedRelease:
        """Return the release of a manifest.

        Raises:
            PublishError: it has another digest, or is not one that a publish writes.
        """
        try:
            files = Manifest.of(manifest.entries.values())
            is_genuine = release_digest(files.digest, manifest.edge.to_text()) == digest and _is_staged(
                files, manifest.edge
            )
            objects = release_objects(files, manifest.edge)
        except (TypeError, ValueError, KeyError, AttributeError):
            is_genuine = False
        if not is_genuine:
            raise PublishError(
                f"The manifest of release {digest[:_DIGEST_SHOWN]} in the bucket of stack '{self._stack.name}' is not "
                "the one that was published: somebody has changed it. Nothing was deployed: publish that stack again, "
                "review it, and set publish:from to the new digest"
            )
        check_keys(files, 0)
        keys = {file.entry.sha256: file.key for file in manifest.files.values()}
        return PromotedRelease(files.entries, objects, manifest.edge, keys)


def _is_staged(files: Manifest, edge: ReleaseEdge) -> bool:
    """Return whether paths, headers and rules are such that staging may have written them."""
    headers = [
        text or "" for one in files.entries for text in (one.content_type, one.cache_control, one.content_encoding)
    ]
    return (
        not any(_OTHER_FOLDER.search(entry.path) for entry in files.entries)
        and all(map(_HEADER.fullmatch, headers))
        and _has_own_tables(edge)
    )


def _has_own_tables(edge: ReleaseEdge) -> bool:
    """Return whether each value for the store belongs to a table, whose id is a hash of it.

    So no value of another table is overwritten.
    """
    prefixes = {rule_table_prefix(head["id"]): head for head in edge.tables.values()}
    tables = {
        prefix: {key.removeprefix(prefix): value for key, value in edge.items.items() if key.startswith(prefix)}
        for prefix in prefixes
    }
    count = sum(len(buckets) for buckets in tables.values())
    return count == len(edge.items) and all(is_rule_table(head, tables[prefix]) for prefix, head in prefixes.items())
