"""The result of a review, as JSON."""

from __future__ import annotations

from hosting.review.result import LINKS, Finding, PageWeight, ReviewResult, Totals, Weight


def test_json_holds_all_of_it() -> None:
    """The result is the same after a round trip."""
    finding = Finding(LINKS, "/gone", "does not exist", page="/", pages=2, advice="remove it")
    weights = (PageWeight("/", Weight(9, 2), Weight(8, 1)), PageWeight("/new", Weight(1, 1)))
    result = ReviewResult(
        "d" * 64, "the live release", Totals(files=3), (finding,), ("A change",), weights, ("A note",)
    )
    assert ReviewResult.from_json(result.to_json()) == result
    assert finding.identity == ("links", "/gone")
