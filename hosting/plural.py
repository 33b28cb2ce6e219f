"""A number with what is counted. Pure."""

from __future__ import annotations


def plural(count: int, one: str, many: str) -> str:
    """Return a number with its noun: ``one`` is that of 1, ``many`` that of all others."""
    return f"{count:,} {one if count == 1 else many}"
