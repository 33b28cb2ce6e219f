"""Durations are read as Go reads them."""

from __future__ import annotations

import pytest

from hosting.aws.durations import seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1h30m", 5400.0),
        ("1.5h", 5400.0),
        ("500ms", 0.5),
        (".5s", 0.5),
        ("1.s", 1.0),
        ("+2m", 120.0),
        ("-1h", -3600.0),
        ("0", 0.0),
        ("1us1µs1μs1000ns", 0.000004),
    ],
)
def test_what_go_takes(text: str, expected: float) -> None:
    """Numbers with their units, one after the other, may have fractions and a sign."""
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "3600", "1h30", "h", "1 h", "1d", "one hour", "--1h", ".h", "1.5.5h"])
def test_what_go_refuses(text: str) -> None:
    """Nothing is guessed: a number without a unit is no duration."""
    with pytest.raises(ValueError, match="is no duration"):
        seconds(text)
