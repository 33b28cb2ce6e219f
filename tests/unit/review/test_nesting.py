"""How deep the elements of a page are nested."""

from __future__ import annotations

import pytest

from hosting.review import nesting
from hosting.review.nesting import MOST_NESTED, is_nested_too_deep


@pytest.mark.parametrize(
    "part",
    [
        "<div>",
        "<DIV class=a>",
        "<b id=1></x>",
        "<div/>",
        "<p><span>",
        "<ul><li>",
        "<table><tr><td>",
    ],
)
def test_elements_that_are_nested(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """Each of them is inside the previous one; a page with few tags takes no time, so it is not counted."""
    text = part * (MOST_NESTED + 1)
    assert not is_nested_too_deep(text)
    monkeypatch.setattr(nesting, "_FEW_TAGS", 0)
    assert is_nested_too_deep(text)
    assert not is_nested_too_deep(part * MOST_NESTED)


@pytest.mark.parametrize(
    "text",
    [
        "<div>x</div>",
        "<p>x",
        "<br>",
        "<img/>",
        "<ul><li>x<li>y</ul>",
        "<table><tr><td>x<tr><td>y</table>",
        "<ruby>x<rt>y</ruby>",
        "<!-- <div> -->",
        "<script>i<n;j<m</script>",
        "<textarea><div></textarea>",
        "<svg><path/><g/></svg>",
    ],
)
def test_elements_that_are_not_nested(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """They end, have no content, or are text, however many there are."""
    monkeypatch.setattr(nesting, "_FEW_TAGS", 0)
    assert not is_nested_too_deep(text * (MOST_NESTED + 1))


@pytest.mark.parametrize("start", ["<!--", "<script>", "<div title='"])
def test_what_does_not_end_is_read_once(monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    """A comment or a script without an end has the rest of the page, as in a browser."""
    monkeypatch.setattr(nesting, "_FEW_TAGS", 0)
    assert is_nested_too_deep(start * 300_000) == start.startswith("<div")
