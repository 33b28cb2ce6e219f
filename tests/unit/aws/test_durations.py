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
        ("2562047h", 9223369200.0),
        ("1us1µs1μs1000ns", 0.000004),
    ],
)
def test_what_go_accepts(text: str, expected: float) -> None:
    """Numbers with their units, one after the other, may have fractions and a sign."""
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "3600", "1h30", "h", "1 h", "1d", "one hour", "--1h", ".h", "1.5.5h"),
        *("2562048h", "9" * 400 + "h", "9" * 5000),
    ],
)
def test_what_go_refuses(text: str) -> None:
    """A number without a unit is not a duration, nor is one of more than 64 bits of nanoseconds."""
    with pytest.raises(ValueError, match="a duration"):
        seconds(text)
