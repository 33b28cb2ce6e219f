"""The result of a review as one HTML page that needs no other file and no network. Pure.

All texts of the site are escaped, and stand in elements that isolate their direction. The page's policy allows its own
script and style by their hashes, and nothing else: https://www.w3.org/TR/CSP3/
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hosting.errors import printable
from hosting.plural import plural
from hosting.review.estimate import dollars, quantity
from hosting.review.prices import AS_OF, SOURCES
from hosting.review.result import FRAGMENTS, KINDS, LINKS, MIXED_CONTENT, REDIRECTS, URLS, WEIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hosting.review.estimate import Estimate
    from hosting.review.result import Finding, PageWeight, ReviewResult

_FOLDER = Path(__file__).parent / "html"
_HEADINGS = {
    URLS: "URLs that die",
    LINKS: "Broken links",
    REDIRECTS: "Links through several redirects",
    FRAGMENTS: "Missing parts of pages",
    MIXED_CONTENT: "Files over http",
    WEIGHT: "Beyond the budget",
}
# All tables of findings, and that of the weights; with the rest, a page has less than 5 MB.
_FINDING_BYTES, _WEIGHT_BYTES = 1_400_000, 3_300_000


class _Column(NamedTuple):
    """A column of a table, by which its rows may be in order."""

    title: str
    is_number: bool = False
    order: str = "none"


class _Section(NamedTuple):
    """A part of the page.

    Attributes:
        id: its anchor.
        title: its heading, which is plain text.
        body: its HTML.
    """

    id: str
    title: str
    body: str


def html_report(result: ReviewResult, stack: str, estimates: Sequence[Estimate] = ()) -> str:
    """Return the page about a stack; ``estimates`` are the costs to show."""
    sections = [*_finding_sections(result), *_rule_section(result), *_weight_section(result), *_costs(estimates)]
    style, script = ((_FOLDER / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    links = "".join(f'<li><a href="#{one.id}">{one.title}</a></li>' for one in sections)
    parts = "".join(f'<section id="{one.id}"><h2>{one.title}</h2>{one.body}</section>\n' for one in sections)
    title = f"Review of {_text(stack)}"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<link rel="icon" href="data:,">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<header><h1>{title}</h1>\n"
        f"{_summary(result)}</header>\n"
        f'<nav aria-label="Parts of the report"><ul>{links}</ul></nav>\n<main>\n{parts}</main>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def _policy(style: str, script: str) -> str:
    def hashed(text: str) -> str:
        return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; img-src data:; style-src {hashed(style)}; script-src {hashed(script)}; base-uri 'none'; "
        "form-action 'none'"
    )


def _text(text: str) -> str:
    """Return a text of the site as HTML."""
    return escape(printable(text))


def _code(text: str) -> str:
    """Return a path of the site as HTML; its direction does not change what stands beside it."""
    return f"<code><bdi>{_text(text)}</bdi></code>"


def _summary(result: ReviewResult) -> str:
    totals = result.totals
    pages = plural(totals.pages, "page", "pages")
    new = sum(finding.is_new for finding in result.findings)
    known = len(result.findings) - new
    compared = f", compared with {_text(result.compared_with)}" if result.compared_with else ""
    lines = [
        f"{pages} and {plural(totals.files, 'file', 'files')} with {totals.bytes:,} bytes{compared}.",
        f"{plural(new, 'new finding', 'new findings')}, {known:,} that the live release has, too.",
        *(f"{_text(note)}." for note in result.notes),
    ]
    return "".join(f"<p>{line}</p>\n" for line in lines)


def _finding_sections(result: ReviewResult) -> Iterator[_Section]:
    for kind in KINDS:
        found = [finding for finding in result.findings if finding.kind == kind]
        if found:
            columns = [_Column("Finding"), _Column("Pages", is_number=True), _Column("Since")]
            share = _FINDING_BYTES // len(KINDS)
            new = sum(finding.is_new for finding in found)
            caption = f"{_HEADINGS[kind]}: {new:,} new, {len(found) - new:,} that the live release has, too"
            yield _Section(kind.lower(), _HEADINGS[kind], _table(caption, columns, map(_finding, found), share))


def _finding(finding: Finding) -> str:
    where = ""
    if finding.page and finding.page != finding.subject:
        where = f"<p>{'such as' if finding.pages > 1 else 'on'} {_code(finding.page)}</p>"
    advice = f"<p>To do: {_code(finding.advice)}</p>" if finding.advice else ""
    since = '<td class="new">new</td>' if finding.is_new else "<td>live</td>"
    return (
        f"<td><p>{_code(finding.subject)} <bdi>{_text(finding.text)}</bdi></p>{where}{advice}</td>"
        f'<td class="n">{finding.pages}</td>{since}'
    )


def _rule_section(result: ReviewResult) -> Iterator[_Section]:
    if result.rule_changes:
        changes = "".join(f"<li><bdi>{_text(change)}</bdi></li>" for change in result.rule_changes)
        yield _Section("rules", "Rules that change", f"<ul>{changes}</ul>")


def _weight_section(result: ReviewResult) -> Iterator[_Section]:
    """Yield the table of all pages, the heaviest first, each with a picture of its weight."""
    if not result.weights:
        return
    in_order = sorted(result.weights, key=lambda each: (-each.now.bytes, each.page))
    most = max(max(each.now.bytes, each.before.bytes if each.before else 0) for each in in_order) or 1
    numbers = (_Column(title, is_number=True) for title in ("Requests", "Change"))
    columns = [_Column("Page"), _Column("Bytes", is_number=True, order="descending"), *numbers]
    caption = (
        "What a first visit takes at least. The bar is the page's share of the heaviest page; the mark is the live "
        "release"
    )
    rows = (_weight(each, most) for each in in_order)
    yield _Section("weights", "Weight of each page", _table(caption, columns, rows, _WEIGHT_BYTES))


def _weight(page: PageWeight, most: int) -> str:
    now, before = page.now, page.before
    mark = f'<rect class="o" x="{_share(before.bytes, most)}%"/>' if before else ""
    bar = f'<svg aria-hidden="true"><rect width="{_share(now.bytes, most)}%"/>{mark}</svg>'
    change = f"{now.bytes - before.bytes:+,}" if before else "new page"
    numbers = "".join(f'<td class="n">{text}</td>' for text in (f"{now.bytes:,}", now.requests, change))
    return f"<td>{_code(page.page)}{bar}</td>{numbers}"


def _share(size: int, most: int) -> str:
    return f"{100 * size / most:.1f}".removesuffix(".0")


def _costs(estimates: Sequence[Estimate]) -> Iterator[_Section]:
    if not estimates:
        return
    columns = [_Column("What"), _Column("Quantity", is_number=True), _Column("Dollars"), _Column("Assumption")]
    parts = []
    for estimate in estimates:
        rows = (
            f'<td>{_text(line.what)}</td><td class="n">{quantity(line.quantity)}</td>'
            f"<td>{dollars(line.low, line.high)}</td><td>{_text(line.assumption)}</td>"
            for line in estimate.lines
        )
        parts.append(_table(f"{_text(estimate.title)}: {estimate.total}", columns, rows, _FINDING_BYTES))
        parts.append(f"<p>{_text(estimate.comparison)}</p>" if estimate.comparison else "")
    sources = ", ".join(map(_text, SOURCES))
    yield _Section("cost", "Cost", f"{''.join(parts)}<p>Prices of {AS_OF} without taxes: {sources}</p>")


def _table(caption: str, columns: Sequence[_Column], rows: Iterable[str], most_bytes: int) -> str:
    """Return a table that can be sorted; rows beyond its size are counted."""
    heads = "".join(
        f'<th scope="col" aria-sort="{one.order}" class="{"n" if one.is_number else "t"}">'
        f'<button type="button">{one.title}</button></th>'
        for one in columns
    )
    kept, size, left_out = [], 0, 0
    for row in rows:
        size += len(row.encode())
        if size > most_bytes:
            left_out += 1
        else:
            kept.append(f"<tr>{row}</tr>\n")
    more = f"<p>{left_out:,} more are left out: --json has all of them</p>" if left_out else ""
    body = f"<tbody>{''.join(kept)}</tbody>"
    return f"<table><caption>{caption}</caption><thead><tr>{heads}</tr></thead>\n{body}</table>{more}"
