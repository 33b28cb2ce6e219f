"""The dynamic provider that invalidates CloudFront's cache after a change of the published files.

The engine pickles the provider by reference to this module's name. So renaming the module breaks the state of every
stack, and importing it must have no side effect.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    UpdateResult,
)

from hosting.aws.session import aws_errors, client
from hosting.errors import HostingError
from hosting.providers.base import AwsProvider
from hosting.publish.managed.invalidation_paths import EVERYTHING, invalidation_paths
from hosting.publish.managed.restore import restore_missing
from hosting.publish.s3.errors import S3Error
from hosting.publish.staging.manifest import changed_paths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pulumi

    from hosting.publish.managed.restore import ManagedBucket

# An invalidation usually takes about a minute; after half an hour something is wrong.
_WAITER_CONFIG = {"Delay": 5, "MaxAttempts": 360}

# Differs from the fingerprint of every file.
_UNKNOWN_FINGERPRINT = ""


class Waiter(Protocol):
    """A waiter of boto3."""

    def wait(self, **arguments: Any) -> None:  # noqa: ANN401 - boto3's shape
        """Return once the condition is met; raise WaiterError after too many attempts."""


class CloudFront(Protocol):
    """The calls of boto3's CloudFront client that this module makes."""

    def create_invalidation(
        self,
        *,
        DistributionId: str,  # noqa: N803 - boto3's name
        InvalidationBatch: Mapping[str, Any],  # noqa: N803 - boto3's name
    ) -> Mapping[str, Any]:
        """Start an invalidation."""

    def get_waiter(self, name: str) -> Waiter:
        """Return the waiter called ``name``."""


class InvalidationProvider(AwsProvider):
    """Invalidates on create and update; a delete does nothing, as an invalidation can't be undone.

    Before it invalidates, an update deletes the objects of removed files. The engine deletes them only at the end, and
    a request in between would bring a removed file back into the cache, for a day.
    """

    def cloudfront(self) -> CloudFront:
        """Return the client; overridden in tests."""
        cloudfront: CloudFront = client("cloudfront", self.settings)
        return cloudfront

    def bucket_client(self, bucket: str) -> ManagedBucket:
        """Return the client of the bucket; overridden in tests."""
        # Imported here, as it imports boto3, which an update without changes does not need.
        from hosting.publish.s3.bucket import open_bucket  # noqa: PLC0415 - see above

        return open_bucket(bucket, self.settings)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return a change if an update would invalidate; the resource is never replaced."""
        return DiffResult(changes=bool(_stale_paths(_olds, _news)), replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Invalidate the files of the first publish: visitors may have requested their URLs before."""
        outputs = self._invalidated(props, _stale_paths({}, props))
        return CreateResult(str(uuid.uuid4()), outputs)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Correct the bucket, then invalidate what changed since the last update that succeeded."""
        self._correct_bucket(_olds, _news)
        return UpdateResult(self._invalidated(_news, _stale_paths(_olds, _news)))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the state, with an unknown fingerprint for each file that was changed or removed outside of Pulumi.

        The engine repairs these objects, but the edge may have cached the wrong content. So the next update invalidates
        them in any case.
        """
        return ReadResult(id_, {**props, "entries": self._actual_entries(props)})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Do nothing: an invalidation can't be undone."""

    def _actual_entries(self, props: Mapping[str, Any]) -> dict[str, str]:
        entries: dict[str, str] = props["entries"]
        if not props.get("invalidated_at"):
            return entries
        invalidated_at = datetime.fromisoformat(props["invalidated_at"])
        try:
            existing = self.bucket_client(props["bucket"]).list("")
        except (S3Error, OSError):
            # The bucket's own resource reports a bucket that does not exist or can't be listed.
            return entries
        # Each path stays, so that an update without the file still sees that it was removed.
        return {
            path: entry if path in existing and existing[path].time <= invalidated_at else _UNKNOWN_FINGERPRINT
            for path, entry in entries.items()
        }

    def _correct_bucket(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
        """Delete the objects of removed files, and restore objects that an unfinished publish has deleted."""
        removed, unverified = _removed_keys(olds, news), _unverified_keys(olds, news)
        if not removed and not unverified:
            return
        name = news["bucket"]
        try:
            bucket = self.bucket_client(name)
            if removed:
                bucket.delete(removed)
            if unverified:
                restore_missing(bucket, unverified, news["entries"], Path(news["staging"]))
        except (S3Error, OSError) as error:
            raise HostingError(
                f"The files are uploaded, but bucket {name} could not be corrected (delete removed files, restore "
                f"missing ones), so CloudFront was not invalidated: {error}. Run `pulumi up` again to finish"
            ) from error

    def _invalidated(self, props: dict[str, Any], paths: Sequence[str]) -> dict[str, Any]:
        """Invalidate ``paths``, and return the resource's outputs."""
        invalidation_id, invalidated_at = self._invalidate(props, paths) if paths else (None, None)
        return {**props, "invalidation_id": invalidation_id, "paths": list(paths), "invalidated_at": invalidated_at}

    def _invalidate(self, props: Mapping[str, Any], paths: Sequence[str]) -> tuple[str, str]:
        """Invalidate ``paths``, and return the invalidation's id and its time by CloudFront's clock."""
        distribution = props["distribution_id"]
        batch = {
            "Paths": {"Quantity": len(paths), "Items": list(paths)},
            # Unique, as CloudFront answers a repeated reference with the old invalidation.
            "CallerReference": f"hosting-{uuid.uuid4()}",
        }
        try:
            cloudfront = self.cloudfront()
            response = cloudfront.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)
            invalidation_id = str(response["Invalidation"]["Id"])
            invalidated_at = response["Invalidation"]["CreateTime"].isoformat()
            if props["wait"]:
                cloudfront.get_waiter("invalidation_completed").wait(
                    DistributionId=distribution, Id=invalidation_id, WaiterConfig=_WAITER_CONFIG
                )
        except aws_errors() as error:
            raise HostingError(
                f"The files are uploaded, but distribution {distribution} could not be invalidated: {error}. "
                "Run `pulumi up` again: it invalidates what is still stale"
            ) from error
        return invalidation_id, invalidated_at


def _stale_paths(olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    """Return the paths that an update from ``olds`` to ``news`` has to invalidate."""
    # In a preview the id of a new distribution is unknown, so it differs from the old one.
    moved = olds.get("distribution_id") != news.get("distribution_id")
    old_entries = {} if moved else olds.get("entries", {})
    paths = invalidation_paths(
        [*changed_paths(old_entries, news["entries"]), *_removed_keys(olds, news)],
        index_document=news["index_document"],
        fallbacks=news["fallbacks"],
        max_paths=int(news["max_paths"]),
    )
    everything = news["always"] or (not moved and (_are_error_pages_changed(olds, news) or _is_unfinished(olds, news)))
    return [EVERYTHING] if everything else paths


def _are_error_pages_changed(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether another error page is served, or with another status: the old one is cached under any path."""
    return any(olds.get(name) != news[name] for name in ("fallbacks", "error_responses"))


def _is_unfinished(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether a publish since the last invalidation did not finish: the edge may have cached its files.

    In a preview a new marker is unknown, so it equals neither the invalidated marker nor its successor. The preview
    then reports a change if the files equal the invalidated ones, which is what the update does too.
    """
    invalidated = olds.get("publish_marker")
    expected = (news["publish_marker"], news.get("previous_publish_marker"))
    return invalidated is not None and invalidated not in expected


def _removed_keys(olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    """Return the sorted keys of removed files; none if the bucket changed, as the engine deletes the old bucket."""
    if olds.get("bucket") != news["bucket"]:
        return []
    return sorted(olds["entries"].keys() - news["entries"].keys())


def _unverified_keys(olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    """Return the keys whose objects may be missing although they exist in the state.

    A publish deletes objects here before the engine deletes their resources. If it did not finish, and the files are
    published again, the engine sees no change.
    """
    if olds.get("bucket") != news["bucket"]:
        return []
    verified = {} if _is_unfinished(olds, news) else olds["entries"]
    return sorted(news["entries"].keys() - verified.keys())


@dataclass(frozen=True)
class InvalidationArgs:
    """The inputs of an ``Invalidation``.

    Attributes:
        distribution_id: the distribution to invalidate.
        bucket: the bucket's name.
        staging: the staged tree, relative to the project.
        publish_marker: the marker of this publish.
        previous_publish_marker: the marker of the previous publish; None for the first.
        entries: each published path with the fingerprint of its file.
        index_document: the name of the file that a folder's URL serves.
        fallbacks: published files that CloudFront also serves under other URLs.
        error_responses: the index document and the error responses, as JSON.
        max_paths: more URLs than this are replaced by ``/*``.
        always: invalidate everything at each update.
        wait: return only when CloudFront has completed the invalidation.
    """

    distribution_id: pulumi.Input[str]
    bucket: pulumi.Input[str]
    staging: str
    publish_marker: pulumi.Input[str]
    previous_publish_marker: pulumi.Input[str | None]
    entries: dict[str, str]
    index_document: str
    fallbacks: list[str]
    error_responses: str
    max_paths: int
    always: bool
    wait: bool


class Invalidation(Resource, module="hosting", name="Invalidation"):
    """Invalidates the files that changed since its last update.

    Attributes:
        invalidation_id: the last invalidation's id.
        paths: the paths of the last invalidation.
        invalidated_at: the time of the last invalidation, by CloudFront's clock; the bucket was correct by then.
    """

    invalidation_id: pulumi.Output[str | None]
    paths: pulumi.Output[list[str]]
    invalidated_at: pulumi.Output[str | None]

    def __init__(self, name: str, args: InvalidationArgs, opts: pulumi.ResourceOptions) -> None:
        """Declare it under the logical name ``name``."""
        # Not asdict(): it would copy the distribution's id, which is an Output, too deeply.
        inputs = {field.name: getattr(args, field.name) for field in fields(args)}
        # Outputs have to be declared among the inputs.
        outputs = dict.fromkeys(("invalidation_id", "paths", "invalidated_at"))
        super().__init__(InvalidationProvider(), name, {**inputs, **outputs}, opts)
