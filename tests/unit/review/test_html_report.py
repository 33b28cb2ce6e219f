"""The HTML report: what it has, how large it is, and that nothing of a site is read as HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from hosting.review.estimate import CostLine, Estimate
from hosting.review.html_report import html_report
from hosting.review.result import KINDS, Finding, PageWeight, ReviewResult, Totals, Weight
from tests.unit.review.hostile import HOSTILE, hostile_result

COST = Estimate("This publish", (CostLine("S3 requests", 3, 0.1, 0.2, "in <us-east-1>"),), "The plan & more")


class Parsed(HTMLParser):
    """The elements of a page, and the text of its cells.

    Attributes:
        tags: each start tag with its attributes.
        text: the text outside of style and script.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] not in ("style", "script"):
            self.text += data


def names(page: Parsed) -> set[str]:
    """Return the names of a page's elements."""
    return {tag for tag, _ in page.tags}


def test_a_report_has_all_of_a_result() -> None:
    """Each kind of finding is a table, the rules a list, the weights a table with pictures, and the cost one."""
    findings = [Finding(kind, f"/{kind}", "is wrong", f"/page/{kind}", 2, "do it", is_new=False) for kind in KINDS]
    weights = (PageWeight("/a/", Weight(2000, 3), Weight(1000, 3)), PageWeight("/b/", Weight(500, 1)))
    totals = Totals(files=3, bytes=2500, pages=2)
    result = ReviewResult("d", "the live release", totals, tuple(findings), ("`/x`: 301 is new",), weights, ("a note",))
    page = Parsed(html_report(result, "prod", [COST]))
    for text in (
        "Review of prod",
        "2 pages and 3 files with 2,500 bytes, compared with the live release.",
        "0 new findings, 6 that the live release has, too.",
        "a note.",
        "/urls is wrong",
        "such as /page/urls",
        "To do: do it",
        "`/x`: 301 is new",
        "2,000",
        "+1,000",
        "new page",
        "This publish: $0.10 to $0.20",
        "in <us-east-1>",
        "The plan & more",
        "https://aws.amazon.com/s3/pricing/",
    ):
        assert text in page.text
    assert [tag for tag, _ in page.tags].count("table") == len(KINDS) + 2
    rects = [attributes for tag, attributes in page.tags if tag == "rect"]
    assert rects == [{"width": "100%"}, {"class": "o", "x": "50%"}, {"width": "25%"}]


def test_a_report_of_nothing() -> None:
    """An empty site has no tables."""
    page = Parsed(html_report(ReviewResult("d"), "dev"))
    assert "table" not in names(page)
    assert "0 new findings" in page.text


def test_a_finding_on_one_page_and_a_site_of_empty_pages() -> None:
    """It says on which; a finding of a page itself does not repeat it; bars of nothing are empty."""
    findings = (Finding("links", "/x", "is 404", "/y", 1), Finding("weight", "/y", "is heavy", "/y", 1))
    result = ReviewResult("d", findings=findings, weights=(PageWeight("/y", Weight(0, 1)),))
    page = Parsed(html_report(result, "dev", [Estimate("Nothing", ())]))
    assert "on /y" in page.text
    assert page.text.count("/y") == 3
    assert [attributes["width"] for tag, attributes in page.tags if tag == "rect"] == ["0%"]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_site_is_read_as_html(text: str) -> None:
    """The elements and attributes are those of a harmless site."""
    harmless, hostile = (Parsed(html_report(hostile_result(each), each, [COST])) for each in ("x", text))
    without_numbers = [(tag, sorted(attributes)) for tag, attributes in hostile.tags]
    assert without_numbers == [(tag, sorted(attributes)) for tag, attributes in harmless.tags]
    html_report(hostile_result(text), text).encode("utf-8")


def test_the_policy_allows_the_pages_own_script_and_style_alone() -> None:
    """There is no other script, no event attribute, no style attribute, and nothing to request."""
    text = html_report(hostile_result("x"), "prod", [COST])
    page = Parsed(text)
    (policy,) = (attributes["content"] for tag, attributes in page.tags if "http-equiv" in attributes)
    assert policy is not None
    assert re.fullmatch(
        r"default-src 'none'; img-src data:; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; base-uri 'none'; "
        r"form-action 'none'",
        policy,
    )
    assert [tag for tag, _ in page.tags].count("script") == 1
    for tag, attributes in page.tags:
        assert not {name for name in attributes if name.startswith("on") or name in ("style", "src", "action")}
        assert tag != "a" or str(attributes["href"]).startswith("#")


def test_ten_thousand_pages_are_below_five_megabytes() -> None:
    """With long paths and as many findings, the rows beyond the limit are counted."""
    paths = [f"/documentation/guides/chapter-{number // 100}/section-{number}/" for number in range(10_000)]
    weights = tuple(
        PageWeight(path, Weight(100_000 + number, 12), Weight(90_000, 11)) for number, path in enumerate(paths)
    )
    whole = html_report(ReviewResult("d", weights=weights), "prod")
    assert len(whole.encode()) < 5_000_000
    assert whole.count("<svg") == 10_000
    assert "are left out" not in whole
    findings = tuple(Finding(kind, path * 3, "is wrong", path, 1, path) for kind in KINDS for path in paths)
    cut = html_report(ReviewResult("d", findings=findings, weights=weights), "prod")
    assert len(cut.encode()) < 5_000_000
    assert cut.count(" more are left out: --json has all of them") >= len(KINDS)
