"""What all files of a site contain, with each text once, and its cache between runs.

Ten thousand pages have hundreds of thousands of links, which lead to few different targets. So a page has the numbers
of its texts: in this form the whole cache is read in a moment.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from hosting.review.site import Answers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hosting.review.examine import Content

# Another version of this program may find other links.
_VERSION = 3
# Texts are numbered again if there are this many times as many as files have.
_MOST_UNUSED = 1.5


class Row(NamedTuple):
    """What a file contains, with numbers of texts in place of texts.

    Attributes:
        identity: what its content depends on: its hash and how it is served.
        bases: the paths that it is served at.
        title: its title.
        canonical: the path of its canonical link.
        links, anchors, styles, scripts, images: as in ``Content``.
        sent, unread: as in ``Content``.
    """

    identity: str
    bases: list[str]
    title: str
    canonical: str
    links: list[int]
    anchors: list[int]
    styles: list[int]
    scripts: list[int]
    images: list[int]
    sent: int
    unread: str = ""


class Contents:
    """What the files of a site contain, by key.

    Attributes:
        texts: all texts, by number.
        rows: what each file contains.
        answers: what the site was asked, after a digest of what its answers depend on.
        unsaved: the bytes of the files that the cache does not have.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.rows: dict[str, Row] = {}
        self.answers: tuple[str, Answers] = ("", Answers({}, {}))
        self.unsaved = 0
        self._numbers: dict[str, int] = {}

    def add(self, key: str, identity: str, bases: Iterable[str], content: Content) -> None:
        """Add what a file contains."""
        self.rows[key] = Row(
            identity,
            list(bases),
            content.title,
            content.canonical,
            links=self._numbered(content.links),
            anchors=self._numbered(content.anchors),
            styles=self._numbered(content.styles),
            scripts=self._numbered(content.scripts),
            images=self._numbered(content.images),
            sent=content.sent,
            unread=content.unread,
        )

    def discard(self, key: str) -> None:
        """Remove a file. Its texts remain."""
        del self.rows[key]

    def _numbered(self, texts: Iterable[str]) -> list[int]:
        if not self._numbers:
            self._numbers = {text: number for number, text in enumerate(self.texts)}
        numbers, known = self._numbers, self.texts
        found = []
        for text in texts:
            number = numbers.get(text)
            if number is None:
                number = numbers[text] = len(known)
                known.append(text)
            found.append(number)
        return found

    def save(self, file: Path, options: object) -> None:
        """Write the cache; ``options`` are those that the contents depend on."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self._forget_unused()
        data = {"version": [_VERSION, options], "texts": self.texts, "rows": self.rows, "answers": self.answers}
        temporary = file.with_name(f"{file.name}.next")
        temporary.write_text(json.dumps(data, separators=(",", ":")), encoding="utf-8")
        temporary.replace(file)

    def _forget_unused(self) -> None:
        """Remove the texts that no file has, if they are many."""
        used: set[int] = set().union(*(numbers for row in self.rows.values() for numbers in _lists(row)))
        if len(self.texts) > _MOST_UNUSED * len(used):
            in_order = sorted(used)
            numbers = {number: place for place, number in enumerate(in_order)}
            self.texts, self._numbers = [self.texts[number] for number in in_order], {}
            self.rows = {key: _renumbered(row, numbers) for key, row in self.rows.items()}


def _lists(row: Row) -> tuple[list[int], ...]:
    return (row.links, row.anchors, row.styles, row.scripts, row.images)


def _renumbered(row: Row, numbers: Mapping[int, int]) -> Row:
    links, anchors, styles, scripts, images = ([numbers[number] for number in each] for each in _lists(row))
    return row._replace(links=links, anchors=anchors, styles=styles, scripts=scripts, images=images)


def read_contents(file: Path, options: object) -> Contents:
    """Return what ``save`` wrote; nothing if there is no cache, or if it is of other options."""
    contents = Contents()
    try:
        read: dict[str, Any] = json.loads(file.read_bytes())
        if read["version"] == json.loads(json.dumps([_VERSION, options])):
            contents.texts = read["texts"]
            contents.rows = {key: Row(*row) for key, row in read["rows"].items()}
            digest, answers = read["answers"]
            contents.answers = (digest, Answers(*answers))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Contents()
    return contents
