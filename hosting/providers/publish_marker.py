"""The dynamic provider of the publish marker, which records the start of each publish in managed mode.

The marker is in the state before the first file is uploaded. The invalidation, which runs last, compares the markers to
find publishes that did not finish. Without them, content that was uploaded, not invalidated and then reverted would
look as if nothing had changed.

The engine pickles the provider by reference to this module's name, as with ``Invalidation``.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

if TYPE_CHECKING:
    import pulumi


class PublishMarkerProvider(ResourceProvider):
    """Generates a new marker when the content changes, and keeps the previous one. Makes no calls."""

    # The provider has no secrets. Encrypted, its pickle would change at each update.
    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return a change if the content changes."""
        return DiffResult(changes=_olds["content"] != _news["content"], replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Generate the marker of the first publish."""
        return CreateResult(str(uuid.uuid4()), _with_marker(props, None))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Generate the marker of a publish."""
        return UpdateResult(_with_marker(_news, _olds["marker"]))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the state: there is nothing to compare it with."""
        return ReadResult(id_, props)


def _with_marker(props: dict[str, Any], previous: str | None) -> dict[str, Any]:
    return {**props, "marker": str(uuid.uuid4()), "previous": previous}


class PublishMarker(Resource, module="hosting", name="PublishMarker"):
    """Records in the state that a publish has started.

    Attributes:
        marker: a unique id for each publish.
        previous: the marker of the previous publish; None for the first.
    """

    marker: pulumi.Output[str]
    previous: pulumi.Output[str | None]

    def __init__(self, name: str, content: object, opts: pulumi.ResourceOptions) -> None:
        """Declare it under the logical name ``name``, for a publish of ``content``, which must be JSON-serializable."""
        text = json.dumps(content, sort_keys=True)
        inputs = {"content": hashlib.sha256(text.encode()).hexdigest(), "marker": None, "previous": None}
        super().__init__(PublishMarkerProvider(), name, inputs, opts)
