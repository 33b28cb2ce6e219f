"""The pages that the review is measured with: with links as sites have them, the same at every run."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FOLDER = 100
# Links of the layout, which all pages have, and links of each page's own.
_LAYOUT_LINKS, _OWN_LINKS = 30, 30
_WORDS = 900
_VOCABULARY = 4_000


def make(folder: Path, count: int) -> None:
    """Write ``count`` pages of about 12 kB, with a style sheet, a script and an image."""
    chance = random.Random(count)  # noqa: S311 - the same pages every time
    vocabulary = [_word(chance) for _ in range(_VOCABULARY)]
    layout = "".join(
        f'<li class="nav-item"><a href="{_url(number)}">Part {number}</a></li>' for number in range(_LAYOUT_LINKS)
    )
    for name, text in (("style.css", "a { color: navy }"), ("app.js", "run()"), ("logo.svg", "<svg/>")):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    for number in range(count):
        file = folder / _url(number).lstrip("/") / "index.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        words = " ".join(chance.choices(vocabulary, k=_WORDS))
        file.write_text(_page(number, layout, words, "".join(_links(chance, count))))


def change_one(folder: Path, version: str) -> None:
    """Give one page another text, as a build tool would: a new file in its place."""
    file = folder / _url(0).lstrip("/") / "index.html"
    text = file.read_text()
    file.unlink()
    file.write_text(text.replace("<p>", f"<p>{version} ", 1))


def _url(number: int) -> str:
    return f"/section-{number // _FOLDER}/page-{number}/"


def _word(chance: random.Random) -> str:
    return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(3, 10)))


def _links(chance: random.Random, count: int) -> Iterator[str]:
    for _ in range(_OWN_LINKS):
        url = _url(chance.randrange(count))
        yield f'<p>See <a href="{chance.choice(("", "../.."))}{url}">{url}</a> <em>for</em> more.</p>'


def _page(number: int, layout: str, words: str, links: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page {number}</title>'
        f'<link rel="canonical" href="https://www.example.com{_url(number)}"><link rel="stylesheet" href="/style.css">'
        '<script src="/app.js" defer></script></head><body><header><img src="/logo.svg" alt=""></header>'
        f"<nav><ul>{layout}</ul></nav><main><h1>Page {number}</h1><p>{words}</p>{links}</main></body></html>"
    )
