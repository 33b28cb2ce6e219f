"""Rules and routes in tables of a key value store: the same answers as with all data in the function."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hosting.edge import rule_tables
from hosting.edge.function_code import compose, compose_response, size_of
from hosting.edge.headers import headers_for, stored_headers
from hosting.edge.redirects import stored_redirects
from hosting.edge.route_choice import RouteChoice
from hosting.edge.routing import canonical_uri_part, router_part, stored_router
from hosting.edge.rule_lookup import RuleLookup
from hosting.edge.rule_tables import MAX_VALUE_BYTES, store_items, tables_part
from hosting.errors import EdgeError
from hosting.formats.headers.rules import HeaderRule
from hosting.formats.paths import canonical_path
from hosting.formats.redirects.rules import Placeholder, Rule, ViewerRequest
from tests.unit.edge.runtime import request_event, response_event, undocumented
from tests.unit.edge.test_headers import BOTH, LED, PAGES, PLAIN, PRERENDERED, SPA, rules_drawn
from tests.unit.edge.test_redirects import netlify, rules, words
from tests.unit.edge.test_routing import files, shown, trees

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hosting.edge.function_code import FunctionPart
    from hosting.edge.rule_tables import StoredPart
    from hosting.edge.site_routes import SiteRoutes
    from tests.unit.edge.runtime import Answer, EdgeRuntime, Engine

few = hypothesis_settings(max_examples=25)
MAX_READS = 5
SITE = frozenset({"index.html", "docs/index.html", "LICENSE", "v1.2/index.html", "about.html"})
either_way = pytest.mark.parametrize("without_copies", [True, False], indirect=True)


@pytest.fixture(autouse=True)
def without_copies(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wildcards have buckets of their own, as many wildcards have; with the parameter False they are copied."""
    if getattr(request, "param", True):
        monkeypatch.setattr(rule_tables, "_COPIED", ())


def loaded(engine: Engine, *stored: StoredPart, parts: Sequence[FunctionPart] = ()) -> Mapping[str, str]:
    """Load a function with parts that read tables, and return the items of its store."""
    tables = [part.table for part in stored]
    items = store_items(tables)
    engine.load(compose([tables_part(tables), *(part.part for part in stored), *parts]), items)
    return items


def asked(engine: Engine, event: Mapping[str, Any]) -> Answer:
    """Return the function's answer to an event, after a check of the number of reads and of what was parsed."""
    (answer,) = engine.answers(event)
    assert len(answer.reads) <= MAX_READS
    assert all(length <= MAX_VALUE_BYTES for length in answer.parsed)
    return answer


def literal(source: str, target: str = "/t") -> Rule:
    """Return a redirect of one path."""
    return Rule(where=f"the rule for {source}", source=(source,), target=target, status=301)


@either_way
@few
@given(
    redirects=st.booleans().flatmap(lambda either: st.lists(rules(either), min_size=1, max_size=8)),
    path=st.builds(
        lambda parts, slash: canonical_path("/" + "/".join(parts)) + slash,
        st.lists(words, max_size=4),
        st.sampled_from(["", "/", "//", "/%ff"]),
    ),
    query=st.sampled_from([{}, {"id": "1"}, {"id": "a+b"}]),
    country=st.sampled_from([None, "DE", "US"]),
)
def test_redirects_in_a_table_are_the_rules(
    edge: EdgeRuntime, redirects: list[Rule], path: str, query: dict[str, str], country: str | None
) -> None:
    """For any rules and request, a function with a table uses the same rule and target as `RuleLookup`."""
    loaded(edge, stored_redirects(redirects))
    headers = {"cloudfront-viewer-country": country} if country else {}
    answer = asked(edge, request_event(path, query, headers)).value
    found = RuleLookup(redirects).first(ViewerRequest(path, query, country, "www.example.com"))
    if found is None:
        assert answer["uri"] == path
    elif found[0].status == 200:
        assert answer["uri"] == found[1]
    else:
        assert answer["statusCode"] == found[0].status
        assert answer["headers"]["location"]["value"].split("?")[0] == found[1].split("?")[0]


def test_an_exact_rule_behind_a_wildcard_does_not_win(engine: Engine, tmp_path: Path) -> None:
    """The first rule that matches wins, whichever bucket it is in; a rule that does not apply is skipped."""
    lines = (
        "/a/b /one",
        "/a/* /below/:splat",
        "/a/c /never",
        "/:x/d /rest 302",
        "/e/d /never",
        "/q/* id=1 /z",
        "/q/r /y",
    )
    loaded(engine, stored_redirects(netlify(tmp_path, *lines).rules))
    expected = {
        "/a/b": "301 /one",
        "/a/b/": "301 /one",
        "/a/c": "301 /below/c",
        "/a": "301 /below/",
        "/e/d": "302 /rest",
        "/q/r": "301 /y",
        "/none": "none",
        "/": "",
    }
    answers = engine.answers(*map(request_event, expected))
    assert [shown(answer.value) for answer in answers] == [*expected.values()]
    assert max(len(answer.reads) for answer in answers) == 3


with_copies = pytest.mark.parametrize("without_copies", [False], indirect=True)


@with_copies
def test_few_rules_are_one_value(engine: Engine, tmp_path: Path) -> None:
    """Few rules of all kinds are one value, with the same answers as in several."""
    lines = ("/a/b /one", "/a/* /below/:splat", "/a/c /never", "/:x/d /rest 302")
    part = stored_redirects(netlify(tmp_path, *lines).rules)
    loaded(engine, part)
    expected = {"/a/b/": "301 /one", "/a/c": "301 /below/c", "/e/d": "302 /rest", "/none": "none", "/": ""}
    answers = engine.answers(*map(request_event, expected))
    assert [shown(answer.value) for answer in answers] == [*expected.values()]
    assert [answer.reads for answer in answers] == [tuple(part.table.items)] * len(expected)


def wildcard(folder: str, size: int) -> Rule:
    """Return a redirect for all paths below a folder, or below any folder, whose rule needs about ``size`` bytes."""
    source = (f"/{folder}/", Placeholder("*")) if folder else ("/", Placeholder("x"), "/end")
    return Rule("a rule", source, "/" + "x" * (size - 40), 301)


@with_copies
@pytest.mark.parametrize(
    ("below", "rest", "count", "reads"),
    [(400, 400, 20, 1), (400, 0, 900, 1), (0, 400, 900, 1), (600, 600, 20, 2), (500, 500, 2000, 2), (900, 900, 900, 3)],
)
def test_wildcards_are_copied_as_far_as_they_fit(
    edge: EdgeRuntime, below: int, rest: int, count: int, reads: int
) -> None:
    """All rules of a path are in one value; wildcards that fit no bucket, or make the table too large, have theirs."""
    found = [literal(f"/docs/{number}") for number in range(count)]
    found += [wildcard(folder, size) for folder, size in (("docs", below), ("", rest)) if size]
    items = loaded(edge, stored_redirects(found))
    assert sum(map(size_of, items.values())) < 2 * rule_tables._MAX_COPIED_BYTES
    for path, rule in (("/docs/7", found[0]), ("/docs/x", found[count]), ("/docs/end", found[count])):
        answer = asked(edge, request_event(path))
        assert len(answer.reads) == reads
        if below or path == "/docs/7":
            assert answer.value["headers"]["location"]["value"] == rule.target


def test_proxies_are_in_the_function_in_the_order_of_the_rules(engine: Engine, tmp_path: Path) -> None:
    """A redirect before a proxy answers for its path, and all other paths of the proxy are the server's."""
    lines = ("/api/old /new", "/api/* https://api.example.com/v1/:splat 200", "/x/* /y/:splat")
    part = stored_redirects(netlify(tmp_path, *lines).rules)
    loaded(engine, part, parts=[canonical_uri_part()])
    assert shown(engine.run(request_event("/api/old"))[0]) == "301 /new"
    assert engine.run(request_event("/api/a%2fb"))[0]["uri"] == "/v1/a%2fb"
    assert engine.run(request_event("/%61pi/b"))[0]["statusCode"] == 400
    assert shown(engine.run(request_event("/x/z"))[0]) == "301 /y/z"
    assert not any("api.example.com" in text or "/v1" in text for text in part.table.items.values())


HEADER_CHOICES = [(True, False), (False, True), (True, True)]


def loaded_headers(
    engine: Engine, found: Sequence[HeaderRule], routes: SiteRoutes, choice: tuple[bool, bool]
) -> Mapping[str, str]:
    """Load a viewer-response function with its rules or routes in tables, and return the items of its store."""
    part, tables = stored_headers(found, routes, stores_rules=choice[0], stores_routes=choice[1])
    items = store_items(tables)
    engine.load(compose_response([tables_part(tables, for_response=True), part]), items)
    return items


@either_way
@few
@given(
    found=st.lists(rules_drawn, min_size=1, max_size=6),
    path=st.lists(
        st.sampled_from(["a", "b", "a.js", "x-y", "index", "%C3%A9", "index.html", "a.html", ""]), max_size=3
    ),
    routes=st.sampled_from([PLAIN, PAGES, SPA, LED, BOTH, PRERENDERED]),
    choice=st.sampled_from(HEADER_CHOICES),
)
def test_headers_in_a_table_are_the_rules(
    edge: EdgeRuntime, found: list[HeaderRule], path: list[str], routes: SiteRoutes, choice: tuple[bool, bool]
) -> None:
    """For any rules, routes and path, a function with tables sets the same headers as `headers_for`."""
    loaded_headers(edge, found, routes, choice)
    uri = "/" + "/".join(path)
    answer = asked(edge, response_event(uri)).value
    assert {name: value["value"] for name, value in answer["headers"].items()} == headers_for(found, uri, routes)


@pytest.mark.parametrize("choice", HEADER_CHOICES)
def test_headers_in_a_table_apply_to_all_paths_of_a_page(engine: Engine, choice: tuple[bool, bool]) -> None:
    """A rule for one path of a page is found by the page's other paths, with two or three reads."""
    found = [
        HeaderRule("/docs.html", {"x-docs": "1"}),
        HeaderRule("/docs/*", {"x-below": "1"}),
        HeaderRule("/*", {"x-all": "1"}),
    ]
    loaded_headers(engine, found, PAGES, choice)
    for path in ("/docs", "/docs/", "/docs/index.html", "/docs.html"):
        answer = asked(engine, response_event(path))
        assert set(answer.value["headers"]) == {"x-docs", "x-below", "x-all"}
        assert len(answer.reads) == 2 * choice[0] + choice[1]


@few
@given(tree=trees, path=files.map(lambda path: f"/{path}"), ending=st.sampled_from(["", "/", ".html", "/index.html"]))
def test_a_router_with_a_table_is_the_router(edge: EdgeRuntime, tree: set[str], path: str, ending: str) -> None:
    """For any tree and path, a router that reads the listed paths gives the same answer as one that has them."""
    keys = {"index.html", *tree}
    event = request_event(canonical_path(path) + ending)
    for routing, choice in (
        ("auto", RouteChoice("index.html")),
        ("spa", RouteChoice("index.html", has_app_page=True)),
        ("pages", RouteChoice("index.html")),
    ):
        routes = choice.routes(keys)
        expected = edge.request([canonical_uri_part(), router_part(routing, keys, routes)], event)
        stored = stored_router(routing, keys, routes)
        edge.load(compose([tables_part([stored.table]), canonical_uri_part(), stored.part]), stored.table.items)
        assert asked(edge, event).value == expected


def whole(folder: Path, routing: str) -> list[StoredPart]:
    """Return redirects and a router that both read a table."""
    lines = ("/a /one", "/b/* /two/:splat", "/:x/c /three")
    routes = RouteChoice("index.html").routes(SITE)
    return [stored_redirects(netlify(folder, *lines).rules), stored_router(routing, SITE, routes)]


@pytest.mark.parametrize(
    ("routing", "path", "count"), [("auto", "/docs", 4), ("pages", "/docs/index.html", 4), ("pages", "/docs.html", 4)]
)
def test_a_bucket_that_has_not_arrived_is_a_503(
    engine: Engine, tmp_path: Path, routing: str, path: str, count: int
) -> None:
    """Whichever bucket of a request is missing, the answer is 503 and may be repeated; it is never a file or a 404."""
    parts = whole(tmp_path, routing)
    items = loaded(engine, *parts)
    event = request_event(path)
    reads = asked(engine, event).reads
    assert len(reads) == count
    code = compose([tables_part([part.table for part in parts]), *(part.part for part in parts)])
    for key in reads:
        engine.load(code, {name: value for name, value in items.items() if name != key})
        answer = engine.run(event)[0]
        assert answer["statusCode"] == 503
        assert answer["headers"] == {"retry-after": {"value": "5"}, "cache-control": {"value": "no-store"}}
    assert undocumented(code) == []


def test_headers_that_have_not_arrived_are_a_503(engine: Engine) -> None:
    """A response without its headers is not sent as if it had none: it is a 503 that no cache keeps."""
    found = [HeaderRule("/docs", {"x-docs": "1"}), HeaderRule("/docs/*", {"x-below": "1"})]
    items = loaded_headers(engine, found, PAGES, (True, True))
    event = response_event("/docs/", {"cache-control": "max-age=9"})
    reads = asked(engine, event).reads
    part, tables = stored_headers(found, PAGES, stores_rules=True, stores_routes=True)
    code = compose_response([tables_part(tables, for_response=True), part])
    for key in reads:
        engine.load(code, {name: value for name, value in items.items() if name != key})
        answer = engine.run(event)[0]
        assert answer["statusCode"] == 503
        assert answer["headers"] == {"retry-after": {"value": "5"}, "cache-control": {"value": "no-store"}}
    assert len(reads) == 3
    assert undocumented(code) == []


def many(count: int) -> list[Rule]:
    """Return redirects of ``count`` paths, and a hundredth as many wildcards below other folders."""
    wildcards = (
        Rule("", (f"/section-{number}/", Placeholder("*")), f"/s/{number}/{{1}}", 301) for number in range(count // 100)
    )
    return [*(literal(f"/old/page-{number}", f"/new/page-{number}") for number in range(count)), *wildcards]


def test_the_work_of_a_request_does_not_grow_with_the_rules(edge: EdgeRuntime) -> None:
    """10,000 redirects and 100 wildcards fit the store, and a request takes about the same steps as with 1,000."""
    steps = []
    for count in (1_000, 10_000):
        items = loaded(edge, stored_redirects(many(count)))
        assert max(map(size_of, items.values())) <= MAX_VALUE_BYTES
        events = [
            request_event(path) for path in (f"/old/page-{count - 1}", f"/section-{count // 100 - 1}/x", "/other")
        ]
        answers = edge.counted(*events)
        expected = [f"301 /new/page-{count - 1}", f"301 /s/{count // 100 - 1}/x", "other"]
        assert [shown(answer.value) for answer in answers] == expected
        assert [len(answer.reads) for answer in answers] == [2, 2, 2]
        steps.append(max(answer.steps for answer in answers))
    assert steps[1] < 2 * steps[0]


def test_a_table_is_named_by_its_content() -> None:
    """Equal rules have an equal table, other rules have another, and so has another attribute of the table."""
    one, same, other = (stored_redirects([literal("/a", target)]).table for target in ("/b", "/b", "/c"))
    slash = stored_redirects([Rule("", ("/a",), "/b", 301, ignores_trailing_slash=True)]).table
    assert one == same
    assert len({one.head["id"], other.head["id"], slash.head["id"]}) == 3
    assert all(re.fullmatch(r"r/[\w-]{8}/e0", key) for key in (*one.items, *other.items))


@pytest.mark.parametrize(
    ("line", "which"),
    [
        (
            "/p id={0} /page-{0}",
            "The redirects for '/p' (line 1 of _redirects, line 2 of _redirects, line 3 of _redirects, line 4 of",
        ),
        ("/docs/:x/page-{0} /page-{0}", "The redirects below '/docs/' (line 1 of"),
        ("/:x/page-{0} /page-{0}", "The redirects whose first folder is not fixed (line 1 of"),
    ],
)
def test_too_many_rules_for_a_bucket_are_named(tmp_path: Path, line: str, which: str) -> None:
    """Rules that a value of the store cannot hold are an error with their lines, their size and what to do."""
    found = netlify(tmp_path, *(line.format(number) for number in range(40))).rules
    with pytest.raises(EdgeError, match=re.escape(which)) as caught:
        stored_redirects(found)
    assert re.search(
        r"need [12]\d{3} bytes, but a value of the key-value store has at most 1024, and all", str(caught.value)
    )
    assert str(caught.value).endswith(
        "replace several rules with one that has a placeholder, or give them different paths"
    )


def test_a_bucket_may_be_full() -> None:
    """A rule of exactly the size of a value is accepted, and one more byte is refused."""
    size = size_of(next(iter(stored_redirects([literal("/a", "/")]).table.items.values())))
    items = stored_redirects([literal("/a", "/" + "x" * (MAX_VALUE_BYTES - size))]).table.items
    assert [size_of(value) for value in items.values()] == [MAX_VALUE_BYTES]
    with pytest.raises(EdgeError, match=r"for '/a' \(the rule for /a\) need 1025 bytes, .*: shorten it"):
        stored_redirects([literal("/a", "/" + "x" * (MAX_VALUE_BYTES - size + 1))])


def test_rules_that_cannot_share_buckets_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large rules need a bucket each; so many buckets as chance takes for many of them are refused."""
    found = [literal(f"/page-{number}", "/" + "x" * 600) for number in range(20)]
    assert len(stored_redirects(found).table.items) < 200
    monkeypatch.setattr(rule_tables, "_MAX_BUCKETS", 20)
    with pytest.raises(EdgeError, match="The 20 redirects are too large for the key-value store"):
        stored_redirects(found)


def test_the_store_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables that exceed the store are refused with their sizes; a table that two functions read counts once."""
    table = stored_redirects([literal("/a")]).table
    size = sum(size_of(key) + size_of(value) for key, value in table.items.items())
    monkeypatch.setattr(rule_tables, "MAX_BYTES", size)
    assert store_items([table, table]) == table.items
    other = stored_redirects([literal("/b")]).table
    with pytest.raises(
        EdgeError, match=rf"need {2 * size} bytes of the key-value store, which has {size} for one publish"
    ):
        store_items([table, other])
