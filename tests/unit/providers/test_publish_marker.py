"""The provider of marks."""

from __future__ import annotations

from typing import Any

from pulumi.dynamic.dynamic import serialize_provider

from hosting.providers.publish_marker import MarkProvider


def made(content: str) -> dict[str, Any]:
    """Return the outputs after the first publish of ``content``."""
    outs = MarkProvider().create({"content": content}).outs
    assert outs is not None
    return outs


def test_the_first_mark_follows_none() -> None:
    """Before the first publish there was nothing."""
    assert made("a")["previous"] is None


def test_the_same_content_keeps_its_mark() -> None:
    """However often it is published."""
    assert MarkProvider().diff("id", made("a"), {"content": "a"}).changes is False


def test_other_content_is_marked_anew_and_names_the_mark_before() -> None:
    """A -> B -> A has three marks, each of which leads to the one before."""
    marks = [made("a")]
    for content in ("b", "a"):
        assert MarkProvider().diff("id", marks[-1], {"content": content}).changes is True
        outs = MarkProvider().update("id", marks[-1], {"content": content}).outs
        assert outs is not None
        marks.append(outs)
    assert len({one["mark"] for one in marks}) == 3
    assert [one["previous"] for one in marks[1:]] == [one["mark"] for one in marks[:-1]]


def test_a_refresh_keeps_the_mark() -> None:
    """There is nothing in the cloud that could have drifted."""
    assert MarkProvider().read("id", {"mark": "m"}).outs == {"mark": "m"}


def test_the_pickle_is_a_reference() -> None:
    """The state holds the provider's name and not its code, so that an edit changes no state."""
    assert len(serialize_provider(MarkProvider())) < 200
