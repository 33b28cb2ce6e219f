"""The dynamic provider that marks the beginning of each publish in managed mode.

Its mark stands in the state before the first file goes up, whatever becomes of the rest. The invalidation, which comes
last, tells by it whether all that went up since it last succeeded is accounted for: content that went up, could not be
invalidated, and was taken back again would look to it as if nothing had ever been.

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


class MarkProvider(ResourceProvider):
    """Makes a new mark whenever the content changes, and keeps the one before it. Calls nobody."""

    # Nothing of the provider is secret; as a secret its pickle would change at every update.
    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return a change when the content is another."""
        return DiffResult(changes=_olds["content"] != _news["content"], replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Mark the first publish."""
        return CreateResult(str(uuid.uuid4()), _marked(props, None))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Mark a publish."""
        return UpdateResult(_marked(_news, _olds["mark"]))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return what is known."""
        return ReadResult(id_, props)


def _marked(props: dict[str, Any], previous: str | None) -> dict[str, Any]:
    return {**props, "mark": str(uuid.uuid4()), "previous": previous}


class Mark(Resource, module="hosting", name="Mark"):
    """Says in the state that a publish has begun.

    Attributes:
        mark: another one for each publish.
        previous: the mark of the publish before; None for the first.
    """

    mark: pulumi.Output[str]
    previous: pulumi.Output[str | None]

    def __init__(self, name: str, content: object, opts: pulumi.ResourceOptions) -> None:
        """Declare it under the logical name ``name``, for a publish of ``content``, which JSON can hold."""
        text = json.dumps(content, sort_keys=True)
        inputs = {"content": hashlib.sha256(text.encode()).hexdigest(), "mark": None, "previous": None}
        super().__init__(MarkProvider(), name, inputs, opts)
