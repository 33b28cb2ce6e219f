"""The provider of publish markers."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from hosting.providers.publish_marker import PublishMarkerProvider, left_by_managed_mode, removed_paths
from hosting.publish.managed.path_list import pack
from hosting.publish.s3.objects import Period


def first_outputs(content: str, *paths: str) -> dict[str, Any]:
    """Return the outputs after the first publish of ``content``."""
    provider = PublishMarkerProvider()
    provider.now = lambda: 100.5  # type: ignore[method-assign]
    outs = provider.create({"content": content, "paths": pack(paths)}).outs
    assert outs is not None
    return outs


def test_the_first_marker_has_no_previous_one() -> None:
    """Before the first publish there is no marker."""
    assert first_outputs("a")["previous"] is None


def test_the_same_content_keeps_its_marker() -> None:
    """Publishing the same content again is not a change."""
    assert PublishMarkerProvider().diff("id", first_outputs("a"), {"content": "a"}).changes is False


def test_other_content_gets_a_new_marker_and_the_previous_one() -> None:
    """A -> B -> A has three markers, and each refers to its predecessor."""
    markers = [first_outputs("a")]
    for content in ("b", "a"):
        inputs = {"content": content, "paths": ""}
        assert PublishMarkerProvider().diff("id", markers[-1], inputs).changes is True
        outs = PublishMarkerProvider().update("id", markers[-1], inputs).outs
        assert outs is not None
        markers.append(outs)
    assert len({one["marker"] for one in markers}) == 3
    assert [one["previous"] for one in markers[1:]] == [one["marker"] for one in markers[:-1]]


def test_it_remembers_the_paths_that_the_last_publishes_removed() -> None:
    """Their objects may still be in the bucket if a publish did not finish; older ones are forgotten."""
    marker = first_outputs("0", "a", "b")
    assert marker["removals"] == []
    provider = PublishMarkerProvider()
    for number in range(1, 7):
        inputs = {"content": str(number), "paths": pack(["a", f"new{number}"])}
        provider.now = lambda number=number: 100.5 + number  # type: ignore[method-assign, misc]
        marker = provider.update("id", marker, inputs).outs or {}
    expected = {f"new{number}": Period(100.5, 101.5 + number) for number in (1, 2, 3, 4, 5)}
    assert removed_paths(marker["removals"]) == expected


def test_a_path_that_was_removed_twice_has_the_later_end_and_the_earlier_begin() -> None:
    """What was written in between was published by the stack, too."""
    publishes = (("a", 8.0, 9.0), ("ab", 4.0, 5.0), ("", 0.0, 1.0))
    removed = [{"paths": pack(paths), "since": since, "time": time} for paths, since, time in publishes]
    assert removed_paths(removed) == {"a": Period(4.0, 9.0), "b": Period(4.0, 5.0)}


def test_the_state_of_an_earlier_version_has_no_begin() -> None:
    """Then each object that was written before the end may be of the stack."""
    assert removed_paths([{"paths": pack(["a"]), "time": 9.0}]) == {"a": Period(0.0, 9.0)}


def test_bulk_mode_does_not_remove_its_own_objects() -> None:
    """Managed mode may have published the same keys."""
    paths = ["a", ".release/records/index", ".published/index"]
    removals = [{"paths": pack(paths), "since": 4.0, "time": 9.0}]
    assert left_by_managed_mode({"removals": removals}) == {"a": Period(4.0, 9.0)}


def test_a_publish_mode_begins_with_its_first_publish() -> None:
    """Each change of the mode is a new begin, as no object from before it belongs to the mode."""
    marker, provider, begins = first_outputs("0", "a"), PublishMarkerProvider(), []
    for time, paths in enumerate((["b"], [], ["c"], ["d"]), 200):
        provider.now = lambda time=time: time  # type: ignore[method-assign, misc]
        marker = provider.update("id", marker, {"content": str(time), "paths": pack(paths)}).outs or {}
        begins.append(marker["since"])
    assert begins == [100.5, 201, 202, 202]


@pytest.mark.parametrize(("before", "after"), [([], ["a"]), (["a"], [])])
def test_another_publish_mode_has_no_previous_marker(before: list[str], after: list[str]) -> None:
    """Bulk mode, which has no paths, and managed mode do not continue each other's publishes."""
    marker = PublishMarkerProvider().update("id", first_outputs("a", *before), {"content": "b", "paths": pack(after)})
    assert marker.outs is not None
    assert marker.outs["previous"] is None


def test_a_refresh_keeps_the_marker() -> None:
    """The marker exists only in the state, so it can't drift."""
    assert PublishMarkerProvider().read("id", {"marker": "m"}).outs == {"marker": "m"}


def test_the_pickle_is_a_reference() -> None:
    """The state has the provider's name and not its code, so an edit of the code does not change the state."""
    assert len(serialize_provider(PublishMarkerProvider())) < 200
