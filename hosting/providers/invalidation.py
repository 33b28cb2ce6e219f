"""The dynamic provider that invalidates the edge when the published content changed.

The engine pickles the provider by reference to this module's name, so renaming the module breaks the
state of every stack, and importing it must have no side effect.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError
from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    UpdateResult,
)

from hosting.aws.session import client
from hosting.errors import HostingError
from hosting.providers.base import AwsProvider
from hosting.publish.managed.invalidation_paths import EVERYTHING, invalidation_paths
from hosting.publish.managed.restore import put_back
from hosting.publish.s3.errors import S3Error
from hosting.publish.staging.manifest import changed_paths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pulumi

    from hosting.publish.managed.restore import Objects

# CloudFront takes a minute or so as a rule; half an hour means that something is wrong.
_POLL = {"Delay": 5, "MaxAttempts": 360}

# No file's fingerprint.
_UNKNOWN = ""


class Waiter(Protocol):
    """Waits for one thing of the cloud's."""

    def wait(self, **arguments: Any) -> None:  # noqa: ANN401 - boto3's shape
        """Return when it has come to pass; raise WaiterError when it has not for long."""


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
    """Invalidates on create and update; deletes nothing: an invalidation is an event of the past.

    Before it invalidates, an update removes the objects of files that have vanished. The engine would do so only when
    everything else is done, and whoever asked in between would bring a removed file back to the edge, for a day.
    """

    def cloudfront(self) -> CloudFront:
        """Return the client; overridden in tests."""
        made: CloudFront = client("cloudfront", self.settings)
        return made

    def objects(self, bucket: str) -> Objects:
        """Return the bucket; overridden in tests."""
        # It takes boto3 with it, which an update with nothing to do has no use for.
        from hosting.publish.s3.bucket import open_store  # noqa: PLC0415 - see above

        return open_store(bucket, self.settings)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return a change exactly when an update would invalidate; nothing is ever replaced."""
        return DiffResult(changes=bool(_stale_paths(_olds, _news)), replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Invalidate what the first publish put up: visitors may have been there before it."""
        outputs = self._invalidated(props, _stale_paths({}, props))
        return CreateResult(str(uuid.uuid4()), outputs)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Invalidate what changed since the last update that succeeded, once the bucket holds what it should."""
        self._settle_objects(_olds, _news)
        return UpdateResult(self._invalidated(_news, _stale_paths(_olds, _news)))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return what is known, but for the content of files that another hand has changed or removed since.

        The engine repairs them in the bucket by itself, but the edge may have them as they were meanwhile: so the next
        update invalidates them, whatever they are by then.
        """
        return ReadResult(id_, {**props, "entries": self._as_found(props)})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Do nothing: an invalidation can't be taken back."""

    def _as_found(self, props: Mapping[str, Any]) -> dict[str, str]:
        entries: dict[str, str] = props["entries"]
        if not props.get("settled"):
            return entries
        settled = datetime.fromisoformat(props["settled"])
        try:
            there = self.objects(props["bucket"]).list("")
        except (S3Error, OSError):
            # A bucket that is gone, or may not be listed, is for others to tell.
            return entries
        # Kept by name, or one that the site no longer has would not be known to have gone.
        return {
            path: entry if path in there and there[path].time <= settled else _UNKNOWN
            for path, entry in entries.items()
        }

    def _settle_objects(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
        gone, doubtful = vanished(olds, news), _doubtful(olds, news)
        if not gone and not doubtful:
            return
        bucket = news["bucket"]
        try:
            objects = self.objects(bucket)
            if gone:
                objects.delete(gone)
            if doubtful:
                put_back(objects, doubtful, news["entries"], Path(news["staging"]))
        except (S3Error, OSError) as error:
            raise HostingError(
                f"The files are up, but what is gone could not be removed from bucket {bucket}, so that the edge was "
                f"not invalidated: {error}. Run `pulumi up` again: it does what is still to do"
            ) from error

    def _invalidated(self, props: dict[str, Any], paths: Sequence[str]) -> dict[str, Any]:
        """Return the resource's outputs after invalidating ``paths``."""
        made = self._invalidate(props, paths) if paths else None
        invalidation_id, settled = made or (None, None)
        return {**props, "invalidation_id": invalidation_id, "paths": list(paths), "settled": settled}

    def _invalidate(self, props: Mapping[str, Any], paths: Sequence[str]) -> tuple[str, str]:
        """Invalidate ``paths``, and return the invalidation's id and CloudFront's time of it."""
        distribution = props["distribution_id"]
        batch = {
            "Paths": {"Quantity": len(paths), "Items": list(paths)},
            # Unique: the same reference with the same paths would be answered with the old invalidation.
            "CallerReference": f"hosting-{uuid.uuid4()}",
        }
        try:
            cloudfront = self.cloudfront()
            answer = cloudfront.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)
            invalidation_id = str(answer["Invalidation"]["Id"])
            settled = answer["Invalidation"]["CreateTime"].isoformat()
            if props["wait"]:
                cloudfront.get_waiter("invalidation_completed").wait(
                    DistributionId=distribution, Id=invalidation_id, WaiterConfig=_POLL
                )
        except (BotoCoreError, ClientError) as error:
            raise HostingError(
                f"The files are up, but distribution {distribution} could not be invalidated: {error}. "
                "Run `pulumi up` again: it invalidates what is still stale"
            ) from error
        return invalidation_id, settled


def _stale_paths(olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    """Return the paths that an update from ``olds`` to ``news`` has to invalidate."""
    # A distribution that is about to be made is unknown in a preview, and certainly another one.
    moved = olds.get("distribution_id") != news.get("distribution_id")
    old_entries = {} if moved else olds.get("entries", {})
    paths = invalidation_paths(
        [*changed_paths(old_entries, news["entries"]), *vanished(olds, news)],
        index_document=news["index_document"],
        fallbacks=news["fallbacks"],
        max_paths=int(news["max_paths"]),
    )
    everything = news["always"] or (not moved and (_answers_otherwise(olds, news) or _interrupted(olds, news)))
    return [EVERYTHING] if everything else paths


def _answers_otherwise(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Whether another error page is served from now on, or otherwise: the old answer is cached under any path."""
    # A state from before there were `answers` says nothing of them.
    return bool(olds.get("fallbacks") != news["fallbacks"] or olds.get("answers", news["answers"]) != news["answers"])


def _interrupted(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Whether another publish began after the last that was served, and did not end: the edge may have got its files.

    In a preview a mark that will be set is unknown, and so neither what was served nor followed by it: that is a change
    if the files are as they were served, just as it will be.
    """
    served = olds.get("mark")
    return served is not None and served not in (news["mark"], news.get("previous_mark"))


def vanished(olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    """Return the keys whose files are no longer there, sorted; of another bucket's objects the engine knows better."""
    if olds.get("bucket") != news["bucket"]:
        return []
    return sorted(olds["entries"].keys() - news["entries"].keys())


def _doubtful(olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    """Return the keys whose objects a publish that did not end may have removed, while the engine holds they are there.

    It deletes them in its state only at the very end: if it never got there, and the files are back, it sees no change.
    """
    if olds.get("bucket") != news["bucket"]:
        return []
    known = {} if _interrupted(olds, news) else olds["entries"]
    return sorted(news["entries"].keys() - known.keys())


@dataclass(frozen=True)
class InvalidationArgs:
    """What an ``Invalidation`` goes by.

    Attributes:
        distribution_id: whose edge it is.
        bucket: the bucket's name.
        staging: the staged tree, relative to the project.
        mark, previous_mark: of this publish, and of the one before it.
        entries: each published path to its entry's fingerprint.
        index_document: the file name that a folder's URL serves.
        fallbacks: published paths that CloudFront serves under other URLs too.
        answers: changes when these are served otherwise: with another status, say.
        max_paths: more changed URLs than this collapse to ``/*``.
        always: invalidate everything at each update.
        wait: return only when CloudFront has completed the invalidation.
    """

    distribution_id: pulumi.Input[str]
    bucket: pulumi.Input[str]
    staging: str
    mark: pulumi.Input[str]
    previous_mark: pulumi.Input[str | None]
    entries: dict[str, str]
    index_document: str
    fallbacks: list[str]
    answers: str
    max_paths: int
    always: bool
    wait: bool


class Invalidation(Resource, module="hosting", name="Invalidation"):
    """Keeps the edge in step with the files: invalidates what changed since its last update.

    Attributes:
        invalidation_id: the last invalidation's id.
        paths: what it invalidated.
        settled: when, by CloudFront's clock: the bucket held by then what it should.
    """

    invalidation_id: pulumi.Output[str | None]
    paths: pulumi.Output[list[str]]
    settled: pulumi.Output[str | None]

    def __init__(self, name: str, args: InvalidationArgs, opts: pulumi.ResourceOptions) -> None:
        """Declare it under the logical name ``name``."""
        # Not asdict(): it would copy the distribution's id, which is an Output, too deeply.
        inputs = {field.name: getattr(args, field.name) for field in fields(args)}
        # Outputs have to be declared among the inputs.
        outputs = dict.fromkeys(("invalidation_id", "paths", "settled"))
        super().__init__(InvalidationProvider(), name, {**inputs, **outputs}, opts)
