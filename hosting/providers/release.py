"""The dynamic provider that publishes the whole site as one resource.

The engine pickles the provider by reference to this module's name. So renaming the module breaks the state of every
stack, and importing it must have no side effect.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from hosting.errors import PublishError
from hosting.providers.base import AwsProvider
from hosting.providers.engine_log import EngineLog
from hosting.providers.publish_marker import is_unfinished
from hosting.providers.release_args import ReleaseArgs, release_preview_name
from hosting.providers.release_errors import reported

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from hosting.providers.release_actions import ReleaseActions
    from hosting.publish.bulk.store import Store
    from hosting.publish.s3.bucket import BucketClient

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


class ReleaseProvider(AwsProvider):
    """Publishes on create and update, compares on read, and deletes its own objects on delete."""

    def bucket_client(self, bucket: str) -> BucketClient:
        """Return the client of the bucket; overridden in tests."""
        from hosting.publish.s3.bucket import open_bucket  # noqa: PLC0415 - see _actions

        return open_bucket(bucket, self.settings)

    def store_client(self, arn: str) -> Store:
        """Return the client of the key value store; overridden in tests."""
        from hosting.aws.key_value_store import open_store  # noqa: PLC0415 - see _actions

        return open_store(arn, self.settings)

    @property
    def _actions(self) -> ReleaseActions:
        """What the resource does with AWS. An update without changes does not wait for the import."""
        from hosting.providers.release_actions import ReleaseActions  # noqa: PLC0415 - see above

        return ReleaseActions(self)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Report what a first publish will upload; ``diff`` does so for each later one, by the existing release."""
        source = reported(news, lambda: self._actions.source(news)) if news.get("source_stack") else None
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
        replaces += ["preview"] if release_preview_name(_olds) != release_preview_name(_news) else []
        drift = int(_olds.get("drift") or 0)
        changes = any(_olds.get(name) != _news.get(name) for name in names) or bool(drift) or _expires_soon(_olds)
        unfinished = not changes and is_unfinished(_olds, _news)
        if changes and not replaces:
            message = reported(_news, lambda: self._actions.preview(_olds, _news, drift))
            EngineLog(str(_news["urn"])).info(f"Release: {message}")
        elif unfinished:
            message = "the last publish did not finish: each object will be compared, and restored if it differs"
            EngineLog(str(_news["urn"])).info(f"Release: {message}")
        return DiffResult(changes=changes or unfinished, replaces=replaces)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Publish for the first time, and take over the objects of a resource that this one replaces."""
        id_ = f"release-{uuid.uuid4()}"
        return CreateResult(id_, self._actions.publish_first(id_, props))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Publish the changes."""
        return UpdateResult(self._actions.publish(_news, _olds))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Compare each object of the live release with the published one."""
        failure = f"Bucket {props['bucket']} could not be compared with the release"
        drift = reported(props, lambda: self._actions.drift(props), failure)
        if drift:
            message = f"Release: {len(drift)} objects were changed or removed outside of Pulumi, such as '{drift[0]}'"
            EngineLog(str(props["urn"])).warn(message)
        # Not the paths: state stays small.
        return ReadResult(id_, {**props, "drift": len(drift)})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete the publisher's own objects, unless another resource has replaced this one."""
        failure = f"The release's objects in bucket {_props['bucket']} could not be deleted"
        reported(_props, lambda: self._actions.delete(_id, _props), failure)

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


def _expires_soon(olds: Mapping[str, Any]) -> bool:
    """Return whether a preview has less than half of its time left, so that this update renews it."""
    if not (olds.get("preview") and olds.get("expires")):
        return False
    days = float(olds["preview"]["expire_days"])
    return float(olds["expires"]) - time.time() < days * _DAY_S / 2


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
