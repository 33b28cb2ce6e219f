"""Redirects without end: the router is asked with the tree's pages and unknown paths; the work is linear."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.edge.redirect_checks import check_rules
from hosting.edge.redirect_loops import Hosts, LoopFinder
from hosting.edge.route_choice import RouteChoice
from hosting.edge.routing import router_redirects
from hosting.edge.rule_lookup import RuleLookup
from hosting.errors import EdgeError
from hosting.formats.paths import canonical_path
from hosting.formats.redirects.files import read_redirects
from hosting.formats.redirects.rules import Rule, ViewerRequest
from tests.unit.edge.test_redirects import amplify, first_match, netlify, rules, words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TREE = frozenset({"index.html", "404.html", "privacy/index.html", "about.html", "my docs/index.html", "app.js"})
SPA = router_redirects("spa", TREE, RouteChoice("index.html", has_app_page=True).routes(TREE))
PAGES = router_redirects("pages", TREE, RouteChoice("index.html").routes(TREE))


def with_slash(path: str) -> str | None:
    """Redirect every path without an extension to its form with a slash, as a router of folders does."""
    return None if path.endswith("/") or "." in path.rpartition("/")[2] else f"{path}/"


def without_slash(path: str) -> str | None:
    """Redirect every path with a slash to its form without."""
    return path.rstrip("/") or None if path != "/" and path.endswith("/") else None


def said(folder: Path, routed: Callable[[str], str | None], *rules: dict[str, str]) -> str:
    """Return what is said of Amplify's rules with a router; empty if they are accepted."""
    try:
        check_rules(amplify(folder, *rules), TREE, routed)
    except EdgeError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("source", "target", "routed", "path"),
    [
        ("/<*>/", "/<*>", SPA, "/my%20docs/"),
        ("/<*>/", "/<*>", with_slash, "/x/y/"),
        ("/<name>/", "/<name>", with_slash, "/x-name/"),
        ("/<name>", "/<name>/", without_slash, "/x-name"),
        ("/privacy", "/privacy/", without_slash, "/privacy"),
        ("/my docs/", "/my%20docs", SPA, "/my%20docs/"),
        ("</^/priv[^/]+/$/>", "/privacy", SPA, "/privacy/"),
        ("</^/[^/]+/$/>", "/x", with_slash, "/x/"),
        ("/privacy", "/privacy.html", PAGES, "/privacy"),
        ("/<folder>/index.html", "/<folder>", {"/privacy": "/privacy/index.html"}.get, "/privacy/index.html"),
    ],
)  # fmt: skip
def test_the_router_is_asked(
    tmp_path: Path, source: str, target: str, routed: Callable[[str], str | None], path: str
) -> None:
    """A rule and the router that undo each other are refused, for a page of the tree as for an unknown path."""
    assert f"line 2 of redirects.json redirects '{path}' without end" in said(
        tmp_path, routed, {"source": source, "target": target}
    )


@pytest.mark.parametrize(
    "routed",
    [with_slash, without_slash, SPA],
)
@pytest.mark.parametrize(
    "line", ["/contact/* /contact", "/* /privacy", "/about /about/", "/privacy/ /privacy", "/x/* /privacy/"]
)
def test_netlifys_rules_do_not_fight_the_router(tmp_path: Path, routed: Callable[[str], str | None], line: str) -> None:
    """A redirect does not apply to its own target, with a slash at its end or without: the router redirects that."""
    check_rules(netlify(tmp_path, line), TREE, routed)


def test_a_rule_is_reported_once(tmp_path: Path) -> None:
    """However many pages are in its circle, a rule has one line; and others are still looked at."""
    keys = {f"d{number}/index.html" for number in range(50)}
    table = amplify(
        tmp_path,
        {"source": "/<*>/", "target": "/<*>"},
        {"source": "/a", "target": "/b"},
        {"source": "/b", "target": "/a"},
    )
    with pytest.raises(EdgeError) as caught:
        check_rules(table, keys, router_redirects("spa", keys, RouteChoice("index.html", has_app_page=True).routes(keys)))
    assert str(caught.value).count("without end") == 2


def test_the_size_comes_first(tmp_path: Path) -> None:
    """A table that no function holds is refused before any circle is looked for."""
    table = netlify(tmp_path, *(f"/old/page-{number} /new/page-{number}" for number in range(600)))

    def routed(path: str) -> str | None:
        raise AssertionError(path)

    with pytest.raises(EdgeError, match=r"The viewer-request function is 23\d{3} bytes, CloudFront takes 10240"):
        check_rules(table, TREE, routed)


def table_of_size(size: int) -> list[str]:
    """Return lines of each kind of rule, ``size`` of each."""
    kinds = ("/o{} /n{}", "/p{}/* /q{}/:splat", "/:x/r{} /s{}", "/t{} id=1 /u{}", "/v{}/* /w{}/:splat Country=de,at")
    return [kind.format(number, number) for number in range(size) for kind in kinds]


def work(monkeypatch: pytest.MonkeyPatch, folder: Path, size: int) -> dict[str, int]:
    """Return how often reading and checking compile an expression, compare two rules, and try a rule on a path."""
    counts = dict.fromkeys(("compile", "covers", "takes"), 0)

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: object) -> Any:  # noqa: ANN401 - as the function does
            counts[name] += 1
            return function(*args)

        return call

    (folder / "_redirects").write_text("\n".join(table_of_size(size)))
    with monkeypatch.context() as patch:
        patch.setattr("hosting.formats.redirects.rules.re.compile", counted("compile", re.compile))
        patch.setattr(Rule, "covers", counted("covers", Rule.covers))
        patch.setattr(Rule, "takes", counted("takes", Rule.match))
        table = read_redirects([], folder)
        keys = {f"o{number}/index.html" for number in range(size)}
        hosts = Hosts(("www.example.com", "example.com"))
        assert (
            list(
                LoopFinder(
                    table.rules,
                    router_redirects("spa", keys, RouteChoice("index.html", has_app_page=True).routes(keys)),
                    hosts,
                ).problems(keys, "index.html")
            )
            == []
        )
    return counts


def test_the_work_grows_with_the_rules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Twice the rules and pages take twice the expressions and comparisons, not four times."""
    once, twice = work(monkeypatch, tmp_path, 100), work(monkeypatch, tmp_path, 200)
    assert 0 < once["compile"] <= 2 * 500
    assert once["covers"] <= 2 * 500
    for name, count in once.items():
        assert twice[name] <= 2.2 * count + 10, name


def test_a_big_tree_takes_few_checks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A rule for all paths is tried with some pages of a tree, not with each: its rules take the same work again."""
    tried = 0
    takes = Rule.match

    def counted(rule: Rule, path: str) -> tuple[str, ...] | None:
        nonlocal tried
        tried += 1
        return takes(rule, path)

    table = netlify(tmp_path, *(f"/* /{country}/:splat 302 Country={country}" for country in ("de", "fr", "it")))
    keys = {f"page-{number}/index.html" for number in range(1000)}
    monkeypatch.setattr(Rule, "takes", counted)
    check_rules(table, keys, with_slash)
    # Each page and each hop after it would be 3 rules for 4 forms of 1,000 pages.
    assert 0 < tried < 3 * 1000


@given(
    table=st.booleans().flatmap(lambda either: st.lists(rules(either), max_size=6)),
    parts=st.lists(words, max_size=4),
    slash=st.sampled_from(["", "/", "//"]),
    country=st.sampled_from([None, "DE", "US"]),
)
def test_the_index_finds_what_the_rules_find(
    table: list[Rule], parts: list[str], slash: str, country: str | None
) -> None:
    """For any table and visit the index has the rule that a look at each of them, in their order, finds."""
    visit = ViewerRequest(canonical_path("/" + "/".join(parts)) + slash, {"id": "1"}, country, "www.example.com")
    assert RuleLookup(table).first(visit) == first_match(table, visit)
