"""Redirect loops through rules and the router, found with work that grows linearly with the rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.edge.proxy_checks import may_overlap, proxy_conflicts
from hosting.edge.redirect_checks import check_rules
from hosting.edge.redirect_loops import Hosts, LoopFinder
from hosting.edge.route_choice import RouteChoice
from hosting.edge.routing import router_redirects
from hosting.edge.rule_lookup import RuleLookup
from hosting.errors import EdgeError
from hosting.formats.countries import COUNTRIES
from hosting.formats.paths import canonical_path
from hosting.formats.redirects.files import read_redirects
from hosting.formats.redirects.rules import Rule, ViewerRequest
from tests.unit.edge.test_redirects import amplify, first_match, netlify, rules, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

TREE = frozenset({"index.html", "404.html", "privacy/index.html", "about.html", "my docs/index.html", "app.js"})
SPA = router_redirects("spa", TREE, RouteChoice("index.html", has_app_page=True).routes(TREE))
PAGES = router_redirects("pages", TREE, RouteChoice("index.html").routes(TREE))


def with_slash(path: str) -> str | None:
    """Redirect every path without an extension to its form with a trailing slash."""
    return None if path.endswith("/") or "." in path.rpartition("/")[2] else f"{path}/"


def without_slash(path: str) -> str | None:
    """Redirect every path with a trailing slash to its form without."""
    return path.rstrip("/") or None if path != "/" and path.endswith("/") else None


def message_for(folder: Path, router_redirect: Callable[[str], str | None], *rules: dict[str, str]) -> str:
    """Return the error message for Amplify's rules with a router; empty if they are valid."""
    try:
        check_rules(amplify(folder, *rules), TREE, router_redirect)
    except EdgeError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("source", "target", "router_redirect", "path"),
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
def test_loops_through_the_router(
    tmp_path: Path, source: str, target: str, router_redirect: Callable[[str], str | None], path: str
) -> None:
    """A rule that reverses a redirect of the router is refused, for pages and for unknown paths."""
    assert f"line 2 of redirects.json redirects '{path}' in an endless loop" in message_for(
        tmp_path, router_redirect, {"source": source, "target": target}
    )


@pytest.mark.parametrize(
    "router_redirect",
    [with_slash, without_slash, SPA],
)
@pytest.mark.parametrize(
    "line", ["/contact/* /contact", "/* /privacy", "/about /about/", "/privacy/ /privacy", "/x/* /privacy/"]
)
def test_netlifys_rules_form_no_loop_with_the_router(
    tmp_path: Path, router_redirect: Callable[[str], str | None], line: str
) -> None:
    """A redirect does not apply to its own target, with or without a trailing slash."""
    check_rules(netlify(tmp_path, line), TREE, router_redirect)


def test_a_rule_is_reported_once(tmp_path: Path) -> None:
    """A rule that loops for many pages is reported once, and other rules are still checked."""
    keys = {f"d{number}/index.html" for number in range(50)}
    redirects = amplify(
        tmp_path,
        {"source": "/<*>/", "target": "/<*>"},
        {"source": "/a", "target": "/b"},
        {"source": "/b", "target": "/a"},
    )
    with pytest.raises(EdgeError) as caught:
        check_rules(
            redirects, keys, router_redirects("spa", keys, RouteChoice("index.html", has_app_page=True).routes(keys))
        )
    assert str(caught.value).count("in an endless loop") == 2


def test_the_size_comes_first(tmp_path: Path) -> None:
    """Rules that fit neither a function nor a table are refused before the search for loops."""
    redirects = netlify(tmp_path, *(f"/old id={number} /new/page-{number}" for number in range(600)))

    def router_redirect(path: str) -> str | None:
        raise AssertionError(path)

    with pytest.raises(EdgeError, match=r"The redirects for '/old' \(line 1 of _redirects, .* and 595 more\) need"):
        check_rules(redirects, TREE, router_redirect)


def lines_of_each_kind(size: int) -> list[str]:
    """Return ``size`` lines of each kind of rule."""
    kinds = ("/o{} /n{}", "/p{}/* /q{}/:splat", "/:x/r{} /s{}", "/t{} id=1 /u{}", "/v{}/* /w{}/:splat Country=de,at")
    return [kind.format(number, number) for number in range(size) for kind in kinds]


def work(monkeypatch: pytest.MonkeyPatch, folder: Path, size: int) -> dict[str, int]:
    """Return how often an expression is compiled, two rules are compared, and a rule is matched with a path."""
    counts = dict.fromkeys(("compile", "covers", "match"), 0)

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: object) -> Any:  # noqa: ANN401 - as the function does
            counts[name] += 1
            return function(*args)

        return call

    (folder / "_redirects").write_text("\n".join(lines_of_each_kind(size)))
    with monkeypatch.context() as patch:
        patch.setattr("hosting.formats.redirects.rules.re.compile", counted("compile", re.compile))
        patch.setattr(Rule, "covers", counted("covers", Rule.covers))
        patch.setattr(Rule, "match", counted("match", Rule.match))
        redirects = read_redirects([], folder)
        keys = {f"o{number}/index.html" for number in range(size)}
        hosts = Hosts(("www.example.com", "example.com"))
        assert (
            list(
                LoopFinder(
                    redirects.rules,
                    router_redirects("spa", keys, RouteChoice("index.html", has_app_page=True).routes(keys)),
                    hosts,
                ).problems(keys, "index.html")
            )
            == []
        )
    return counts


def test_the_work_grows_with_the_rules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Twice the rules and pages take about twice the work."""
    once, twice = work(monkeypatch, tmp_path, 100), work(monkeypatch, tmp_path, 200)
    assert 0 < once["compile"] <= 2 * 500
    assert once["covers"] <= 2 * 500
    for name, count in once.items():
        assert twice[name] <= 2.2 * count + 10, name


def lookups(monkeypatch: pytest.MonkeyPatch, folder: Path, lines: Sequence[str], hosts: Hosts) -> int:
    """Return how many paths the search for loops looks up."""
    count = 0
    looks_up = RuleLookup.matching

    def counted(lookup: RuleLookup, path: str) -> Iterator[Rule]:
        nonlocal count
        count += 1
        return looks_up(lookup, path)

    redirects = netlify(folder, *lines)
    with monkeypatch.context() as patch:
        patch.setattr(RuleLookup, "matching", counted)
        assert list(LoopFinder(redirects.rules, with_slash, hosts).problems((), "index.html")) == []
    return count


def test_countries_and_hosts_do_not_multiply_the_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each rule is tried with the countries and hosts of the rules for its paths, and not with all of the site."""
    names = tuple(f"h{number}.example.com" for number in range(50))
    lines = [f"/old-{number} https://h1.example.com/new-{number}/" for number in range(200)]
    lines += [
        f"/from-{number} /to/{number}/ 302 Country={country}" for number, country in enumerate(sorted(COUNTRIES)[:50])
    ]
    assert 0 < lookups(monkeypatch, tmp_path, lines, Hosts(names)) < 8 * len(lines)


def test_a_country_or_host_of_a_later_rule_closes_a_loop(tmp_path: Path) -> None:
    """A loop that only visitors of one country, at one host, are in is found, whichever of its rules says so."""
    hosts = Hosts(("www.example.com", "shop.example.com"))
    lines = ("/a /b/a", "https://shop.example.com/b/* /:splat 302 Country=de", "/c /d/c", "/d/* /:splat Country=at,ch")
    with pytest.raises(EdgeError) as caught:
        check_rules(netlify(tmp_path, *lines), (), without_slash, hosts)
    assert "line 1 of _redirects and line 2 of _redirects redirect '/b/a' of shop.example.com" in str(caught.value)
    assert "line 3 of _redirects and line 4 of _redirects redirect '/d/c' in an endless loop" in str(caught.value)
    assert str(caught.value).count("endless loop") == 2


def test_a_message_has_a_limited_number_of_loops(tmp_path: Path) -> None:
    """Of hundreds of loops the first 20 are reported."""
    lines = [f"/a{number} /b{number}\n/b{number} /a{number}" for number in range(100)]
    with pytest.raises(EdgeError) as caught:
        check_rules(netlify(tmp_path, *lines), (), without_slash)
    assert str(caught.value).count("endless loop") == 20


def comparisons(monkeypatch: pytest.MonkeyPatch, folder: Path, lines: Sequence[str]) -> int:
    """Return how many pairs of rules are compared when the rules are read."""
    count = 0
    covers = Rule.covers

    def counted(rule: Rule, other: Rule) -> bool:
        nonlocal count
        count += 1
        return covers(rule, other)

    with monkeypatch.context() as patch:
        patch.setattr(Rule, "covers", counted)
        assert len(netlify(folder, *lines).rules) == len(lines)
    return count


@pytest.mark.parametrize(
    "line",
    [
        "/p q{}=:x /n/{}",
        "/p q{}=:x id=:y /n/{}",
        "/p id={} /n/{}",
        "https://h{}.example/* /n/{}",
        "/p q{}=1 b=2 c=3 d=4 e=5 f=6 g=7 /n/{}",
    ],
)
def test_rules_for_one_path_are_compared_with_few_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str
) -> None:
    """Thousands of rules for one path, each with another query or host, are not compared with one another."""
    lines = [line.format(number, number) for number in range(2_000)]
    assert comparisons(monkeypatch, tmp_path, lines) <= len(lines)


def test_a_rule_with_the_same_conditions_is_found(tmp_path: Path) -> None:
    """A rule is left out if an earlier one has fewer conditions: of the query, the host or the countries."""
    lines = (
        *("/p b=:x /1", "/p a=:x b=:y /never", "/p a=1 b=2 /never", "/p a=1 /2", "/p a=1 /never"),
        *("/q /3 302 Country=de,fr", "/q /never 302 Country=fr", "/q /4 302 Country=at,fr"),
        *("/r /5", "https://h.example/r /never", "https://h.example/s /6", "/s /7"),
        *("/t a=:1 b=:2 c=:3 d=:4 e=:5 f=:6 g=:7 /8", "/t g=:7 f=:6 e=:5 d=:4 c=:3 b=:2 a=:1 /never"),
    )
    assert [rule.target for rule in netlify(tmp_path, *lines).rules] == [f"/{number}" for number in range(1, 9)]


def test_rules_are_compared_with_the_proxies_of_their_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Rewrites before proxies for other folders are not compared with them in detail."""
    count = 0

    def counted(rule: Rule, pattern: str) -> bool:
        nonlocal count
        count += 1
        return may_overlap(rule, pattern)

    lines = [f"/r{number}/* /s{number}/:splat 200" for number in range(300)]
    lines += [f"/api{number}/* https://api.example.com/{number}/:splat 200" for number in range(30)]
    redirects = netlify(tmp_path, *lines)
    monkeypatch.setattr("hosting.edge.proxy_checks.may_overlap", counted)
    assert list(proxy_conflicts(redirects.rules)) == []
    assert count == 0
    conflicting = netlify(tmp_path, *lines, "/api2/x/* /y 200", "/r2/x https://api.example.com/z 200")
    assert len(list(proxy_conflicts(conflicting.rules))) == 2
    assert count == 1


def test_a_large_site_takes_few_checks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A rule for all paths is tried with a limited number of pages."""
    tried = 0
    takes = Rule.match

    def counted(rule: Rule, path: str) -> tuple[str, ...] | None:
        nonlocal tried
        tried += 1
        return takes(rule, path)

    redirects = netlify(tmp_path, *(f"/* /{country}/:splat 302 Country={country}" for country in ("de", "fr", "it")))
    keys = {f"page-{number}/index.html" for number in range(1000)}
    monkeypatch.setattr(Rule, "match", counted)
    check_rules(redirects, keys, with_slash)
    # Without the limit it would be 3 rules for 4 forms of 1,000 pages, and again for each redirect.
    assert 0 < tried < 3 * 1000


@given(
    redirects=st.booleans().flatmap(lambda either: st.lists(rules(either), max_size=6)),
    parts=st.lists(words, max_size=4),
    slash=st.sampled_from(["", "/", "//"]),
    country=st.sampled_from([None, "DE", "US"]),
)
def test_the_lookup_finds_the_first_rule(
    redirects: list[Rule], parts: list[str], slash: str, country: str | None
) -> None:
    """For any rules and request the lookup finds the same rule as a search through all rules."""
    request = ViewerRequest(canonical_path("/" + "/".join(parts)) + slash, {"id": "1"}, country, "www.example.com")
    assert RuleLookup(redirects).first(request) == first_match(redirects, request)
