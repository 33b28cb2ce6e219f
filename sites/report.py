"""The table, and the sentences below it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sites.compare import Fault, Findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sites.crawl import Crawl

_FAULTS: tuple[Fault, ...] = ("broken link", "wrong page", "soft 404", "wrong type", "other")
_HEAD = (
    *("site", "generator", "version", "mode", "files", "pages", "recognised", "links"),
    *("broken links", "wrong pages", "soft 404s", "wrong types", "other"),
)
_SHOWN = 12


@dataclass(frozen=True)
class Row:
    """One site in one mode.

    Attributes:
        site: its name.
        generator: what built it.
        version: of the generator's packages.
        form: the form of its pages.
        mode: the publish mode.
        files: how many.
        pages: how many of them are pages.
        recognised: what the program says of the tree.
        found: the comparison; None if the site was not compared.
        problem: why it was not compared.
    """

    site: str
    generator: str
    version: str
    form: str
    mode: str
    files: int = 0
    pages: int = 0
    recognised: str = "-"
    found: Findings | None = None
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether the site is served right."""
        return self.found is not None and self.found.ok

    def cells(self) -> list[str]:
        """Return the row of the table."""
        found = self.found or Findings()
        facts = (self.site, self.generator, self.version, self.mode, f"{self.files:,}", f"{self.pages:,}")
        counts = (str(found.count(fault)) if self.found else "-" for fault in _FAULTS)
        return [*facts, self.recognised, f"{found.links:,}" if self.found else "-", *counts]


def exit_code(rows: Sequence[Row]) -> int:
    """Return 0 if every site that was published is right, and there is one."""
    return 0 if rows and all(row.ok for row in rows) else 1


def table(rows: Sequence[Row]) -> str:
    """Return the table as Markdown, its columns aligned."""
    lines = [list(_HEAD), *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    shown = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    return "\n".join([shown[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *shown[1:]])


def summary(rows: Sequence[Row]) -> str:
    """Return the table of the documentation: a line for each site, with its result in each mode."""
    lines = ["| generator | version | form | files | recognised | result |", "|---|---|---|---:|---|---|"]
    for site in dict.fromkeys(row.site for row in rows):
        mine = [row for row in rows if row.site == site]
        result = ", ".join(f"{row.mode}: {_result(row)}" for row in mine)
        first = mine[0]
        facts = (first.generator, first.version, first.form, f"{first.files:,}", mine[-1].recognised)
        lines.append(f"| {' | '.join(facts)} | {result} |")
    return "\n".join(lines)


def _result(row: Row) -> str:
    if row.found is None:
        return "not published"
    faults = sum(map(len, row.found.faults.values()))
    return f"{faults} of {row.found.requests + row.found.links:,} wrong"


def details(row: Row) -> str:
    """Return what is wrong with a site, and which intended differences it has."""
    lines = [f"{row.site}, {row.mode}: {row.problem or ('right' if row.ok else 'not right')}"]
    found = row.found or Findings()
    for fault, sentences in found.faults.items():
        lines += [f"  {fault}: {sentence}" for sentence in sentences[:_SHOWN]]
        if len(sentences) > _SHOWN:
            lines.append(f"  {fault}: {len(sentences) - _SHOWN} more")
    lines += [f"  intended: {name}, {count} times" for name, count in sorted(found.intended.items())]
    return "\n".join(lines)


def answers(crawl: Crawl, paths: Sequence[str]) -> str:
    """Return a line for each path: what the server answered."""
    lines = []
    for path, seen in ((path, crawl.seen[path]) for path in paths if path in crawl.seen):
        hops = "".join(f"{status} " for status in seen.redirects)
        moved = f"{hops}-> {seen.path} " if seen.path != path else hops
        lines.append(f"  {path:<34} {moved}{seen.status} {seen.content_type} {seen.size}")
    return "\n".join(lines)
