"""An estimate in dollars: lines with a quantity, a price and what is assumed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hosting.review.prices import AS_OF, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator

_CENT = 0.01


@dataclass(frozen=True)
class CostLine:
    """What AWS counts.

    Attributes:
        what: its name.
        quantity: how many there are.
        low: the lowest cost in dollars.
        high: the highest.
        assumption: what is assumed.
    """

    what: str
    quantity: float
    low: float
    high: float
    assumption: str


@dataclass(frozen=True)
class Estimate:
    """The cost of a publish, or of a month.

    Attributes:
        title: what it is the cost of.
        lines: its parts.
        comparison: a sentence about another way to pay; empty without one.
    """

    title: str
    lines: tuple[CostLine, ...]
    comparison: str = ""

    @property
    def total(self) -> str:
        """The sum of all lines."""
        return dollars(sum(line.low for line in self.lines), sum(line.high for line in self.lines))

    def text(self) -> Iterator[str]:
        """Yield the lines for people."""
        yield f"{self.title}: {self.total} (prices of {AS_OF} without taxes; free parts are the account's)"
        for line in self.lines:
            yield f"  {line.what}: {quantity(line.quantity)}, {dollars(line.low, line.high)}; {line.assumption}"
        if self.comparison:
            yield f"  {self.comparison}"

    def as_json(self) -> dict[str, Any]:
        """Return the estimate for programs."""
        return {
            "title": self.title,
            "low": sum(line.low for line in self.lines),
            "high": sum(line.high for line in self.lines),
            "pricesOf": AS_OF,
            "sources": list(SOURCES),
            "comparison": self.comparison or None,
            "lines": [vars(line) for line in self.lines],
        }


def dollars(low: float, high: float) -> str:
    """Return an amount, or two if they differ; small ones with the digits that count."""
    texts = [_amount(value) for value in (low, high)]
    return texts[0] if texts[0] == texts[1] else f"{texts[0]} to {texts[1]}"


def quantity(value: float) -> str:
    """Return a number with separators."""
    return f"{value:,.2f}".removesuffix(".00")


def _amount(value: float) -> str:
    small = f"{value:.6f}".rstrip("0")
    return f"${value:,.2f}" if value >= _CENT or small == "0." else f"${small}"
