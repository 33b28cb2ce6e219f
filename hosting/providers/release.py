"""The dynamic provider that publishes the whole site as one resource.

The engine pickles the provider by reference to this module's name. So renaming the module breaks the state of every
stack, and importing it must have no side effect.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from hosting.aws.key_value_store import open_store
from hosting.errors import PublishError
from hosting.providers.base import AwsProvider
from hosting.providers.engine_log import EngineLog
from hosting.providers.publish_marker import is_unfinished, removed_paths
from hosting.providers.release_args import ReleaseArgs
from hosting.providers.release_errors import reported
from hosting.publish.bulk import layout
from hosting.publish.bulk.catalogue import summaries
from hosting.publish.bulk.managed_files import write_managed_files
from hosting.publish.bulk.preview_site import PreviewSite
from hosting.publish.bulk.promotion import PromotionSource, SourceStack
from hosting.publish.bulk.publisher import Publisher, PublishResult
from hosting.publish.bulk.removal import Removal
from hosting.publish.bulk.request import PublishRequest
from hosting.publish.s3.bucket import open_bucket
from hosting.publish.s3.errors import S3Error

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeVar

    import pulumi

    from hosting.publish.bulk.in_place import InPlacePublisher, InPlaceResult
    from hosting.publish.bulk.store import Store
    from hosting.publish.s3.bucket import BucketClient

    T = TypeVar("T")

# A change of the bucket moves the site: a new resource is created, and the old one is deleted last.
_REPLACING = ("bucket",)
# These say how to publish, not what: a change of these alone is not an update.
_HOW = frozenset(
    {
        "max_remove",
        "urn",
        "files",
        "bytes",
        "files_digest",
        "staging",
        "publish_marker",
        "previous_publish_marker",
        "removals",
        "source_stack",
        "source_bucket",
        "source_records",
    }
)
_DAY_S = 86_400
# The inputs that say which release is published.
_WHICH = ("release_digest", "rollback_to")
# The publishers that have reported what they will upload. The update that follows goes on with what they have read.
_REPORTED: dict[tuple[str, str, PublishRequest], Publisher | InPlacePublisher] = {}


class ReleaseProvider(AwsProvider):
    """Publishes on create and update, compares on read, and deletes its own objects on delete."""

    def bucket_client(self, bucket: str) -> BucketClient:
        """Return the client of the bucket; overridden in tests."""
        return open_bucket(bucket, self.settings)

    def store_client(self, arn: str) -> Store:
        """Return the client of the key value store; overridden in tests."""
        return open_store(arn, self.settings)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Report what a first publish will upload; ``diff`` does so for each later one, by the existing release."""
        source = reported(news, lambda: self._source(news))
        reported(news, lambda: self._check_region(news))
        if not _olds and news.get("preview"):
            base = news["preview"]["base"]
            known = f"; what '{base}' has is not uploaded again" if base else ""
            EngineLog(str(news["urn"])).info(f"Release: {int(news['files'])} files to publish{known}")
        elif not _olds and source:
            promoted = reported(news, lambda: source.release(str(news["release_digest"])))
            EngineLog(str(news["urn"])).info(f"Release: {len(promoted.files)} to add, 0 bytes to send")
        elif not _olds and news.get("release_digest"):
            message = f"Release: {int(news['files'])} to add, {int(news['bytes'])} bytes to send"
            EngineLog(str(news["urn"])).info(message)
        return CheckResult(news, [])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return whether an update changes anything, and report what it will upload."""
        names = [field.name for field in fields(ReleaseArgs) if field.name not in _HOW]
        # In a preview, the ARN of a new store is None: it is not known yet.
        is_moved = _news.get("store") is not None and bool(_olds.get("store")) != bool(_news["store"])
        replaces = [name for name in _REPLACING if _olds.get(name) != _news.get(name)] + (["store"] if is_moved else [])
        replaces += ["preview"] if _preview_name(_olds) != _preview_name(_news) else []
        drift = int(_olds.get("drift") or 0)
        changes = any(_olds.get(name) != _news.get(name) for name in names) or bool(drift) or _expires_soon(_olds)
        unfinished = not changes and is_unfinished(_olds, _news)
        if changes and not replaces:
            message = reported(_news, lambda: self._preview(_olds, _news, drift))
            EngineLog(str(_news["urn"])).info(f"Release: {message}")
        elif unfinished:
            message = "the last publish did not finish: each object will be compared, and restored if it differs"
            EngineLog(str(_news["urn"])).info(f"Release: {message}")
        return DiffResult(changes=changes or unfinished, replaces=replaces)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Publish for the first time, and take over the objects of a resource that this one replaces."""
        id_ = f"release-{uuid.uuid4()}"
        outputs = self._publish(props, {})
        bucket = self.bucket_client(str(props["bucket"]))
        reported(props, lambda: bucket.write(_owner_key(props), id_.encode(), replaces=None))
        if props.get("store") and (removed := removed_paths(props.get("removals") or ())):
            reported(props, lambda: write_managed_files(bucket, removed))
        return CreateResult(id_, outputs)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Publish the changes."""
        return UpdateResult(self._publish(_news, _olds))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Compare each object of the live release with the published one."""

        def compare() -> list[str]:
            publisher = self._publisher(props, props)
            return publisher.drift() if publisher.is_live(str(props["digest"])) else ["everything"]

        drift = reported(props, compare, f"Bucket {props['bucket']} could not be compared with the release")
        if drift:
            message = f"Release: {len(drift)} objects were changed or removed outside of Pulumi, such as '{drift[0]}'"
            EngineLog(str(props["urn"])).warn(message)
        # Not the paths: state stays small.
        return ReadResult(id_, {**props, "drift": len(drift)})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete the publisher's own objects, unless another resource has replaced this one.

        The keys of the store are deleted with the store. A bucket that does not exist has nothing to delete.
        """

        def delete() -> None:
            try:
                delete_objects()
            except S3Error as error:
                # https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
                if error.code != "NoSuchBucket":
                    raise

        def delete_objects() -> None:
            bucket = self.bucket_client(str(_props["bucket"]))
            owner = bucket.read(_owner_key(_props))
            if owner is not None and owner.data != _id.encode():
                return
            if _props.get("preview"):
                preview = PreviewSite.of(_props["preview"])
                Removal(bucket, self.store_client(str(_props["store"])), preview.name).run(preview.owner)
            elif _props.get("store"):
                bucket.delete([layout.ROOT + rest for rest in bucket.list(layout.ROOT)])
            else:
                _in_place(bucket, PublishRequest.of(_props), EngineLog(str(_props["urn"]))).remove()
                bucket.delete([_owner_key(_props)])

        reported(_props, delete, f"The release's objects in bucket {_props['bucket']} could not be deleted")

    def _check_region(self, news: Mapping[str, Any]) -> None:
        """Refuse another region than that of the edge's bucket.

        Raises:
            PublishError: the bucket is in another region.
        """
        region = (news.get("preview") or {}).get("region")
        if region and region != self.settings.region:
            raise PublishError(
                f"'aws:region' must be {region}, where the bucket of the preview edge is (got {self.settings.region}); "
                f"nothing was deployed: pulumi config set aws:region {region}"
            )

    def _preview(self, olds: Mapping[str, Any], news: Mapping[str, Any], drift: int) -> str:
        if news.get("store") is None:
            return "to be published to another key value store"
        publisher = self._publisher(olds, news)
        message = publisher.preview(drift=drift)
        _REPORTED[_target(olds, news)] = publisher
        return message

    def _publisher(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Publisher | InPlacePublisher:
        """Return the publisher of ``news``; ``olds`` has the last publish that finished."""
        bucket_name, store, request = _target(olds, news)
        bucket, log = self.bucket_client(bucket_name), EngineLog(str(news["urn"]))
        if store:
            return Publisher(bucket, self.store_client(store), request, log, self._source(news))
        return _in_place(bucket, request, log)

    def _source(self, news: Mapping[str, Any]) -> PromotionSource | None:
        """Return the stack whose release is promoted; None without one.

        Raises:
            PublishError: it is not deployed in bulk mode.
        """
        if not news.get("source_stack"):
            return None
        stack = SourceStack(str(news["source_stack"]), str(news["source_bucket"]), str(news["source_records"]))
        if not (stack.bucket and stack.records and news["release_digest"]):
            raise PublishError(
                f"'publish:from' names stack '{stack.name}', which has not published a release in bulk mode behind "
                f"CloudFront; nothing was deployed: pulumi up --stack {stack.name}"
            )
        return PromotionSource(self.bucket_client(stack.bucket), stack)

    def _publish(self, props: dict[str, Any], olds: Mapping[str, Any]) -> dict[str, Any]:
        """Publish, and return the resource's outputs."""
        repair = bool(olds.get("drift")) or is_unfinished(olds, props)
        publisher = _REPORTED.pop(_target(olds, props), None) or self._publisher(olds, props)
        result = reported(props, lambda: publisher.publish(repair=repair))
        return {**props, **_outputs(result), "drift": 0}


def _in_place(bucket: BucketClient, request: PublishRequest, log: EngineLog) -> InPlacePublisher:
    """Return the publisher of a stack without a distribution."""
    from hosting.publish.bulk.in_place import InPlacePublisher  # noqa: PLC0415 - only such stacks wait for the import

    return InPlacePublisher(bucket, request, log)


def _target(olds: Mapping[str, Any], news: Mapping[str, Any]) -> tuple[str, str, PublishRequest]:
    """Return the bucket and the key value store to publish to, and what to publish."""
    # In a preview the removed paths are unknown: None, or an object of the SDK.
    removals = news.get("removals")
    request = replace(PublishRequest.of(news), removed=removed_paths(removals) if isinstance(removals, list) else {})
    if request.preview and olds.get("preview"):
        request = replace(request, preview=replace(request.preview, former_owner=str(olds["preview"]["owner"])))
    if all(olds.get(name) == news[name] for name in _WHICH):
        # The release that visitors get is restored, so it is meant to replace what an unfinished publish wrote.
        request = replace(request, max_remove=100)
    return str(news["bucket"]), str(news.get("store") or ""), request


def _owner_key(props: Mapping[str, Any]) -> str:
    records = layout.site_records(_preview_name(props)) if props.get("store") else layout.IN_PLACE_RECORDS
    return records + layout.OWNER


def _preview_name(props: Mapping[str, Any]) -> str:
    """Return the name of a preview; empty for a site."""
    return str(props["preview"]["name"]) if props.get("preview") else ""


def _expires_soon(olds: Mapping[str, Any]) -> bool:
    """Return whether a preview has less than half of its time left, so that this update renews it."""
    if not (olds.get("preview") and olds.get("expires")):
        return False
    days = float(olds["preview"]["expire_days"])
    return float(olds["expires"]) - time.time() < days * _DAY_S / 2


def _outputs(result: PublishResult | InPlaceResult) -> dict[str, Any]:
    outputs = {"digest": result.release.digest, "file_count": result.release.files}
    if isinstance(result, PublishResult):
        outputs |= {"releases": summaries(result.catalogue), "kind": result.manifest.edge.kind}
        return {**outputs, "expires": result.expires}
    return {**outputs, "releases": [result.release.summary()], "kind": "", "expires": 0}


class Release(Resource, module="hosting", name="Release"):
    """The site's files as one resource.

    Attributes:
        digest: the digest of the live release.
        file_count: the number of its files.
        releases: the releases in the bucket.
        kind: ``app`` or ``pages``: how the release's files are served; empty without a router.
        expires: when a preview expires, in seconds since 1970; 0 for a site.
    """

    digest: pulumi.Output[str]
    file_count: pulumi.Output[int]
    releases: pulumi.Output[list[dict[str, Any]]]
    kind: pulumi.Output[str]
    expires: pulumi.Output[int]

    def __init__(self, name: str, args: ReleaseArgs, opts: pulumi.ResourceOptions) -> None:
        """Declare it under the logical name ``name``."""
        # Not asdict(): it would copy the bucket's name, which is an Output, too deeply.
        inputs = {field.name: getattr(args, field.name) for field in fields(args)}
        # Outputs have to be declared among the inputs.
        outputs = dict.fromkeys(("digest", "file_count", "releases", "kind", "expires", "drift"))
        super().__init__(ReleaseProvider(), name, {**inputs, **outputs}, opts)
