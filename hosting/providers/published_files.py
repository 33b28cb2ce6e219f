"""The dynamic provider that holds the bucket of managed mode against the last publish that finished, and corrects it.

The engine pickles the provider by reference to this module's name. So renaming the module breaks the state of every
stack, and importing it must have no side effect. What an `up` without changes does not need is imported where it is
used: S3's client, and the modules of the publish.
"""

from __future__ import annotations

import json
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from hosting.errors import HostingError
from hosting.providers.base import AwsProvider
from hosting.providers.publish_marker import removed_paths

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pulumi

    from hosting.publish.managed.published import ManagedBucket, PublishRecord, PublishRequest

# A change of any of these is an update. The files need no comparison: other files have another publish marker.
_COMPARED = ("bucket", "publish_marker", "keep_assets_days")
_DAY_S = 86_400


class PublishedFilesProvider(AwsProvider):
    """Corrects the bucket on create and update, and compares it with the record on read."""

    def bucket_client(self, bucket: str) -> ManagedBucket:
        """Return the client of the bucket; overridden in tests."""
        from hosting.publish.s3.bucket import open_bucket  # noqa: PLC0415 - see above

        return open_bucket(bucket, self.settings)

    def now(self) -> int:
        """Return the seconds since 1970; overridden in tests."""
        return int(time.time())

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return a change if files were published, or if a refresh found objects that differ; never a replacement."""
        changes = bool(_olds.get("drift")) or any(_olds.get(name) != _news[name] for name in _COMPARED)
        return DiffResult(changes=changes, replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Record the first publish."""
        return CreateResult(str(uuid.uuid4()), self._corrected({}, props))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Correct the bucket, and record the publish."""
        return UpdateResult(self._corrected(_olds, _news))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the state with the number of objects that were written or removed since the last publish."""
        from hosting.publish.managed.published import changed_objects  # noqa: PLC0415 - see above
        from hosting.publish.s3.errors import S3Error  # noqa: PLC0415 - see above

        try:
            changed = changed_objects(self.bucket_client(props["bucket"]), _record(props, props["bucket"]))
        except (S3Error, OSError):
            # The bucket's own resource reports a bucket that does not exist or can't be listed.
            return ReadResult(id_, props)
        if changed:
            _log(props).warn(f"{_objects(changed)} written or removed since the last publish that finished")
        return ReadResult(id_, {**props, "drift": len(changed)})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete the files after a change to bulk mode; if the resource is only replaced, they remain."""
        from hosting.publish.bulk.in_place_files import INDEXES, in_place_files  # noqa: PLC0415 - see above
        from hosting.publish.managed.published import remove_published  # noqa: PLC0415 - see above

        bucket = _props["bucket"]
        with _known_errors(f"The files of managed mode could not be removed from bucket {bucket}"):
            client = self.bucket_client(bucket)
            remove_published(client, _record(_props, bucket), in_place_files(client).paths, INDEXES)

    def _corrected(self, olds: Mapping[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        """Correct the bucket, and return the resource's outputs."""
        from hosting.publish.managed.published import correct  # noqa: PLC0415 - see above

        bucket = news["bucket"]
        with _known_errors(
            f"The changed files are uploaded, but bucket {bucket} could not be compared with the site, so visitors may "
            "get a mix of this publish and earlier ones"
        ):
            record, again = correct(self.bucket_client(bucket), _record(olds, bucket), self._request(olds, news))
        if again:
            _log(news).info(f"{_objects(again)} uploaded again, as the bucket had other content or none")
        versions, retained = json.dumps(record.versions), json.dumps(record.retained)
        return {**news, "removals": [], "versions": versions, "retained": retained, "drift": 0}

    def _request(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> PublishRequest:
        from hosting.publish.bulk.in_place_files import InPlaceFiles, in_place_files  # noqa: PLC0415 - see above
        from hosting.publish.managed.published import PublishRequest  # noqa: PLC0415 - see above

        is_continuous = olds.get("publish_marker") in (news["publish_marker"], news.get("previous_publish_marker"))
        # A publish of bulk mode has a marker too, so after it this one is the first or is not continuous.
        may_follow_bulk = not olds or not is_continuous
        bulk = in_place_files(self.bucket_client(news["bucket"])) if may_follow_bulk else InPlaceFiles()
        return PublishRequest(
            json.loads(news["entries"]),
            Path(news["staging"]),
            is_continuous=is_continuous,
            removed=removed_paths(news.get("removals") or ()),
            keep_s=int(news["keep_assets_days"]) * _DAY_S,
            now=self.now(),
            taken_over=bulk.paths,
            obsolete=bulk.records,
        )


def _record(state: Mapping[str, Any], bucket: str) -> PublishRecord:
    """Return the record in the state; an empty one if it is of another bucket."""
    from hosting.publish.managed.published import PublishRecord  # noqa: PLC0415 - see above

    if state.get("bucket") != bucket:
        return PublishRecord()
    return PublishRecord(*(json.loads(state[name]) for name in ("entries", "versions", "retained")))


@contextmanager
def _known_errors(consequence: str) -> Iterator[None]:
    """Raise an error with what it means and what to do next for each error of S3 and of the staged tree."""
    from hosting.publish.s3.errors import S3Error  # noqa: PLC0415 - see above

    try:
        yield
    except (S3Error, OSError) as error:
        raise HostingError(f"{consequence}: {error}. Run `pulumi up` again to finish") from error


def _objects(paths: Sequence[str]) -> str:
    """Return the subject and the verb of a sentence about objects."""
    return f"The object '{paths[0]}' was" if len(paths) == 1 else f"{len(paths)} objects, such as '{paths[0]}', were"


def _log(props: Mapping[str, Any]) -> Any:  # noqa: ANN401 - imported below
    from hosting.providers.engine_log import EngineLog  # noqa: PLC0415 - see above

    return EngineLog(str(props["urn"]))


@dataclass(frozen=True)
class PublishedFilesArgs:
    """The inputs of ``PublishedFiles``.

    Attributes:
        bucket: the bucket's name.
        staging: the staged tree, relative to the project.
        publish_marker: the marker of this publish.
        previous_publish_marker: the marker of the previous publish; None for the first.
        removals: the paths that the last publishes have removed, as the publish marker has them.
        entries: each published path with the fingerprint of its file, as JSON.
        keep_assets_days: how long removed files with hashed names remain.
        urn: the resource's URN, beside which the engine shows messages.
    """

    bucket: pulumi.Input[str]
    staging: str
    publish_marker: pulumi.Input[str]
    previous_publish_marker: pulumi.Input[str | None]
    removals: pulumi.Input[list[dict[str, Any]]]
    entries: str
    keep_assets_days: int
    urn: str


class PublishedFiles(Resource, module="hosting", name="PublishedFiles"):
    """The objects in the bucket, as they were at the end of the last publish that finished.

    Attributes:
        versions: the ETag and the time of each object, by path, as JSON.
        retained: the removed files that are still in the bucket, with the time of their removal, as JSON.
        drift: the number of objects that a refresh found to differ.
    """

    versions: pulumi.Output[str]
    retained: pulumi.Output[str]
    drift: pulumi.Output[int]

    def __init__(self, name: str, args: PublishedFilesArgs, opts: pulumi.ResourceOptions) -> None:
        """Declare it under the logical name ``name``; ``opts`` must depend on all files."""
        inputs = {field.name: getattr(args, field.name) for field in fields(args)}
        # Outputs have to be declared among the inputs.
        super().__init__(
            PublishedFilesProvider(), name, {**inputs, **dict.fromkeys(("versions", "retained", "drift"))}, opts
        )
