"""The cost of a publish, and of a month: quantities, prices, free parts, and what is assumed."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from hosting.edge.plan import plan_edge
from hosting.edge.rule_files import Rules
from hosting.formats.headers.files import HeaderRules
from hosting.formats.redirects.rule_set import RedirectRules
from hosting.publish.staging.manifest import Manifest
from hosting.review.estimate import Estimate, dollars, quantity
from hosting.review.prices import (
    EUROPE,
    FLAT_RATE_PLANS,
    INVALIDATION_PATH,
    NORTH_AMERICA,
    PRICE_CLASSES,
    S3_TRANSFER,
    S3_WRITE,
    SOURCES,
    tiered,
)
from hosting.review.publish_cost import FileChanges, Invalidation, file_changes, publish_estimate
from hosting.review.request import review_request
from hosting.review.traffic_cost import ServedSite, Traffic, month_estimate, parse_traffic
from tests.unit.verify.sites import manifest_of, settings_of

if TYPE_CHECKING:
    from hosting.config.load import Settings

FILES = {"index.html": "home", "docs/index.html": "docs", "app.js": "app()"}
BULK = {"publish_mode": "bulk"}
NO_RULES = Rules(RedirectRules(), HeaderRules())


def lines_of(estimate: Estimate) -> dict[str, Any]:
    """Return the quantity and the costs of each line."""
    return {line.what: (line.quantity, line.low, line.high) for line in estimate.lines}


def test_what_a_publish_changes() -> None:
    """New files, other content, other headers and removed files; the hashes of a record may be cut off."""
    before, after = manifest_of(FILES), manifest_of({**FILES, "app.js": "app(2)", "new.css": "h1 {}"})
    cut = Manifest(tuple(replace(one, sha256=one.sha256[:16]) for one in before.entries))
    changes = file_changes(cut, manifest_of({path: text for path, text in FILES.items() if path != "app.js"}))
    assert (changes.uploaded, changes.removed, changes.upload_bytes, changes.is_first) == ((), ("app.js",), 0, False)
    changes = file_changes(cut, after)
    assert (changes.uploaded, changes.removed, changes.upload_bytes) == (("app.js", "new.css"), (), 11)
    first = file_changes(None, after)
    assert (len(first.uploaded), first.is_first, first.is_empty) == (4, True, False)
    assert file_changes(cut, before).is_empty
    assert not file_changes(cut, before, has_new_rules=True).is_empty


def cost_of(changes: FileChanges, settings: Settings) -> dict[str, Any]:
    """Return the lines of a publish's cost."""
    manifest = manifest_of(FILES)
    request = review_request(settings, plan_edge("site", settings, manifest, NO_RULES), "")
    invalidation = Invalidation(request.max_paths, lambda: ["404.html"])
    return lines_of(publish_estimate(changes, request.rules, manifest, invalidation))


def test_a_publish_of_nothing_costs_nothing() -> None:
    """One sentence."""
    manifest = manifest_of(FILES)
    rules = review_request(settings_of(), plan_edge("site", settings_of(), manifest, NO_RULES), "").rules
    estimate = publish_estimate(FileChanges((), (), 0), rules, manifest, Invalidation(15, list))
    assert (estimate.title, estimate.lines, estimate.total) == (
        "This publish changes nothing and costs nothing",
        (),
        "$0.00",
    )


def test_one_file_in_managed_mode() -> None:
    """A PUT, a list, and the URLs of a page, of which 1,000 paths a month are free."""
    found = cost_of(FileChanges(("docs/index.html",), (), 4), settings_of())
    assert found["S3 requests that write"] == (2, pytest.approx(0.00001), pytest.approx(0.00001))
    assert found["Upload in bytes"] == (4, 0, 0)
    assert found["Invalidation paths"] == (3, 0, pytest.approx(0.015))


def test_a_first_publish_invalidates_nothing() -> None:
    """There is nothing at the edge."""
    found = cost_of(FileChanges(tuple(FILES), (), 15, is_first=True), settings_of())
    assert found["Invalidation paths"] == (0, 0, 0)


def test_without_invalidation_or_cloudfront_no_path_is_counted() -> None:
    """Not with `publish:invalidate never`, and not on an S3 website, in both modes."""
    changes = FileChanges(("app.js",), (), 5)
    for settings in (settings_of(publish_invalidate="never"), settings_of("dev"), settings_of("dev", **BULK)):
        assert "Invalidation paths" not in cost_of(changes, settings)
    assert cost_of(changes, settings_of("dev", **BULK))["S3 requests that write"][0] == 4


@pytest.mark.parametrize(
    ("changes", "writes", "store"),
    [
        (FileChanges(("app.js",), (), 5), 3, (7, 0.001, 0.007)),
        (FileChanges(("app.js", "index.html"), (), 9), 5, (7, 0.001, 0.007)),
        (FileChanges((), (), 0, has_new_rules=True), 2, (7, 0.001, 0.007)),
        (FileChanges(tuple(FILES), (), 15, is_first=True), 7, (4, 0.001, 0.004)),
    ],
)
def test_a_release(changes: FileChanges, writes: int, store: tuple[float, float, float]) -> None:
    """Bulk mode behind CloudFront makes the calls that docs/publishing.md lists."""
    found = cost_of(changes, settings_of(**BULK))
    assert found["S3 requests that write"][:2] == (writes, pytest.approx(S3_WRITE.of(writes)))
    assert found["Requests to the key-value store"] == pytest.approx(store)
    assert "Invalidation paths" not in found


@pytest.mark.parametrize(
    ("text", "gigabytes", "requests"),
    [
        ("100GB,5M", 100, 5_000_000),
        (" 1.5 tb , 20k ", 1536, 20_000),
        ("512MB,1000", 0.5, 1_000),
        ("1PB,2B", 1024**2, 2_000_000_000),
    ],
)
def test_traffic_as_people_write_it(text: str, gigabytes: float, requests: float) -> None:
    """A size and a count, with their usual letters; a TB is 1,024 GB, as on AWS's bills."""
    assert parse_traffic(text) == Traffic(gigabytes, requests)


@pytest.mark.parametrize("text", ["", "100GB", "100,5M", "5M,100GB", "-1GB,5M", "100GB,5X"])
def test_what_is_not_traffic(text: str) -> None:
    """The message says what to write."""
    with pytest.raises(ValueError, match="is not traffic: write what visitors download, and their requests: 100GB,5M"):
        parse_traffic(text)


def test_a_small_month_is_free() -> None:
    """Within the free parts there are only the bucket's cents; the smallest plan is beside it."""
    estimate = month_estimate(Traffic(50, 900_000), ServedSite("PriceClass_100", 2**30))
    found = lines_of(estimate)
    assert found["GB to visitors"] == (50, 0, 0)
    assert found["HTTPS requests"] == (900_000, 0, 0)
    assert found["Function runs"] == (900_000, 0, 0)
    assert found["S3 requests that read"] == (pytest.approx(90_000), pytest.approx(0.036), pytest.approx(0.036))
    assert found["GB in the bucket"] == (1, 0.023, 0.023)
    assert "Reads of the key-value store" not in found
    assert "The flat-rate plan Free includes 100 GB and 1,000,000 requests for $0.00 a month" in estimate.comparison


def test_a_large_month() -> None:
    """The free parts are subtracted, and the range is that of the price class."""
    estimate = month_estimate(Traffic(2048, 20_000_000), ServedSite("PriceClass_All", 0, 2, (2, 8)))
    found = lines_of(estimate)
    assert found["GB to visitors"] == (2048, pytest.approx(1024 * 0.085), pytest.approx(1024 * 0.12))
    assert found["HTTPS requests"] == (20_000_000, pytest.approx(10), pytest.approx(22))
    assert found["Function runs"] == (40_000_000, pytest.approx(3.8), pytest.approx(3.8))
    assert found["Reads of the key-value store"] == (160_000_000, pytest.approx(1.14), pytest.approx(4.74))
    assert "The flat-rate plan Business" in estimate.comparison
    assert "South America" not in estimate.lines[0].assumption
    assert estimate.lines[0].assumption.startswith(
        "after CloudFront's 1 TB of data transfer a month; PriceClass_All: if"
    )


def test_a_month_beyond_all_plans() -> None:
    """The sentence has AWS's page."""
    estimate = month_estimate(Traffic(601 * 1024, 1), ServedSite("PriceClass_100", 0))
    assert estimate.comparison.startswith("No flat-rate plan of CloudFront includes that much: https://")
    assert "wherever visitors are" in estimate.lines[0].assumption


def test_a_month_without_cloudfront() -> None:
    """S3's own transfer and requests."""
    found = lines_of(month_estimate(Traffic(200, 1_000_000), ServedSite("", 2**30)))
    assert found == {
        "GB to visitors": (200, pytest.approx(9), pytest.approx(9)),
        "S3 requests that read": (1_000_000, pytest.approx(0.4), pytest.approx(0.4)),
        "GB in the bucket": (1, 0.023, 0.023),
    }


def test_prices_fall_by_tiers() -> None:
    """The free part counts for the first tier."""
    assert tiered(S3_TRANSFER, 20_480, 100) == pytest.approx(10_140 * 0.09 + 10_240 * 0.085)
    assert tiered(S3_TRANSFER, 50, 100) == 0
    assert tiered(EUROPE.transfer, 10_240, 1024) == pytest.approx(9_216 * 0.085)


def test_the_table_is_whole() -> None:
    """Each region has a price without an end, classes contain the smaller ones, plans grow, sources are AWS's pages."""
    for regions in PRICE_CLASSES.values():
        assert all(one.transfer[-1].up_to == math.inf and len(one.transfer) == 7 for one in regions)
    hundred, two_hundred, every = (set(PRICE_CLASSES[f"PriceClass_{name}"]) for name in ("100", "200", "All"))
    assert hundred == {NORTH_AMERICA, EUROPE}
    assert hundred < two_hundred < every
    assert sorted(FLAT_RATE_PLANS, key=lambda plan: plan.dollars) == list(FLAT_RATE_PLANS)
    assert sorted(plan.requests for plan in FLAT_RATE_PLANS) == [plan.requests for plan in FLAT_RATE_PLANS]
    assert all(source.startswith(("https://aws.amazon.com/", "https://docs.aws.amazon.com/")) for source in SOURCES)
    assert INVALIDATION_PATH.of(1_001) == pytest.approx(0.005)


def test_an_estimate_as_text_and_as_json() -> None:
    """Each line has its quantity, its dollars and its assumption; the title has the date of the prices."""
    estimate = month_estimate(Traffic(1500, 1_000), ServedSite("PriceClass_100", 0))
    first, second, *_, last = estimate.text()
    assert first.startswith("A month with 1,500 GB and 1,000 requests, pay-as-you-go: $40.46 (prices of 20")
    assert second.startswith("  GB to visitors: 1,500, $40.46; after CloudFront's 1 TB")
    assert last.startswith("  The flat-rate plan Pro")
    found = estimate.as_json()
    assert (found["low"], found["lines"][0]["quantity"]) == (pytest.approx(40.46004), 1500)
    nothing = Estimate("Nothing", ())
    assert list(nothing.text())[1:] == []
    assert nothing.as_json()["comparison"] is None


def test_amounts() -> None:
    """Cents, and the digits that count of less than one."""
    assert dollars(0, 0) == "$0.00"
    assert dollars(0.000005, 0.000005) == "$0.000005"
    assert dollars(0.0000004, 0.0000004) == "$0.00"
    assert dollars(0, 1234.5) == "$0.00 to $1,234.50"
    assert (quantity(3), quantity(0.931)) == ("3", "0.93")
