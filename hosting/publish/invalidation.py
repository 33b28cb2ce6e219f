"""The dynamic provider that invalidates the edge when the published content changed.

The engine pickles the provider by reference to this module's name, so renaming the module breaks the
state of every stack, and importing it must have no side effect.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError
from pulumi.dynamic import (
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from hosting.aws import settings as aws
from hosting.aws.session import client
from hosting.errors import HostingError
from hosting.publish.invalidation_paths import EVERYTHING, invalidation_paths
from hosting.publish.manifest import changed_paths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pulumi

# CloudFront takes a minute or so as a rule; half an hour means that something is wrong.
_POLL = {"Delay": 5, "MaxAttempts": 360}


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


class InvalidationProvider(ResourceProvider):
    """Invalidates on create and update; reads, and deletes nothing: an invalidation is an event of the past."""

    # Nothing of the provider is secret; as a secret its pickle would change at every update.
    serialize_as_secret_always = False

    _settings: aws.AwsSettings | None = None

    def configure(self, req: ConfigureRequest) -> None:
        """Read the stack's `aws:` settings: the same that the provider of all other resources has."""
        self._settings = aws.settings_from(req.config.get, os.environ)

    def cloudfront(self) -> CloudFront:
        """Return the client; overridden in tests."""
        if self._settings is None:
            raise HostingError("The invalidation provider was not configured: update the Pulumi CLI")
        made: CloudFront = client("cloudfront", self._settings)
        return made

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return a change exactly when an update would invalidate; nothing is ever replaced."""
        return DiffResult(changes=bool(_stale_paths(_olds, _news)), replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Invalidate what the first publish put up: visitors may have been there before it."""
        outputs = self._invalidated(props, _stale_paths({}, props))
        return CreateResult(str(uuid.uuid4()), outputs)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Invalidate what changed since the last update that succeeded."""
        return UpdateResult(self._invalidated(_news, _stale_paths(_olds, _news)))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return what is known: there is nothing in the cloud that could have drifted."""
        return ReadResult(id_, props)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Do nothing: an invalidation can't be taken back."""

    def _invalidated(self, props: dict[str, Any], paths: Sequence[str]) -> dict[str, Any]:
        """Return the resource's outputs after invalidating ``paths``."""
        invalidation_id = self._invalidate(props, paths) if paths else None
        return {**props, "invalidation_id": invalidation_id, "paths": list(paths)}

    def _invalidate(self, props: Mapping[str, Any], paths: Sequence[str]) -> str:
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
            if props["wait"]:
                cloudfront.get_waiter("invalidation_completed").wait(
                    DistributionId=distribution, Id=invalidation_id, WaiterConfig=_POLL
                )
        except (BotoCoreError, ClientError) as error:
            raise HostingError(
                f"The files are up, but distribution {distribution} could not be invalidated: {error}. "
                "Run `pulumi up` again: it invalidates what is still stale"
            ) from error
        return invalidation_id


def _stale_paths(olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    """Return the paths that an update from ``olds`` to ``news`` has to invalidate."""
    # A distribution that is about to be made is unknown in a preview, and certainly another one.
    moved = olds.get("distribution_id") != news.get("distribution_id")
    old_entries = {} if moved else olds.get("entries", {})
    fallbacks_changed = not moved and olds.get("fallbacks") != news["fallbacks"]
    paths = invalidation_paths(
        changed_paths(old_entries, news["entries"]),
        index_document=news["index_document"],
        fallbacks=news["fallbacks"],
        max_paths=int(news["max_paths"]),
    )
    # Another error page is served from now on; the old one is cached under whatever path was missing.
    return [EVERYTHING] if fallbacks_changed or news["always"] else paths


@dataclass(frozen=True)
class InvalidationArgs:
    """What an ``Invalidation`` goes by.

    Attributes:
        distribution_id: whose edge it is.
        entries: each published path to its entry's fingerprint.
        index_document: the file name that a folder's URL serves.
        fallbacks: published paths that CloudFront serves under other URLs too.
        max_paths: more changed URLs than this collapse to ``/*``.
        always: invalidate everything at each update.
        wait: return only when CloudFront has completed the invalidation.
    """

    distribution_id: pulumi.Input[str]
    entries: dict[str, str]
    index_document: str
    fallbacks: list[str]
    max_paths: int
    always: bool
    wait: bool


class Invalidation(Resource, module="hosting", name="Invalidation"):
    """Keeps the edge in step with the files: invalidates what changed since its last update.

    Attributes:
        invalidation_id: the last invalidation's id.
        paths: what it invalidated.
    """

    invalidation_id: pulumi.Output[str | None]
    paths: pulumi.Output[list[str]]

    def __init__(self, name: str, args: InvalidationArgs, opts: pulumi.ResourceOptions) -> None:
        """Declare it under the logical name ``name``."""
        # Not asdict(): it would copy the distribution's id, which is an Output, too deeply.
        inputs = {field.name: getattr(args, field.name) for field in fields(args)}
        # Outputs have to be declared among the inputs.
        super().__init__(InvalidationProvider(), name, {**inputs, "invalidation_id": None, "paths": None}, opts)
