"""Durations as the provider reads them: what Go's time.ParseDuration takes, https://pkg.go.dev/time#ParseDuration."""

from __future__ import annotations

import re
from fractions import Fraction

_STEP = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
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


def seconds(text: str) -> float:
    """Return a duration such as ``1h30m`` or ``1.5h`` in seconds.

    Raises:
        ValueError: it is none; a number needs its unit, unless it is 0.
    """
    sign, amount = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if amount == "0":
        return 0.0
    steps = _STEP.findall(amount)
    if not steps or "".join(number + unit for number, unit in steps) != amount:
        raise ValueError(f"'{text}' is no duration")
    return float(sign * sum(Fraction(number) * _SECONDS[unit] for number, unit in steps))
