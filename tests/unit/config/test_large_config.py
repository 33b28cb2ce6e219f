"""Large and deeply nested config: answered in linear time, and never with a traceback."""

from __future__ import annotations

import json
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from hosting.config.load import RawConfig, load_settings
from hosting.edge.rule_files import read_rule_files
from hosting.errors import ConfigError
from hosting.publish.staging.cache_control import CacheControl

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REGION = {"AWS_REGION": "eu-central-1"}
REDIRECTS, CACHE = "website:redirects", "publish:cacheControl"


def problems_of(values: dict[str, Any]) -> list[str]:
    """Return the problems of a config, none if it is valid."""
    raw = RawConfig("dev", {key: json.dumps(value) for key, value in values.items()})
    try:
        load_settings(raw, REGION)
    except ConfigError as error:
        return list(error.problems)
    return []


def misspelt(count: int) -> dict[str, Any]:
    """Return redirects with wrong keys."""
    return {REDIRECTS: [{"sorce": f"/a{number}", "taget": f"/b{number}"} for number in range(count)]}


def redirects(count: int) -> dict[str, Any]:
    """Return valid redirects."""
    return {REDIRECTS: [{"source": f"/a{number}/<*>", "target": f"/b{number}"} for number in range(count)]}


def invalid(count: int) -> dict[str, Any]:
    """Return redirects and Cache-Control rules with invalid values."""
    return {
        REDIRECTS: [{"source": f"a {number}?", "target": f"ftp://{number}"} for number in range(count)],
        CACHE: [{"pattern": f"[a{number}", "value": "max-age"} for number in range(count)],
    }


def cache_rules(count: int) -> dict[str, Any]:
    """Return valid Cache-Control rules."""
    return {CACHE: [{"pattern": f"/folder-{number}/*.css", "value": "max-age=5"} for number in range(count)]}


def calls(work: Callable[[], object]) -> int:
    """Return how many functions ``work`` calls."""
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("config", [misspelt, redirects, invalid, cache_rules])
def test_twice_the_rules_take_twice_the_calls(config: Callable[[int], dict[str, Any]]) -> None:
    """The number of function calls grows with the number of rules, and not with its square."""
    counts = []
    for count in (1, 200, 400):  # the first also imports modules and fills caches
        values = config(count)
        counts.append(calls(partial(problems_of, values)))
    assert counts[2] < 2.3 * counts[1]


def test_rules_of_the_edge_and_of_files_take_linear_time(tmp_path: Path) -> None:
    """So does what reads the rules: redirects for the edge, and Cache-Control for the files."""

    def work(count: int) -> None:
        values = {key: json.dumps(value) for key, value in {**redirects(count), **cache_rules(count)}.items()}
        settings = load_settings(RawConfig("dev", values), REGION)
        assert len(read_rule_files(settings, tmp_path).redirects.rules) == count
        headers = CacheControl(settings.publish.cache_control).values_for(
            [f"folder-{number}/a.css" for number in range(count)]
        )
        assert sum(header.startswith("max-age=5") for header in headers.values()) == count

    _, few, many = (calls(partial(work, count)) for count in (1, 200, 400))
    assert many < 2.3 * few


@pytest.mark.parametrize(("config", "count"), [(misspelt, 10_000), (invalid, 2_000)])
def test_thousands_of_invalid_rules_are_reported_briefly(config: Callable[[int], dict[str, Any]], count: int) -> None:
    """Fifty problems of each namespace are reported, without a command that repeats a list of thousands of elements."""
    problems = problems_of(config(count))
    assert len(problems) == 50 * len(config(1))
    assert sum(map(len, problems)) < 20_000
    assert problems[0].startswith("'website:redirects[0].")
    assert all(problem.endswith(" in Pulumi.dev.yaml") for problem in problems)


@pytest.mark.parametrize(("config", "count"), [(redirects, 10_000), (cache_rules, 3_000)])
def test_thousands_of_valid_rules_are_accepted(config: Callable[[int], dict[str, Any]], count: int) -> None:
    """Valid rules are no problem, however many there are."""
    assert problems_of(config(count)) == []


@pytest.mark.parametrize("depth", [10, 100, 1_000, 100_000])
@pytest.mark.parametrize("key", [REDIRECTS, CACHE, "website:cors", "aws:endpoints"])
@pytest.mark.parametrize(("start", "end"), [("[", "]"), ('{"a":', "}"), ('[{"source":', "}]")])
def test_deeply_nested_value_is_a_problem(key: str, depth: int, start: str, end: str) -> None:
    """A value of any depth, which Python's JSON reader may refuse, is a problem of its key, and not a traceback."""
    raw = RawConfig("dev", {key: start * depth + "1" + end * depth})
    with pytest.raises(ConfigError) as caught:
        load_settings(raw, REGION)
    assert all(f"'{key}" in problem for problem in caught.value.problems)
