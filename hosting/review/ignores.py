"""The entries of `review:ignore`, and which of them match anything. Pure."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hosting.review.settings import IgnoredFinding


class Ignores:
    """What is not reported."""

    def __init__(self, entries: Sequence[IgnoredFinding]) -> None:
        self._entries = entries
        self._used: set[int] = set()

    def matches(self, link: str, page: str = "") -> bool:
        """Return whether the finding with this subject is ignored, or that on this page."""
        found = [number for number, entry in enumerate(self._entries) if _matches(entry, link, page)]
        self._used.update(found)
        return bool(found)

    def unused(self) -> Iterator[str]:
        """Yield a sentence for each entry that has matched nothing."""
        for number, entry in enumerate(self._entries):
            if number not in self._used:
                what = " on ".join(filter(None, (entry.link, entry.page)))
                yield f"'review:ignore[{number}]' ({what}) matches nothing: remove it from the list"


def _matches(entry: IgnoredFinding, link: str, page: str) -> bool:
    is_link = entry.link is None or fnmatchcase(link, entry.link)
    is_page = entry.page is None or (bool(page) and fnmatchcase(page, entry.page))
    return is_link and is_page
