"""The dynamic provider of the publish marker, which records in the state that a publish has begun.

The marker is in the state before the first file is uploaded. What runs last compares it with the marker of the last
publish that finished, and so finds publishes that did not finish. Without it, content that was uploaded and then
reverted would look as if nothing had changed.

The engine pickles the provider by reference to this module's name, as with ``Invalidation``.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

from hosting.publish.bulk import layout
from hosting.publish.managed.path_list import pack, unpack
from hosting.publish.s3.objects import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The number of publishes whose paths are kept. If more of them in a row are killed, objects of the first ones may
# remain in the bucket.
_KEPT_PUBLISHES = 5


class PublishMarkerProvider(ResourceProvider):
    """Generates a new marker when the content changes, and keeps the previous one. Makes no calls."""

    # The provider has no secrets. Encrypted, its pickle would change at each update.
    serialize_as_secret_always = False

    def now(self) -> float:
        """Return the seconds since 1970; overridden in tests."""
        return time.time()

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return a change if the content changes."""
        return DiffResult(changes=_olds["content"] != _news["content"], replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Generate the marker of the first publish."""
        return CreateResult(str(uuid.uuid4()), {**props, **_new_marker(None), "removals": [], "since": self.now()})

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Generate the marker of a publish."""
        now = self.now()
        # The state of an earlier version of this program has neither a begin nor removals.
        since = _olds.get("since") or 0.0
        removal = {"paths": _removed_paths(_olds, _news), "since": since, "time": now}
        removals = [removal, *_olds.get("removals", ())][:_KEPT_PUBLISHES]
        # Bulk mode has no paths. The first publish of a mode does not continue the last one of the other mode.
        is_continued = bool(_olds["paths"]) == bool(_news["paths"])
        marker = _new_marker(_olds["marker"] if is_continued else None)
        return UpdateResult({**_news, **marker, "removals": removals, "since": since if is_continued else now})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the state: there is nothing to compare it with."""
        return ReadResult(id_, props)


def _new_marker(previous: str | None) -> dict[str, Any]:
    return {"marker": str(uuid.uuid4()), "previous": previous}


def _removed_paths(olds: dict[str, Any], news: dict[str, Any]) -> str:
    return pack(set(unpack(olds["paths"])) - set(unpack(news["paths"])))


def removed_paths(removals: Iterable[Mapping[str, Any]]) -> dict[str, Period]:
    """Return the paths that the last publishes have removed, each with the time in which the stack published it."""
    periods: dict[str, Period] = {}
    for publish in removals:
        period = Period(float(publish.get("since", 0)), float(publish["time"]))
        for path in unpack(publish["paths"]):
            # The newest publish comes first.
            periods[path] = Period(period.since, periods.get(path, period).until)
    return periods


def left_by_managed_mode(props: Mapping[str, Any]) -> dict[str, Period]:
    """Return the removed paths in the inputs of a resource of bulk mode; nothing in a preview that does not know them.

    Managed mode may publish any key. Those of bulk mode's own objects are left out.
    """
    # In a preview they are None, or an object of the SDK.
    removals = props.get("removals")
    paths = removed_paths(removals) if isinstance(removals, list) else {}
    return {path: period for path, period in paths.items() if not path.startswith(layout.RESERVED)}


def is_unfinished(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether a publish has begun and not finished since the update that recorded the marker of ``olds``.

    In a preview a new marker is unknown, so it equals neither the recorded marker nor its successor. The preview then
    reports a change if the content equals the recorded content, which is what the update does too.
    """
    recorded = olds.get("publish_marker")
    expected = (news["publish_marker"], news.get("previous_publish_marker"))
    return recorded is not None and recorded not in expected


def marker_inputs(content: object, paths: Iterable[str] = ()) -> dict[str, Any]:
    """Return the inputs of a marker, with the outputs, which have to be declared among them."""
    hashed = content.apply(_content_hash) if isinstance(content, pulumi.Output) else _content_hash(content)
    return {
        "content": hashed,
        "paths": pack(paths),
        **dict.fromkeys(("marker", "previous", "removals", "since")),
    }


def _content_hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


class PublishMarker(Resource, module="hosting", name="PublishMarker"):
    """Records in the state that a publish has begun.

    Attributes:
        marker: a unique id for each publish.
        previous: the marker of the previous publish; None for the first one of a publish mode.
        removals: the paths that the last publishes have removed, packed, when each began, and when the first publish of
            these paths' mode began; the newest first. They may still be in the bucket if one of these publishes did
            not finish.
        since: when the first publish of the mode began, in seconds since 1970.
    """

    marker: pulumi.Output[str]
    previous: pulumi.Output[str | None]
    removals: pulumi.Output[list[dict[str, Any]]]
    since: pulumi.Output[float]

    def __init__(self, name: str, content: object, opts: pulumi.ResourceOptions, *, paths: Iterable[str] = ()) -> None:
        """Declare it under the logical name ``name``.

        Args:
            name: the logical name.
            content: what is published, which must be JSON-serializable, or an output of it.
            opts: the resource options.
            paths: the objects that the publish writes, if the engine may write them before it is killed.
        """
        super().__init__(PublishMarkerProvider(), name, marker_inputs(content, paths), opts)
