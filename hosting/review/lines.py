"""What a review has found, as lines for people: in the preview, and as the command's text. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hosting.plural import plural
from hosting.review.result import FRAGMENTS, KINDS, LINKS, MIXED_CONTENT, REDIRECTS, URLS, WEIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hosting.publish.settings import GateSettings
    from hosting.review.result import Finding, ReviewResult

_SHOWN = 20
# Characters that change what a terminal shows: control characters, and those that change the direction of a text.
# https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# A page counts as heavier if it sends this much more, as a part of what it sent before and in bytes.
_GROWTH, _LEAST_GROWTH = 0.2, 10_000
# What one and several findings of a kind are.
_WHAT = {
    URLS: ("URL of the live site dies", "URLs of the live site die"),
    LINKS: ("link target does not exist", "link targets do not exist"),
    REDIRECTS: ("link target needs several redirects", "link targets need several redirects"),
    FRAGMENTS: ("link leads to a missing part of a page", "links lead to missing parts of pages"),
    MIXED_CONTENT: ("file is requested over http", "files are requested over http"),
    WEIGHT: ("size exceeds publish:budget", "sizes exceed publish:budget"),
}
_ADVICE = {
    URLS: "publish them again, or redirect them in _redirects or website:redirects",
    LINKS: "correct the links, or add an entry to review:ignore",
    REDIRECTS: "link to the last address",
    FRAGMENTS: "correct the links, or add an entry to review:ignore",
    MIXED_CONTENT: "write https://",
    WEIGHT: "send less, or raise publish:budget",
}


def level_of(gate: GateSettings, kind: str) -> str:
    """Return what `publish:gate` says about a kind of findings."""
    level: str = gate.model_dump(by_alias=True)[kind]
    return level


def counted(kind: str, count: int) -> str:
    """Return the number of findings of a kind, with what they are."""
    return plural(count, *_WHAT[kind])


def summary(result: ReviewResult) -> str:
    """Return one line about all that was found."""
    totals = result.totals
    pages, links = plural(totals.pages, "page", "pages"), plural(totals.links, "link", "links")
    looked = f"{pages} with {links} to {plural(totals.targets, 'target', 'targets')}"
    against = f", compared with {result.compared_with}" if result.compared_with else ""
    new = [counted(kind, len(found)) for kind in KINDS if (found := new_findings(result, kind))]
    known = sum(not each.is_new for each in result.findings)
    kept = [f"{plural(known, 'finding is', 'findings are')} as in the live release"] if known else []
    return f"Review of {looked}{against}: {', '.join([*new, *kept]) or 'nothing found'}"


def new_findings(result: ReviewResult, kind: str) -> list[Finding]:
    """Return the findings of a kind that the live release does not have."""
    return [each for each in result.findings if each.kind == kind and each.is_new]


def messages(result: ReviewResult, gate: GateSettings, level: str) -> Iterator[str]:
    """Yield a message for each kind with new findings that has this level."""
    for kind in KINDS:
        found = new_findings(result, kind)
        if found and level_of(gate, kind) == level:
            yield f"{counted(kind, len(found))}; {_ADVICE[kind]}:\n{listed(found)}"


def listed(findings: Sequence[Finding]) -> str:
    """Return the first findings, one a line, and the number of the others."""
    lines = [f"  {line(each)}" for each in findings[:_SHOWN]]
    more = len(findings) - _SHOWN
    return "\n".join([*lines, f"  and {more} more"] if more > 0 else lines)


def line(finding: Finding) -> str:
    """Return a finding as one line."""
    pages, advice = pages_of(finding), f"; {finding.advice}" if finding.advice else ""
    where = f" ({pages})" if pages else ""
    return _CONTROL.sub(_escaped, f"{finding.subject} {finding.text}{where}{advice}")


def pages_of(finding: Finding, show: Callable[[str], str] = str) -> str:
    """Return which pages have a finding, as part of a sentence; empty if it is about a page itself.

    ``show`` returns the path of a page as it is shown.
    """
    place = "linked on" if finding.kind == URLS else "on"
    if finding.pages > 1:
        return f"{place} {finding.pages} pages, such as {show(finding.page)}"
    return f"{place} {show(finding.page)}" if finding.page and finding.page != finding.subject else ""


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def refusal(result: ReviewResult, gate: GateSettings) -> str:
    """Return why the publish is refused, with what to type next; empty if it is not."""
    refused = [kind for kind in refused_kinds(gate) if new_findings(result, kind)]
    if not refused:
        return ""
    found = "\n".join(messages(result, gate, "error"))
    return (
        f"'publish:gate' refuses this publish; nothing was published. {found}\n"
        f"To publish all the same: pulumi config set --path publish:gate.{refused[0]} warn"
    )


def refused_kinds(gate: GateSettings) -> list[str]:
    """Return the kinds of findings that `publish:gate` refuses."""
    return [kind for kind in KINDS if level_of(gate, kind) == "error"]


def failure(error: Exception, gate: GateSettings) -> str:
    """Return that the review failed, with what to type next."""
    what = f"The review failed ({type(error).__name__}: {error}); nothing was reviewed."
    refused = refused_kinds(gate)
    if refused:
        return (
            f"{what} 'publish:gate' refuses some findings, so nothing was published.\n"
            f"To publish all the same: pulumi config set --path publish:gate.{refused[0]} warn"
        )
    return f'{what} To turn the review off: pulumi config set publish:gate \'{{"urls": "off", "links": "off"}}\''


def text(result: ReviewResult) -> str:
    """Return all of a result, for a terminal."""
    parts = [summary(result)]
    for kind in KINDS:
        found = [each for each in result.findings if each.kind == kind]
        if found:
            parts.append(f"{counted(kind, len(found))}; {_ADVICE[kind]}:\n{listed(found)}")
    if result.rule_changes:
        parts.append("\n".join(["Rules:", *(f"  {change}" for change in result.rule_changes)]))
    if result.weights:
        parts += filter(None, (weight_line(result), growth_line(result)))
    return "\n\n".join([*parts, *result.notes])


def weight_line(result: ReviewResult) -> str:
    """Return a line about the weight of the pages: the heaviest one, and what most of them take."""
    in_order = sorted(result.weights, key=lambda each: each.now.bytes)
    middle, most = in_order[len(in_order) // 2], in_order[-1]
    before = f", before {_size(most.before.bytes)}" if most.before else ""
    return (
        f"A first visit takes at least {_size(middle.now.bytes)} at the median page, and at most "
        f"{_size(most.now.bytes)} with {most.now.requests} requests ({most.page}{before})"
    )


def growth_line(result: ReviewResult) -> str:
    """Return a line about the pages that have become much heavier; empty if none has."""
    grown = [each for each in result.weights if each.before and _has_grown(each.before.bytes, each.now.bytes)]
    if not grown:
        return ""
    most = max(grown, key=lambda each: each.now.bytes - (each.before.bytes if each.before else 0))
    before = most.before.bytes if most.before else 0
    pages = plural(len(grown), "page becomes", "pages become")
    return f"{pages} heavier by more than a fifth: {most.page} sends {_size(before)} -> {_size(most.now.bytes)}"


def _has_grown(before: int, now: int) -> bool:
    return now - before > max(_GROWTH * before, _LEAST_GROWTH)


def _size(size: int) -> str:
    return f"{size / 1000:,.1f} kB"
