"""Links between Markdown pages, and paths and modules that pages name: each has to exist."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_FENCE = re.compile(r"^( *)(```|~~~).*?^\1\2\s*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_ANCHOR = re.compile(r'<a id="([^"]+)">')
_TITLE = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_EXTERNAL = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
# Folders of this repository whose names no example uses.
_PATH = re.compile(r"(?<![\w./-])(?:hosting|sandbox|tests|sites|tools)/[\w./-]*")
_MODULE = re.compile(r"(?<![\w./-])(?:hosting|sandbox|tests)(?:\.(?!md\b|py\b)[a-z_]+)+(?![\w/(])")
_PAGE = re.compile(r"(?<![\w./-])docs/[\w/-]+\.md")


def anchors(text: str) -> set[str]:
    """Return the fragments that a page has, as GitHub makes them of headings, and those of `<a id>`.

    https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links
    """
    found: dict[str, int] = {}
    for heading in _HEADING.findall(_FENCE.sub("", text)):
        plain = _TITLE.sub(r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        found[slug] = found.get(slug, -1) + 1
    numbered = {f"{slug}-{number}" for slug, most in found.items() for number in range(1, most + 1)}
    return {*found, *numbered, *_ANCHOR.findall(text)}


def problems(root: Path, pages: Sequence[Path]) -> Iterator[str]:
    """Yield what the pages name and does not exist, and each page of docs/ that no page links to."""
    linked: set[Path] = set()
    for page in pages:
        text = page.read_text(encoding="utf-8")
        name = page.relative_to(root)
        for target in _LINK.findall(_CODE.sub("", _FENCE.sub("", text))):
            if _EXTERNAL.match(target):
                continue
            path, _, fragment = target.partition("#")
            file = (page.parent / unquote(path)).resolve() if path else page
            linked.add(file)
            if not file.exists():
                yield f"{name}: {target} does not exist"
            elif fragment and fragment not in anchors(file.read_text(encoding="utf-8")):
                yield f"{name}: {target} is not a heading of {file.relative_to(root)}"
        yield from (f"{name}: {problem}" for problem in _unknown_names(root, text))
    orphans = [page for page in pages if page.is_relative_to(root / "docs") and page not in linked]
    yield from (f"{page.relative_to(root)}: no page links to it" for page in orphans)


def _unknown_names(root: Path, text: str) -> Iterator[str]:
    for path in sorted({found.rstrip(".") for found in _PATH.findall(text)}):
        if not (root / path).exists():
            yield f"{path} does not exist"
    for module in sorted(set(_MODULE.findall(text))):
        file = root / module.replace(".", "/")
        if not file.is_dir() and not file.with_suffix(".py").is_file():
            yield f"{module} is not a module"


def unknown_pages(root: Path, files: Sequence[Path]) -> Iterator[str]:
    """Yield each page of docs/ that a source file names and that does not exist."""
    for file in files:
        for page in sorted(set(_PAGE.findall(file.read_text(encoding="utf-8")))):
            if not (root / page).exists():
                yield f"{file.relative_to(root)}: {page} does not exist"
