"""A result as lines, as Markdown, and what the gate says about it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hosting.publish.settings import GateSettings
from hosting.review.estimate import CostLine, Estimate
from hosting.review.lines import growth_line, line, messages, refusal, summary, text
from hosting.review.markdown import code, markdown
from hosting.review.result import LINKS, URLS, Finding, PageWeight, ReviewResult, Totals, Weight
from tests.unit.review.hostile import HOSTILE, hostile_result

URL = Finding(URLS, "/old/", "will be 404", advice="/old/ /new/ 301")
LINK = Finding(LINKS, "/gone", "is 404", page="/", pages=3)
KNOWN = Finding(LINKS, "/known", "is 404", page="/known", pages=1, is_new=False)
TOTALS = Totals(files=9, bytes=99, pages=3, links=20, targets=5)
WEIGHTS = (PageWeight("/", Weight(30_000, 4), Weight(20_000, 3)), PageWeight("/a", Weight(1_000, 1)))


def result(*findings: Finding, changes: tuple[str, ...] = (), weights: tuple[PageWeight, ...] = ()) -> ReviewResult:
    """Return a result with these findings."""
    return ReviewResult("d", "the live release", TOTALS, findings, changes, weights, ("A note",))


def test_the_summary() -> None:
    """It counts what is new, and what the live release has, too."""
    start = "Review of 3 pages with 20 links to 5 targets, compared with the live release: "
    assert summary(result()) == f"{start}nothing found"
    counted = "1 URL of the live site dies, 1 link target does not exist, 1 finding is as in the live release"
    assert summary(result(URL, LINK, KNOWN)) == start + counted
    assert "compared" not in summary(ReviewResult("d"))


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (URL, "/old/ will be 404; /old/ /new/ 301"),
        (LINK, "/gone is 404 (on 3 pages, such as /)"),
        (replace(URL, page="/", pages=2), "/old/ will be 404 (linked on 2 pages, such as /); /old/ /new/ 301"),
        (KNOWN, "/known is 404"),
        (Finding(LINKS, "/\x1b[2J\x9b", "is\u202e\n404"), r"/\x1b[2J\x9b is\u202e\n404"),
        (Finding(LINKS, "/gone", "is 404", page="/", pages=1), "/gone is 404 (on /)"),
    ],
)
def test_a_finding_as_a_line(finding: Finding, expected: str) -> None:
    """It has the number of pages, or the page, and what fixes it."""
    assert line(finding) == expected


def test_only_new_findings_of_a_level_are_shown() -> None:
    """Each kind is one message, of at most 20 lines and a count."""
    many = [Finding(LINKS, f"/{number}", "is 404", page="/") for number in range(23)]
    gate = GateSettings()
    (urls, links) = messages(result(URL, *many, KNOWN), gate, "warn")
    assert urls.splitlines()[1:] == ["  /old/ will be 404; /old/ /new/ 301"]
    assert links.startswith("23 link targets do not exist; correct the links, or add an entry to review:ignore:\n  /0 ")
    assert len(links.splitlines()) == 22
    assert links.endswith("\n  and 3 more")
    assert list(messages(result(URL), gate, "error")) == []


def test_the_gate_refuses_only_new_findings() -> None:
    """The message says what to type to publish all the same."""
    gate = GateSettings(links="error")
    assert refusal(result(URL, KNOWN), gate) == ""
    message = refusal(result(URL, LINK), gate)
    assert message.startswith("'publish:gate' refuses this publish; nothing was published. 1 link target does not")
    assert message.endswith("pulumi config set --path publish:gate.links warn")


def test_the_text_has_all_of_it() -> None:
    """Findings, rules, the weight of the pages, and notes."""
    shown = text(result(URL, changes=("A change",), weights=WEIGHTS))
    assert "1 URL of the live site dies" in shown
    assert "Rules:\n  A change" in shown
    assert "at least 30.0 kB at the median page, and at most 30.0 kB with 4 requests (/, before 20.0 kB)" in shown
    assert shown.endswith("A note")
    assert "before" not in text(result(weights=WEIGHTS[1:]))
    assert "first visit" not in text(result())


def test_pages_that_become_heavier() -> None:
    """Those that send a fifth and 10 kB more; the one that grows most is named."""
    grown = PageWeight("/b", Weight(90_000, 4), Weight(20_000, 3))
    assert growth_line(result(weights=(WEIGHTS[1], PageWeight("/", Weight(1_900, 1), Weight(900, 1))))) == ""
    line = "2 pages become heavier by more than a fifth: /b sends 20.0 kB -> 90.0 kB"
    assert growth_line(result(weights=(PageWeight("/", Weight(31_000, 4), Weight(20_000, 3)), grown))) == line
    assert growth_line(result(weights=(grown,))).startswith("1 page becomes heavier")
    assert "heavier" in text(result(weights=(grown,)))
    assert "heavier" in markdown(result(weights=(grown,)))


@pytest.mark.parametrize(
    ("hostile", "expected"),
    [
        ("@admin <img src=x> [a](b)", "`@admin <img src=x> [a](b)`"),
        ("a`b``c", "``` a`b``c ```"),
        ("a\n\n# b", "`a # b`"),
    ],
)
def test_hostile_texts_are_code(hostile: str, expected: str) -> None:
    """In a code span nothing is a mention, a link, an image or HTML, and a line stays one line."""
    assert code(hostile) == expected


@pytest.mark.parametrize("hostile", [*HOSTILE, "@admin #1 ![x](https://x.example/a.png)", "`", "a\n```\n@admin"])
def test_hostile_texts_in_markdown(hostile: str) -> None:
    """Outside of code spans there is nothing of them, wherever a page or a file has them."""
    shown = markdown(replace(hostile_result(hostile), compared_with="the live release"))
    assert code(hostile) in shown
    # What remains without the spans is the same for any text: https://spec.commonmark.org/0.31.2/#code-spans
    spans = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")
    harmless = markdown(replace(hostile_result("x"), compared_with="the live release"))
    assert spans.sub("", shown) == spans.sub("", harmless)


def test_markdown() -> None:
    """All that comes from pages is in code spans; what the live release has, too, is marked."""
    shown = markdown(result(URL, LINK, KNOWN, changes=("A change",), weights=WEIGHTS))
    assert "- `/old/` `will be 404`: `/old/ /new/ 301`\n" in shown
    assert "- `/gone` `is 404` on 3 pages, such as `/`\n" in shown
    assert "- `/known` `is 404` (as in the live release)\n" in shown
    assert "**Rules**\n\n- `A change`\n" in shown
    one = Finding(LINKS, "/gone", "is 404", page="/p", pages=1)
    assert "- `/gone` `is 404` on `/p`\n" in markdown(result(one))


def test_the_costs_in_markdown() -> None:
    """They are code spans, as GitHub takes a text between two dollar signs for mathematics."""
    line = CostLine("S3 requests that write", 3, 0.01, 0.02, "each file once")
    shown = markdown(result(URL), [Estimate("This publish", (line,))])
    assert "\n**Cost**: `This publish: $0.01 to $0.02 (prices of " in shown
    assert shown.endswith("\n- `S3 requests that write: 3, $0.01 to $0.02; each file once`\n")


def test_markdown_is_shorter_than_a_comment_may_be() -> None:
    """It ends at a whole line, so that no code span stays open."""
    long = [Finding(LINKS, f"/{number}{'x' * 2_000}", "is 404", page="/") for number in range(60)]
    shown = markdown(result(*long))
    assert len(shown) < 60_000
    assert shown.count("`") % 2 == 0
    assert shown.endswith("`python -m hosting.review --json` has all of it.\n")
    assert "- and 10 more" in markdown(result(*[Finding(LINKS, str(n), "x") for n in range(60)]))
