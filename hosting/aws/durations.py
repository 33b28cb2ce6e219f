"""Durations as the AWS provider reads them, with Go's time.ParseDuration: https://pkg.go.dev/time#ParseDuration."""

from __future__ import annotations

import re
from fractions import Fraction

_STEP = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_STEPS = re.compile(rf"(?:{_STEP.pattern})+")
_SECONDS = {
    "ns": Fraction(1, 10**9),
    "us": Fraction(1, 10**6),
    "µs": Fraction(1, 10**6),
    "μs": Fraction(1, 10**6),
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "m": Fraction(60),
    "h": Fraction(3600),
}
# Go counts nanoseconds in 64 bits.
_MOST_S = Fraction(2**63, 10**9)


def seconds(text: str) -> float:
    """Return a duration such as ``1h30m`` or ``1.5h`` in seconds.

    Raises:
        ValueError: it is not a duration; every number but 0 needs a unit.
    """
    sign, amount = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if amount == "0":
        return 0.0
    if not _STEPS.fullmatch(amount):
        raise ValueError(f"'{text}' is not a duration")
    total = sum(Fraction(number) * _SECONDS[unit] for number, unit in _STEP.findall(amount))
    if total >= _MOST_S:
        raise ValueError(f"'{text}' is too long a duration")
    return float(sign * total)
