"""The result of a review as Markdown, for a comment on a pull request. Pure.

What comes from pages and files is in code spans, in which GitHub and GitLab make no links, mentions, images or HTML.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hosting.review.lines import counted, growth_line, pages_of, summary, weight_line
from hosting.review.result import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hosting.review.estimate import Estimate
    from hosting.review.result import Finding, ReviewResult

# GitHub refuses comments with more than 65,536 characters:
# https://docs.github.com/en/rest/issues/comments#create-an-issue-comment
_MOST_CHARACTERS = 60_000
_CUT_OFF = "\n\nThe report is longer than a comment may be: `python -m hosting.review --json` has all of it.\n"
_SHOWN = 50
_TICKS = re.compile("`+")
_BLANK = re.compile(r"\s+")


def markdown(result: ReviewResult, estimates: Sequence[Estimate] = ()) -> str:
    """Return the report with the costs; it ends early if it is too long for a comment."""
    text = "\n".join([*_lines(result), *_cost_lines(estimates)]) + "\n"
    if len(text) <= _MOST_CHARACTERS:
        return text
    kept = text[: _MOST_CHARACTERS - len(_CUT_OFF)]
    # A line that is cut in the middle of a code span would open the rest of the comment.
    return kept[: kept.rfind("\n")] + _CUT_OFF


def code(text: str) -> str:
    """Return a text as a code span: https://spec.commonmark.org/0.31.2/#code-spans."""
    flat = _BLANK.sub(" ", text)
    longest = max((len(ticks) for ticks in _TICKS.findall(flat)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {flat} {fence}" if longest else f"`{flat}`"


def _lines(result: ReviewResult) -> Iterator[str]:
    yield f"**Review**{summary(result).removeprefix('Review')}"
    for kind in KINDS:
        found = [each for each in result.findings if each.kind == kind]
        if found:
            yield from ("", f"**{counted(kind, len(found))}**", "")
            yield from (f"- {_finding(each)}" for each in found[:_SHOWN])
            if len(found) > _SHOWN:
                yield f"- and {len(found) - _SHOWN} more"
    if result.rule_changes:
        yield from ("", "**Rules**", "", *(f"- {code(change)}" for change in result.rule_changes))
    if result.weights:
        yield from ("", *(code(each) for each in (weight_line(result), growth_line(result)) if each))
    yield from ("", *(code(note) for note in result.notes))


def _cost_lines(estimates: Sequence[Estimate]) -> Iterator[str]:
    """Yield the costs as code: GitHub takes the text between two dollar signs for mathematics."""
    for estimate in estimates:
        first, *lines = estimate.text()
        yield from ("", "**Cost**: " + code(first), "", *(f"- {code(line.strip())}" for line in lines))


def _finding(finding: Finding) -> str:
    pages = pages_of(finding, code)
    where = f" {pages}" if pages else ""
    advice = f": {code(finding.advice)}" if finding.advice else ""
    known = "" if finding.is_new else " (as in the live release)"
    return f"{code(finding.subject)} {code(finding.text)}{where}{known}{advice}"
