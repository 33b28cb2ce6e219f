"""The dynamic provider that invalidates CloudFront's cache after a change of the published files.

The engine pickles the provider by reference to this module's name. So renaming the module breaks the state of every
stack, and importing it must have no side effect.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, fields
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
from hosting.providers.publish_marker import is_unfinished
from hosting.publish.managed.invalidation_paths import EVERYTHING, invalidation_paths
from hosting.publish.staging.manifest import changed_paths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pulumi

# An invalidation usually takes about a minute; after half an hour something is wrong.
_WAITER_CONFIG = {"Delay": 5, "MaxAttempts": 360}


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
    """Invalidates on create and update; a delete does nothing, as an invalidation can't be undone."""

    def cloudfront(self) -> CloudFront:
        """Return the client; overridden in tests."""
        cloudfront: CloudFront = client("cloudfront", self.settings)
        return cloudfront

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return a change if an update would invalidate; the resource is never replaced."""
        # In a preview the versions are unknown, an object of the SDK, if files are to be published.
        changes = not isinstance(_news["versions"], str) or bool(_stale_paths(_olds, _news))
        return DiffResult(changes=changes, replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Invalidate the files of the first publish: visitors may have requested their URLs before."""
        outputs = self._invalidated(props, _stale_paths({}, props))
        return CreateResult(str(uuid.uuid4()), outputs)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Invalidate what changed since the last update that succeeded."""
        return UpdateResult(self._invalidated(_news, _stale_paths(_olds, _news)))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the state: ``PublishedFiles`` finds the objects that were changed outside of Pulumi."""
        return ReadResult(id_, props)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Do nothing: an invalidation can't be undone."""

    def _invalidated(self, props: dict[str, Any], paths: Sequence[str]) -> dict[str, Any]:
        """Invalidate ``paths``, and return the resource's outputs."""
        invalidation_id = self._invalidate(props, paths) if paths else None
        return {**props, "invalidation_id": invalidation_id, "paths": list(paths)}

    def _invalidate(self, props: Mapping[str, Any], paths: Sequence[str]) -> str:
        """Invalidate ``paths``, and return the invalidation's id."""
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
            if props["wait"]:
                cloudfront.get_waiter("invalidation_completed").wait(
                    DistributionId=distribution, Id=invalidation_id, WaiterConfig=_WAITER_CONFIG
                )
        except aws_errors() as error:
            raise HostingError(
                f"The files are uploaded, but distribution {distribution} could not be invalidated: {error}. "
                "Run `pulumi up` again: it invalidates what is still stale"
            ) from error
        return invalidation_id


def _stale_paths(olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    """Return the paths that an update from ``olds`` to ``news`` has to invalidate."""
    # In a preview the id of a new distribution is unknown, so it differs from the old one.
    moved = olds.get("distribution_id") != news.get("distribution_id")
    old, new = _versions(olds), _versions(news)
    paths = invalidation_paths(
        old.keys() | new.keys() if moved else changed_paths(old, new),
        index_document=news["index_document"],
        fallbacks=news["fallbacks"],
        max_paths=int(news["max_paths"]),
    )
    everything = news["always"] or (not moved and (_are_error_pages_changed(olds, news) or is_unfinished(olds, news)))
    return [EVERYTHING] if everything else paths


def _are_error_pages_changed(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether another error page is served, or with another status: the old one is cached under any path."""
    return any(olds.get(name) != news[name] for name in ("fallbacks", "error_responses"))


def _versions(props: Mapping[str, Any]) -> dict[str, str]:
    versions: dict[str, str] = json.loads(props.get("versions") or "{}")
    return versions


@dataclass(frozen=True)
class InvalidationArgs:
    """The inputs of an ``Invalidation``.

    Attributes:
        distribution_id: the distribution to invalidate.
        publish_marker: the marker of this publish.
        previous_publish_marker: the marker of the previous publish; None for the first.
        versions: the version of each object, by path, as JSON.
        index_document: the name of the file that a folder's URL serves.
        fallbacks: published files that CloudFront also serves under other URLs.
        error_responses: the index document and the error responses, as JSON.
        max_paths: more URLs than this are replaced by ``/*``.
        always: invalidate everything at each update.
        wait: return only when CloudFront has completed the invalidation.
    """

    distribution_id: pulumi.Input[str]
    publish_marker: pulumi.Input[str]
    previous_publish_marker: pulumi.Input[str | None]
    versions: pulumi.Input[str]
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
    """

    invalidation_id: pulumi.Output[str | None]
    paths: pulumi.Output[list[str]]

    def __init__(self, name: str, args: InvalidationArgs, opts: pulumi.ResourceOptions) -> None:
        """Declare it under the logical name ``name``."""
        # Not asdict(): it would copy the distribution's id, which is an Output, too deeply.
        inputs = {field.name: getattr(args, field.name) for field in fields(args)}
        # Outputs have to be declared among the inputs.
        outputs = dict.fromkeys(("invalidation_id", "paths"))
        super().__init__(InvalidationProvider(), name, {**inputs, **outputs}, opts)
