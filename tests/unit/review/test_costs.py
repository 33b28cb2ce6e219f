"""The costs of a stack, from its settings, files and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hosting.answers.site_rules import site_rules
from hosting.edge.plan import plan_edge
from hosting.edge.rule_files import read_rule_files
from hosting.review.costs import Files, month_cost, publish_cost
from hosting.review.traffic_cost import Traffic
from tests.unit.verify.sites import manifest_of, settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.config.load import Settings

PAGES = {"index.html": "home", "404.html": "not here", "docs/index.html": "docs"}
TRAFFIC = Traffic(10, 3_000_000)


def files_of(folder: Path, settings: Settings, pages: dict[str, str], **rule_files: str) -> Files:
    """Return a site's files and rules."""
    for name, text in rule_files.items():
        (folder / f"_{name}").write_text(text)
    manifest = manifest_of(pages)
    edge = plan_edge("site", settings, manifest, read_rule_files(settings, folder, folder))
    return Files(manifest, site_rules(settings, edge))


def quantities(
    settings: Settings, staged: Files, live: Files | None, traffic: Traffic | None
) -> list[dict[str, float]]:
    """Return the quantities of each estimate, by their names."""
    estimates = [publish_cost(staged, live, settings.publish.invalidation_max_paths)]
    estimates += [month_cost(staged, settings.cloudfront.price_class, traffic)] if traffic else []
    return [{line.what: line.quantity for line in one.lines} for one in estimates]


def test_without_traffic_there_is_only_the_publish(tmp_path: Path) -> None:
    """An unchanged site costs nothing; a changed error page invalidates everything, another page its own URLs."""
    settings = settings_of()
    live = files_of(tmp_path, settings, PAGES)
    assert quantities(settings, live, live, None) == [{}]
    other = files_of(tmp_path, settings, {**PAGES, "404.html": "gone"})
    assert quantities(settings, other, live, None)[0]["Invalidation paths"] == 1
    other = files_of(tmp_path, settings, {**PAGES, "docs/index.html": "new"})
    assert quantities(settings, other, live, None)[0]["Invalidation paths"] == 3
    assert quantities(settings, other, None, None)[0]["S3 requests that write"] == 4


def test_other_rules_are_a_publish(tmp_path: Path) -> None:
    """In bulk mode they are two writes and the pointer."""
    settings = settings_of(publish_mode="bulk")
    live = files_of(tmp_path, settings, PAGES)
    staged = files_of(tmp_path, settings, PAGES, redirects="/a /b 301\n")
    assert quantities(settings, staged, live, None)[0]["S3 requests that write"] == 2


@pytest.mark.parametrize(
    ("values", "rule_files", "runs", "reads"),
    [
        ({}, {}, 1, None),
        ({}, {"headers": "/*\n  X-A: b\n"}, 2, None),
        ({"publish_mode": "bulk"}, {}, 2, 3),
        ({"publish_mode": "bulk"}, {"redirects": "/a /b 301\n", "headers": "/*\n  X-A: b\n"}, 2, 13),
    ],
)
def test_what_runs_at_the_edge(
    tmp_path: Path, values: dict[str, object], rule_files: dict[str, str], runs: int, reads: int | None
) -> None:
    """A function for requests, one for responses if there are headers or in bulk mode, and its reads."""
    settings = settings_of(**values)
    month = quantities(settings, files_of(tmp_path, settings, PAGES, **rule_files), None, TRAFFIC)[1]
    assert month["Function runs"] == runs * TRAFFIC.requests
    assert month.get("Reads of the key-value store") == (None if reads is None else reads * TRAFFIC.requests)


def test_a_stack_without_cloudfront(tmp_path: Path) -> None:
    """Its month is that of an S3 website."""
    settings = settings_of("dev")
    month = quantities(settings, files_of(tmp_path, settings, PAGES), None, TRAFFIC)[1]
    assert set(month) == {"GB to visitors", "S3 requests that read", "GB in the bucket"}
