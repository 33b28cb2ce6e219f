"""The functions of bulk mode: each request is led to an object of one release, or answered."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hosting.edge.function_code import compose, compose_response
from hosting.errors import EdgeError
from hosting.publish.bulk import layout
from hosting.publish.bulk.pointer import SITE_KEY, Pointer
from hosting.publish.bulk.release_function import release_edge, release_functions
from hosting.publish.bulk.table import GONE, record_key
from tests.unit.edge.plans import plan_of
from tests.unit.edge.runtime import request_event, response_event
from tests.unit.edge.test_plan import manifest, settings
from tests.unit.publish.bulk.memory import Site

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from hosting.publish.bulk.release_edge import ReleaseEdge
    from tests.unit.edge.runtime import Answer, EdgeRuntime, Engine

few = hypothesis_settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)
NAMES = st.sampled_from(["a", "b", "docs", "index", "index.html", "a.html", "v1.2", "x y", "ä", "LICENSE", "a+b.js"])
TREES = st.sets(st.lists(NAMES, min_size=1, max_size=3).map("/".join), min_size=1, max_size=10)
FILES = (
    "index.html",
    "about.html",
    "docs/index.html",
    "both.html",
    "both/index.html",
    "LICENSE",
    "app.js",
    "404.html",
    "index/index.html",
)


@dataclass
class Edge:
    """An edge location of a site in bulk mode.

    Attributes:
        code: the viewer-request function.
        response_code: the viewer-response function.
        release_edge: how the release is served.
        site: the site, which is published to memory.
        engine: runs the functions.
    """

    code: str
    response_code: str
    release_edge: ReleaseEdge
    site: Site
    engine: Engine

    def answers(self, *events: dict[str, Any], items: dict[str, str] | None = None) -> list[Answer]:
        """Return what the viewer-request function does."""
        self.engine.load(self.code, self.site.store.items if items is None else items)
        return self.engine.answers(*events)

    def places(self, *paths: str, items: dict[str, str] | None = None) -> list[str]:
        """Return for each path the key in the bucket without prefix and publish, or `<status> <location>`."""
        return [place(answer.value) for answer in self.answers(*map(request_event, paths), items=items)]

    @property
    def pointer(self) -> Pointer:
        """The pointer."""
        found = Pointer.from_text(self.site.store.items[SITE_KEY])
        assert found is not None
        return found


def place(value: dict[str, Any]) -> str:
    """Return where a request leads to, or the answer."""
    if "statusCode" in value:
        location = value.get("headers", {}).get("location", {"value": ""})["value"]
        return f"{value['statusCode']} {location}".strip()
    return unquote(value["uri"]).split("/", 4)[4]


def published(engine: Engine, folder: Path, files: Iterable[str] = FILES, **config: str) -> Edge:
    """Return the edge location of a site that was published with these settings."""
    config = {"website_routing": "auto", "publish_mode": "bulk", **config}
    stack = settings(**config)
    plan = plan_of(stack, manifest(*files), folder)
    functions = release_functions(plan)
    edge = release_edge(plan, functions.tables, stack.website.routing)
    site = Site()
    site.publish(dict.fromkeys(files, "x"), edge)
    code, response = compose(functions.request_parts), compose_response(functions.response_parts)
    return Edge(code, response, edge, site, engine)


def path_of(key: str) -> str:
    """Return the path of a key as a browser sends it."""
    return "/" + quote(key, safe="/~!*()'")


@pytest.mark.parametrize("routing", ["tree", "errors"])
@given(files=TREES, changed=st.integers(0, 9))
@few
def test_each_published_path_leads_to_its_object(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory, files: set[str], changed: int, routing: str
) -> None:
    """Whether the table or the pointer has the file, its own path is never redirected, and its publish is right."""
    config = {} if routing == "tree" else {"website_routing": routing}
    edge = published(engine, tmp_path_factory.getbasetemp(), files, **config)
    edge.site.publish({path: f"{number < changed}" for number, path in enumerate(sorted(files))}, edge.release_edge)
    paths = sorted(files)
    found = [unquote(answer.value["uri"]) for answer in edge.answers(*(request_event(path_of(path)) for path in paths))]
    live = {path: edge.site.served(path) for path in paths}
    assert [uri.split("/", 4)[4] for uri in found] == paths
    assert [edge.site.bucket.objects[uri[1:]].entry.sha256 for uri in found] == list(live.values())


@given(files=TREES)
@few
def test_pages_have_one_url(engine: Engine, tmp_path_factory: pytest.TempPathFactory, files: set[str]) -> None:
    """With `website:routing pages`, the path of each page's file redirects to the path without it, which serves it."""
    files = {f"{path}/index.html" for path in files if not path.endswith((".html", "index"))} | {"index.html"}
    edge = published(engine, tmp_path_factory.getbasetemp(), files, website_routing="pages")
    paths = sorted(files - {"index.html"})
    clean = [path.removesuffix("/index.html") for path in paths]
    assert edge.places(*map(path_of, clean)) == paths
    assert edge.places(*map(path_of, paths)) == [f"301 {path_of(one)}" for one in clean]


CASES = {
    "/": "index.html",
    "/index.html": "index.html",
    "/about": "about.html",
    "/about/": "301 /about",
    "/about.html": "about.html",
    "/%61bout": "about.html",
    "/docs": "301 /docs/",
    "/docs/": "docs/index.html",
    "/docs/index.html": "docs/index.html",
    "/docs/index": "docs/index.html",
    "/index/": "index/index.html",
    "/both": "both.html",
    "/both/": "both/index.html",
    "/LICENSE": "LICENSE",
    "/app.js": "app.js",
    "/nowhere": "404/404.html",
    "/nowhere/": "404/404.html",
    "/nowhere.js": "404/404.html",
    "/app.js/": "404/404.html",
    "/docs//": "404/404.html",
    "/docs/x/../": "404/404.html",
    "/%ff": "404/404.html",
}


def test_paths_of_a_tree(engine: Engine, tmp_path: Path) -> None:
    """Pages have their path without an extension, in the form that exists; unknown paths get the error page."""
    edge = published(engine, tmp_path)
    assert dict(zip(CASES, edge.places(*CASES), strict=True)) == CASES


def test_paths_of_an_app(engine: Engine, tmp_path: Path) -> None:
    """Unknown paths get the app's page, but missing files do not."""
    edge = published(engine, tmp_path, [*FILES, "app.html"], website_routing="spa")
    assert edge.places("/", "/users/7", "/users/7/", "/about", "/missing.js") == [
        *("index.html", "index.html", "index.html", "about.html", "404/404.html")
    ]


def test_paths_with_error_responses(engine: Engine, tmp_path: Path) -> None:
    """With `website:routing errors`, only a file's own path leads to it, and all others to the app's page."""
    edge = published(engine, tmp_path, website_routing="errors")
    paths = ("/", "/about.html", "/about", "/docs/", "/missing.js")
    assert edge.places(*paths) == ["index.html", "about.html", "index.html", "index.html", "index.html"]


def test_a_site_without_an_error_page(engine: Engine, tmp_path: Path) -> None:
    """An unknown path is answered with the status alone."""
    edge = published(engine, tmp_path, ["index.html", "a/index.html"])
    assert edge.places("/nowhere", "/a/") == ["404", "a/index.html"]


def test_only_reads_are_redirected_to_the_other_form(engine: Engine, tmp_path: Path) -> None:
    """The redirect keeps the query, and browsers revalidate it; another method gets the file."""
    edge = published(engine, tmp_path)
    get, post = edge.answers(request_event("/docs", {"q": "1"}), request_event("/docs", method="POST"))
    assert get.value["headers"]["location"]["value"] == "/docs/?q=1"
    assert get.value["headers"]["cache-control"]["value"] == "max-age=0, must-revalidate"
    assert place(post.value) == "docs/index.html"


def test_a_removed_file_and_a_collision(engine: Engine, tmp_path: Path) -> None:
    """A path with another path's hash leads to a key that does not exist; a removed file is unknown."""
    edge = published(engine, tmp_path)
    less = {path: "x" for path in FILES if path != "about.html"}
    edge.site.publish(less, edge.release_edge)
    assert edge.pointer.live.changes == GONE + record_key("about.html", "index.html").text
    assert edge.places("/about", "/about.html") == ["404/404.html", "404/404.html"]


def test_conditional_requests(engine: Engine, tmp_path: Path) -> None:
    """The error page is fetched without conditional and Range headers, as its status would become 304 or 206."""
    edge = published(engine, tmp_path)
    headers = {"if-none-match": '"x"', "if-modified-since": "x", "range": "bytes=0-1", "accept": "*/*"}
    page, file = edge.answers(request_event("/nowhere", headers=headers), request_event("/app.js", headers=headers))
    assert page.value["headers"].keys() == {"host", "accept"}
    assert file.value["headers"].keys() == {"host", *headers}


def test_status_of_the_error_page(engine: Engine, tmp_path: Path) -> None:
    """The response has the status of the object's metadata, and not the metadata itself."""
    edge = published(engine, tmp_path)
    engine.load(edge.response_code, edge.site.store.items)
    page, file = engine.run(response_event("/x", {"x-amz-meta-status": "404", "etag": "x"}), response_event("/"))
    assert (page["statusCode"], page["headers"]) == (404, {"etag": {"value": "x"}})
    assert file["statusCode"] == 200


def headers_of(edge: Edge, *uris: str, items: dict[str, str] | None = None) -> list[dict[str, str]]:
    """Return the headers that the viewer-response function sets for each path."""
    edge.engine.load(edge.response_code, edge.site.store.items if items is None else items)
    found = edge.engine.run(*map(response_event, uris))
    return [{name: one["value"] for name, one in response["headers"].items()} for response in found]


def test_headers_of_the_rules(engine: Engine, tmp_path: Path) -> None:
    """A page has the headers of its rules, by the visitor's path as by the key that the other function requested."""
    (tmp_path / "_headers").write_text("/*\n  X-All: 1\n/docs/*\n  X-Docs: 1\n/about\n  X-About: 1\n")
    edge = published(engine, tmp_path)
    publish = edge.pointer.live.release
    keys = [f"/{layout.file_prefix(publish)}{path}" for path in ("docs/index.html", "about.html", "app.js")]
    docs, about, script = {"x-all": "1", "x-docs": "1"}, {"x-all": "1", "x-about": "1"}, {"x-all": "1"}
    assert headers_of(edge, *keys) == [docs, about, script]
    assert headers_of(edge, "/docs/", "/about", "/app.js") == [docs, about, script]


def test_too_many_header_rules_for_any_folder(edge: EdgeRuntime, tmp_path: Path) -> None:
    """They are read as a whole with each response, so more than four values are refused."""
    (tmp_path / "_headers").write_text("".join(f"/*/page-{n}\n  X-Number: {n}\n" for n in range(200)))
    with pytest.raises(EdgeError, match=r"may apply to any folder have [0-9]+ bytes, but bulk mode allows 4096"):
        published(edge, tmp_path)


def test_header_rules_that_have_not_arrived(engine: Engine, tmp_path: Path) -> None:
    """The headers are those of the previous release; without one the response is 503."""
    (tmp_path / "_headers").write_text("/*\n  X-All: 1\n")
    edge = published(engine, tmp_path)
    old = edge.pointer.live
    new = replace(old, tables={"headers": {**old.tables["headers"], "id": "missing"}})
    items = {**edge.site.store.items, SITE_KEY: Pointer(new, old).to_text()}
    assert headers_of(edge, "/about", items=items) == [{"x-all": "1"}]
    items[SITE_KEY] = Pointer(new).to_text()
    assert headers_of(edge, "/about", items=items) == [{"retry-after": "5", "cache-control": "no-store"}]


def test_a_table_that_has_not_arrived(engine: Engine, tmp_path: Path) -> None:
    """The previous release answers; without one it is 503, which nobody stores."""
    edge = published(engine, tmp_path)
    old = edge.pointer.live
    new = replace(old, table="NEWT", release="NEWT")
    items = {**edge.site.store.items, SITE_KEY: Pointer(new, old).to_text()}
    assert edge.places("/about", "/docs", "/no", items=items) == ["about.html", "301 /docs/", "404/404.html"]
    for state in ({SITE_KEY: Pointer(new).to_text()}, {}):
        answer = edge.answers(request_event("/about"), items=state)[0].value
        assert answer["statusCode"] == 503
        assert answer["headers"] == {"retry-after": {"value": "5"}, "cache-control": {"value": "no-store"}}


def test_rules_that_have_not_arrived(engine: Engine, tmp_path: Path) -> None:
    """The rules of the previous release apply with its files."""
    (tmp_path / "_redirects").write_text("/old /about 301\n/moved/* /docs/:splat 302\n/copy /about.html 200\n")
    edge = published(engine, tmp_path)
    assert edge.places("/old", "/moved/x", "/copy", "/docs/") == [
        *("301 /about", "302 /docs/x", "about.html", "docs/index.html")
    ]
    old = edge.pointer.live
    head = {**old.tables["redirects"], "id": "missing"}
    new = replace(old, tables={**old.tables, "redirects": head}, error_page="")
    items = {**edge.site.store.items, SITE_KEY: Pointer(new, old).to_text()}
    assert edge.places("/old", "/nowhere", items=items) == ["301 /about", "404/404.html"]


PIECES = st.sampled_from(
    [*"/aé%?#+", "..", "/.", "//", "%2F", "%2e%2e", "\\", "docs", "index.html", ".release", "records", "about", ".js"]
)
POINTERS = st.sampled_from(["", "null", "[]", "1", "{}", '{"u":{}}', '{"p":{}}', "{", '"x"', '{"u":{"redirects":{}}}'])


REQUESTS = st.lists(st.lists(PIECES, max_size=6).map(lambda pieces: "/" + "".join(pieces)), min_size=8, max_size=8)
HOSTS = st.sampled_from(["www.example.com", "d1.cloudfront.net", "", "../x"])
STATES = st.tuples(HOSTS, st.one_of(st.none(), POINTERS), st.sampled_from(["", "t/", "r/", "s/"]))


@given(paths=REQUESTS, state=STATES)
@few
def test_any_request_stays_below_the_prefixes(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory, paths: list[str], state: tuple[str, str | None, str]
) -> None:
    """For any host, path and state of the store, a request goes to a file or an error page of a release, or no further.

    The rewritten path is the cache key, so no other request may leave the function.
    """
    host, text, lost = state
    edge = published(engine, tmp_path_factory.getbasetemp())
    items = {key: value for key, value in edge.site.store.items.items() if not lost or not key.startswith(lost)}
    items |= {} if text is None else {SITE_KEY: text}
    events = [request_event(path, headers={"host": host}) for path in paths]
    for answer in edge.answers(*events, items=items):
        if "statusCode" not in answer.value:
            uri = unquote(answer.value["uri"])
            assert uri.startswith((f"/{layout.ROOT}o/", f"/{layout.ROOT}e/"))
            assert ".." not in uri.split("/")


def test_reads_without_rules(engine: Engine, tmp_path: Path) -> None:
    """A request reads the pointer and a bucket, and a response the pointer."""
    edge = published(engine, tmp_path)
    (answer,) = edge.answers(request_event("/docs/"))
    engine.load(edge.response_code, edge.site.store.items)
    assert (len(answer.reads), answer.reads[0]) == (2, SITE_KEY)
    assert engine.answers(response_event("/docs/"))[0].reads == (SITE_KEY,)


RULES = {
    "_redirects": ["/old /about 301", "/docs/old/* /about 301", "/*/x /about 301"],
    "_headers": ["/docs/index.html\n  X-Own: 1", "/docs/*\n  X-Docs: 1", "/*\n  X-All: 1"],
}
MANY_RULES = {
    "_redirects": [f"/page-{number} /about 301" for number in range(40)],
    # Patterns of about 900 bytes below one folder, and of 600 and of 900 bytes for any folder.
    "folder": [f"/docs/old-{number}/* /about 301" for number in range(18)],
    "any": [f"/*/page-{number} /about 301" for number in range(11)],
    "any more": [f"/*/page-{number} /about 301" for number in range(17)],
    "exact": [f"/page-{number} /about 301" for number in range(3_000)],
    "_headers": [
        *(f"/page-{number}\n  X-Number: {number}" for number in range(40)),
        *(f"/*/page-{number}\n  X-Number: {number}" for number in range(90)),
    ],
}
LARGE = {name: RULES[name] + MANY_RULES[name] for name in RULES}
PATTERNS = {"_redirects": RULES["_redirects"] + MANY_RULES["folder"] + MANY_RULES["any"]}
LARGEST = {"_redirects": MANY_RULES["folder"] + MANY_RULES["any more"] + MANY_RULES["exact"]}
HEADERS = {
    "_headers": [
        *(f"/*\n  X-Any: {200 * 'x'}", *RULES["_headers"]),
        *(f"/docs/*/{number}\n  X-Number: {number}" for number in range(20)),
    ]
}


@pytest.mark.parametrize(
    ("rules", "file", "counts"),
    [
        (RULES, "_redirects", [3, 4, 5]),
        (RULES, "_headers", [3, 4, 5]),
        (LARGE, "_redirects", [3, 4, 5]),
        (PATTERNS, "_redirects", [4, 5, 7]),
        (LARGEST, "_redirects", [5, 6, 9]),
        (HEADERS, "_headers", [4, 5, 7]),
        (LARGE, "_headers", [7, 8, 13]),
    ],
    ids=[
        *("few redirects", "few headers", "many redirects", "patterns", "many redirects and patterns"),
        *("header patterns", "many header patterns"),
    ],
)
def test_reads_on_the_longest_path(
    engine: Engine, tmp_path: Path, rules: dict[str, list[str]], file: str, counts: list[int]
) -> None:
    """Five reads are enough, but not if patterns exceed a value and have not arrived, or headers exceed two values.

    The counts are for a release that has arrived, for a table that has not arrived, and for a table and other rules of
    which the last value has not arrived.
    """
    (tmp_path / file).write_text("\n".join(rules[file]) + "\n")
    edge = published(engine, tmp_path)
    name, code, event = file[1:], edge.code, request_event("/docs/")
    if name == "headers":
        code, event = edge.response_code, response_event("/docs/")
    old, items = edge.pointer.live, dict(edge.site.store.items)
    other = {**old.tables, name: {**old.tables[name], "id": "newrules"}}
    items |= {key.replace(old.tables[name]["id"], "newrules"): text for key, text in items.items()}
    items |= {key.replace(f"t/{old.table}", "t/NEWT"): text for key, text in items.items()}
    engine.load(code, {**items, SITE_KEY: Pointer(replace(old, table="NEWT", tables=other)).to_text()})
    last = engine.answers(event)[0].reads[-1]
    found = []
    for pointer, missing in (
        (Pointer(old), ""),
        (Pointer(replace(old, table="GONE"), old), ""),
        (Pointer(replace(old, table="NEWT", tables=other), old), last),
    ):
        kept = {key: text for key, text in items.items() if key != missing}
        engine.load(code, {**kept, SITE_KEY: pointer.to_text()})
        found.append(len(engine.answers(event)[0].reads))
    assert found == counts


def test_steps_do_not_grow_with_the_site(edge: EdgeRuntime, tmp_path: Path) -> None:
    """A site with 10,000 files and 60 changes in its pointer takes as many steps as one with 10 files."""
    steps = []
    for count in (10, 10_000):
        files = [*FILES, *(f"blog/{number}.html" for number in range(count))]
        found = published(edge, tmp_path, files)
        changes = {f"blog/{number}.html": "new" for number in range(min(count, 40))}
        found.site.publish({**dict.fromkeys(files, "x"), **changes}, found.release_edge)
        edge.load(found.code, found.site.store.items)
        edge.answers(request_event("/about"))
        answers = edge.counted(*map(request_event, ("/about", "/docs", "/nowhere", "/docs/")))
        assert all(size <= 1024 for answer in answers for size in answer.parsed)
        steps.append([answer.steps for answer in answers])
    assert steps[0] == steps[1]
    assert max(steps[0]) < 100


def test_many_rules(edge: EdgeRuntime, tmp_path: Path) -> None:
    """10,000 redirects of one path and 100 with wildcards work in the order of the file, with at most five reads."""
    wildcards = [f"/section-{number}/* /new/{number}/:splat 301" for number in range(100)]
    exact = [f"/section-{number}/page /never 301" for number in range(10)]
    paths = [f"/old/page-{number} /new/page-{number} 301" for number in range(9_990)]
    (tmp_path / "_redirects").write_text("\n".join([*wildcards, *exact, *paths]) + "\n")
    found = published(edge, tmp_path)
    events = map(request_event, ("/old/page-9989", "/section-99/x", "/section-9/page", "/about"))
    answers = found.answers(*events)
    assert [place(answer.value) for answer in answers] == [
        *("301 /new/page-9989", "301 /new/99/x", "301 /new/9/page", "about.html")
    ]
    assert max(len(answer.reads) for answer in answers) <= 5


def test_the_code_depends_on_no_file_and_no_rule(edge: EdgeRuntime, tmp_path: Path) -> None:
    """Other files, redirects, headers and error pages are in the store alone."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "_redirects").write_text("/old /about 301\n")
    (other / "_headers").write_text("/*\n  X-Frame-Options: DENY\n")
    one, two = published(edge, tmp_path), published(edge, other, ["index.html", "x.html"], website_routing="spa")
    assert (one.code, one.response_code) == (two.code, two.response_code)
    assert json.loads(one.site.store.items[SITE_KEY]) != json.loads(two.site.store.items[SITE_KEY])
