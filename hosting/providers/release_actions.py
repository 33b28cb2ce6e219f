"""What the resource ``Release`` does with AWS: it reports, publishes, compares and deletes.

The program and an update without changes do not import this module, as the import takes 0.05 s of each `pulumi up`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from hosting.errors import PublishError
from hosting.providers.engine_log import EngineLog
from hosting.providers.publish_marker import is_unfinished, left_by_managed_mode
from hosting.providers.release_args import release_preview_name
from hosting.providers.release_errors import reported
from hosting.publish.bulk import layout
from hosting.publish.bulk.catalogue import summaries
from hosting.publish.bulk.preview_site import PreviewSite
from hosting.publish.bulk.promotion import PromotionSource, SourceStack
from hosting.publish.bulk.publisher import Publisher, PublishResult
from hosting.publish.bulk.removal import Removal
from hosting.publish.bulk.request import PublishRequest
from hosting.publish.s3.errors import S3Error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.publish.bulk.in_place import InPlacePublisher, InPlaceResult
    from hosting.publish.bulk.store import Store
    from hosting.publish.s3.bucket import BucketClient

# The inputs that say which release is published.
_WHICH = ("release_digest", "rollback_to")
# The publishers that have reported what they will upload. The update that follows goes on with what they have read.
_REPORTED: dict[tuple[str, str, PublishRequest], Publisher | InPlacePublisher] = {}


class Clients(Protocol):
    """Opens the clients of AWS."""

    def bucket_client(self, bucket: str) -> BucketClient:
        """Return the client of a bucket."""

    def store_client(self, arn: str) -> Store:
        """Return the client of a key value store."""


class ReleaseActions:
    """The actions of one resource, whose properties are arguments of each."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def preview(self, olds: Mapping[str, Any], news: Mapping[str, Any], drift: int) -> str:
        """Return what an update will do, as a sentence."""
        if news.get("store") is None:
            return "to be published to another key value store"
        publisher = self._publisher(olds, news)
        message = publisher.preview(drift=drift)
        _REPORTED[_target(olds, news)] = publisher
        return message

    def publish(self, props: dict[str, Any], olds: Mapping[str, Any]) -> dict[str, Any]:
        """Publish, and return the resource's outputs."""
        repair = bool(olds.get("drift")) or is_unfinished(olds, props)
        publisher = _REPORTED.pop(_target(olds, props), None) or self._publisher(olds, props)
        result = reported(props, lambda: publisher.publish(repair=repair))
        return {**props, **_outputs(result), "drift": 0}

    def publish_first(self, id_: str, props: dict[str, Any]) -> dict[str, Any]:
        """Publish for the first time, and take over the objects of a resource that this one replaces."""
        outputs = self.publish(props, {})
        bucket = self._clients.bucket_client(str(props["bucket"]))
        reported(props, lambda: bucket.write(_owner_key(props), id_.encode(), replaces=None))
        return outputs

    def drift(self, props: Mapping[str, Any]) -> list[str]:
        """Return what another program has changed of the live release."""
        publisher = self._publisher(props, props)
        return publisher.drift() if publisher.is_live(str(props["digest"])) else ["everything"]

    def delete(self, id_: str, props: Mapping[str, Any]) -> None:
        """Delete the publisher's own objects, unless another resource has replaced this one.

        The keys of the store are deleted with the store. A bucket that does not exist has nothing to delete.
        """
        try:
            self._delete(id_, props)
        except S3Error as error:
            # https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
            if error.code != "NoSuchBucket":
                raise

    def _delete(self, id_: str, props: Mapping[str, Any]) -> None:
        bucket = self._clients.bucket_client(str(props["bucket"]))
        owner = bucket.read(_owner_key(props))
        if owner is not None and owner.data != id_.encode():
            return
        if props.get("preview"):
            preview = PreviewSite.of(props["preview"])
            Removal(bucket, self._clients.store_client(str(props["store"])), preview.name).run(preview.owner)
        elif props.get("store"):
            bucket.delete([layout.ROOT + rest for rest in bucket.list(layout.ROOT)])
        else:
            _in_place(bucket, PublishRequest.of(props), EngineLog(str(props["urn"]))).remove()
            bucket.delete([_owner_key(props)])

    def source(self, news: Mapping[str, Any]) -> PromotionSource | None:
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
        return PromotionSource(self._clients.bucket_client(stack.bucket), stack)

    def _publisher(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Publisher | InPlacePublisher:
        """Return the publisher of ``news``; ``olds`` has the last publish that finished."""
        bucket_name, store, request = _target(olds, news)
        bucket, log = self._clients.bucket_client(bucket_name), EngineLog(str(news["urn"]))
        if store:
            return Publisher(bucket, self._clients.store_client(store), request, log, self.source(news))
        return _in_place(bucket, request, log)


def _in_place(bucket: BucketClient, request: PublishRequest, log: EngineLog) -> InPlacePublisher:
    """Return the publisher of a stack without a distribution."""
    from hosting.publish.bulk.in_place import InPlacePublisher  # noqa: PLC0415 - only such stacks wait for the import

    return InPlacePublisher(bucket, request, log)


def _target(olds: Mapping[str, Any], news: Mapping[str, Any]) -> tuple[str, str, PublishRequest]:
    """Return the bucket and the key value store to publish to, and what to publish."""
    request = replace(PublishRequest.of(news), removed=left_by_managed_mode(news))
    if request.preview and olds.get("preview"):
        request = replace(request, preview=replace(request.preview, former_owner=str(olds["preview"]["owner"])))
    if all(olds.get(name) == news[name] for name in _WHICH):
        # The release that visitors get is restored, so it is meant to replace what an unfinished publish wrote.
        request = replace(request, max_remove=100)
    return str(news["bucket"]), str(news.get("store") or ""), request


def _owner_key(props: Mapping[str, Any]) -> str:
    records = layout.site_records(release_preview_name(props)) if props.get("store") else layout.IN_PLACE_RECORDS
    return records + layout.OWNER


def _outputs(result: PublishResult | InPlaceResult) -> dict[str, Any]:
    outputs = {"digest": result.release.digest, "file_count": result.release.files}
    if isinstance(result, PublishResult):
        outputs |= {"releases": summaries(result.catalogue), "kind": result.manifest.edge.kind}
        return {**outputs, "expires": result.expires}
    return {**outputs, "releases": [result.release.summary()], "kind": "", "expires": 0}
