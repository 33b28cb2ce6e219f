"""Redirect loops through rules and the router, found with work that grows linearly with the rules."""

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
    """Rules that exceed the size limit are refused before the search for loops."""
    redirects = netlify(tmp_path, *(f"/old/page-{number} /new/page-{number}" for number in range(600)))

    def router_redirect(path: str) -> str | None:
        raise AssertionError(path)

    with pytest.raises(EdgeError, match=r"The viewer-request function has 23\d{3} bytes, but CloudFront allows 10240"):
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
