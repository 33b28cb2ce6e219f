"""The HTML report of a review in a real browser, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from hosting.review.estimate import CostLine, Estimate
from hosting.review.html_report import html_report
from hosting.review.result import Finding, PageWeight, ReviewResult, Totals, Weight
from tests.e2e.browser import headless, visitor
from tests.unit.review.hostile import HOSTILE, hostile_result

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.e2e.browser import Visit

COST = Estimate("This publish", (CostLine("S3 requests that write", 3, 0.00001, 0.00002, "each file once"),))
LONG = "/a-very-long-path-without-a-place-to-break/" + "x" * 200


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return one Chromium for the tests of this module."""
    with headless() as running:
        yield running


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Return a tab of a browser that is offline."""
    with visitor(browser) as visit:
        visit.page.context.set_offline(True)
        visit.page.on("dialog", lambda dialog: visit.problems.append(f"dialog: {dialog.message}"))
        yield visit


def opened(visit: Visit, folder: Path, result: ReviewResult, stack: str = "prod") -> Page:
    """Open the report of a result, and return the tab."""
    file = folder / "report.html"
    file.write_text(html_report(result, stack, [COST]), encoding="utf-8")
    visit.page.goto(file.as_uri())
    return visit.page


def result_of(count: int) -> ReviewResult:
    """Return a result with so many pages, whose weights are not in the order of their names."""
    weights = tuple(
        PageWeight(f"/page-{number:05}/", Weight(1_000 + number * 7_919 % 100_003, number % 40), Weight(50_000, 5))
        for number in range(count)
    )
    findings = (
        Finding("urls", "/old/", "is 404", advice="/old/ /new/ 301"),
        Finding("links", "/gone/", "is 404", "/page-00001/", 12),
    )
    return ReviewResult("d", "the live release", Totals(files=count), findings, ("`/docs/*` changes",), weights)


def first_cells(page: Page, column: int) -> list[str]:
    """Return the first texts of a column of the weights."""
    script = """column => [...document.querySelectorAll('#weights tbody tr')].slice(0, 3)
        .map(row => row.cells[column].textContent)"""
    found: list[str] = page.evaluate(script, column)
    return found


def test_a_report_works_without_a_network(visit: Visit, tmp_path: Path) -> None:
    """Its style and script run, nothing is requested, and the console stays empty."""
    page = opened(visit, tmp_path, result_of(20))
    assert page.title() == "Review of prod"
    assert page.evaluate("getComputedStyle(document.querySelector('th button')).fontWeight") == "700"
    bars: list[float] = page.evaluate(
        "[...document.querySelectorAll('rect')].map(r => r.getBoundingClientRect().width)"
    )
    assert max(bars) > 50
    assert visit.problems == []


def test_tables_are_sorted_with_the_keyboard(visit: Visit, tmp_path: Path) -> None:
    """Tab reaches the buttons; Enter sorts, once more in the other order, and the heading says which."""
    page = opened(visit, tmp_path, result_of(30))
    heaviest = first_cells(page, 1)
    assert heaviest == sorted(heaviest, key=lambda text: -int(text.replace(",", "")))
    button = page.locator("#weights th button", has_text="Page")
    page.locator("#weights th button").first.focus()
    page.keyboard.press("Enter")
    assert first_cells(page, 0) == ["/page-00000/", "/page-00001/", "/page-00002/"]
    assert button.locator("..").get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert first_cells(page, 0)[0] == "/page-00029/"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Bytes"
    page.keyboard.press("Space")
    assert first_cells(page, 1) == heaviest
    assert button.locator("..").get_attribute("aria-sort") == "none"
    assert visit.problems == []


def test_a_screen_reader_finds_its_way(visit: Visit, tmp_path: Path) -> None:
    """The page has a language, landmarks, one first heading; each table has a name, and each column a heading."""
    page = opened(visit, tmp_path, result_of(3))
    assert page.locator("html").get_attribute("lang") == "en"
    landmarks: tuple[Literal["banner", "navigation", "main"], ...] = ("banner", "navigation", "main")
    for role in landmarks:
        assert page.get_by_role(role).count() == 1
    assert page.get_by_role("heading", level=1).all_inner_texts() == ["Review of prod"]
    for name in ("URLs that die", "Broken links", "This publish: $0.00001 to $0.00002"):
        table = page.get_by_role("table", name=name)
        assert table.count() == 1, name
        assert table.get_by_role("columnheader").count() >= 3
    assert page.get_by_role("link", name="Weight of each page").count() == 1
    assert page.locator("svg:not([aria-hidden])").count() == 0


def test_it_is_readable_on_a_phone(visit: Visit, tmp_path: Path) -> None:
    """At 360 pixels nothing is cut off or needs scrolling to the side, also with a long path."""
    visit.page.set_viewport_size({"width": 360, "height": 640})
    weights = (PageWeight(LONG, Weight(123_456_789, 120), Weight(1, 1)),)
    finding = Finding("links", LONG, "is 404", LONG, 10_000, LONG)
    page = opened(visit, tmp_path, ReviewResult("d", findings=(finding,), weights=weights, rule_changes=(LONG,)))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    sizes: list[str] = page.evaluate("[...document.querySelectorAll('td, p')].map(e => getComputedStyle(e).fontSize)")
    assert min(float(size.removesuffix("px")) for size in sizes) >= 12
    assert visit.problems == []


def test_hostile_texts_stay_texts(visit: Visit, tmp_path: Path) -> None:
    """They run nothing, request nothing, and change neither the title nor the elements of the page."""
    for text in HOSTILE:
        page = opened(visit, tmp_path, hostile_result(text), text)
        assert page.locator("script, img, iframe, object, embed, link[rel=stylesheet]").count() == 1, text
        assert page.locator("h1").count() == 1, text
        page.locator("#weights th button").first.click()
        assert page.locator("#weights tbody tr").count() == 2, text
        assert page.title().startswith("Review of"), text
        assert visit.problems == [], text


def test_ten_thousand_pages_open_and_sort(visit: Visit, tmp_path: Path) -> None:
    """All rows are there before and after."""
    page = opened(visit, tmp_path, result_of(10_000))
    assert page.locator("#weights tbody tr").count() == 10_000
    page.locator("#weights th button", has_text="Page").click()
    assert first_cells(page, 0) == ["/page-00000/", "/page-00001/", "/page-00002/"]
    assert page.locator("#weights tbody tr").count() == 10_000
    assert visit.problems == []
