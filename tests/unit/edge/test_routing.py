"""The routings `pages` and `errors`: the JavaScript compared with a reference that knows the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hosting.edge.function_code import MAX_BYTES, compose
from hosting.edge.route_choice import RouteChoice
from hosting.edge.routing import canonical_keys, pages_exceptions, router_part
from hosting.errors import EdgeError
from tests.unit.edge.runtime import request_event

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.unit.edge.runtime import EdgeRuntime

INDEX = "index.html"
SITE = {"index.html", "404.html", "docs/index.html", "app.js", "LICENSE", ".well-known/acme", "v1.2/index.html"}
PAGES = {*SITE, "a.html/index.html"}
names = st.text(alphabet="ab.é\U0001f98a %_", min_size=1, max_size=4).filter(
    lambda name: name.strip(".") and "  " not in name
)
files = st.lists(names, min_size=1, max_size=3).map("/".join)
endings = st.sampled_from(["", ".html", ".html.html", ".js", "/index.html"])
paths = st.builds(str.__add__, files, endings)


def without_clashes(found: Collection[str]) -> set[str]:
    """Return the paths that can exist together: no file is another file's folder."""
    kept: set[str] = set()
    for path in sorted(found):
        inside = any(one.startswith(f"{path}/") or path.startswith(f"{one}/") for one in kept)
        if not inside:
            kept.add(path)
    return kept


trees = st.sets(paths, max_size=6).map(without_clashes)


def answered(edge: EdgeRuntime, routing: str, keys: Collection[str], uri: str, query: str = "") -> str:
    """Return the function's result for a path: the key of the object, or `301 /location`."""
    event = request_event(uri, {"q": query} if query else {})
    return shown(edge.request([router_part(routing, keys, RouteChoice(INDEX).routes(keys))], event))


def shown(answer: dict[str, Any]) -> str:
    """Return the key of a request, or a redirect as `301 /location`."""
    if "statusCode" in answer:
        return f"{answer['statusCode']} {answer['headers']['location']['value']}"
    return unquote(answer["uri"].removeprefix("/"))


def pages_reference(keys: Collection[str], path: str) -> str:
    """Return the expected result of `pages` for a path in any form."""
    if path == "/":
        return INDEX
    clean = path.rstrip("/")
    if path.endswith(f"/{INDEX}"):
        clean = path.removesuffix(INDEX).rstrip("/")
    elif path.endswith(".html") and not {path.removeprefix("/"), f"{path.removeprefix('/')}/{INDEX}"} & {*keys}:
        clean = path.removesuffix(".html")
    key = clean.removeprefix("/")
    name = key.rpartition("/")[2]
    # `/docs/index.html/` is not a form of a page.
    is_file = key in keys and name != INDEX and ("." not in name or name.endswith(".html"))
    is_page = f"{key}/{INDEX}" in keys or "." not in name
    if not (is_file or is_page):
        return path.removeprefix("/")
    if clean != path:
        return f"301 {quote(clean) or '/'}"
    return key if is_file else f"{key}/{INDEX}"


@example(tree={"_.html"}, asked="_/index.html", slash="/")
@given(tree=trees, asked=paths, slash=st.sampled_from(["", "/"]))
def test_pages_is_its_reference(edge: EdgeRuntime, tree: set[str], asked: str, slash: str) -> None:
    """For any files and any path, the function has the same result as the reference."""
    try:
        renamed = canonical_keys(tree, INDEX, ())
    except EdgeError:
        return
    keys = {renamed.get(path, path) for path in tree}
    path = f"/{asked}{slash}"
    assert answered(edge, "pages", keys, quote(path)) == pages_reference(keys, path)


@given(tree=trees)
def test_every_page_is_found_at_one_url(edge: EdgeRuntime, tree: set[str]) -> None:
    """Each page is served at its clean URL, and its other URLs redirect there in one step."""
    try:
        renamed = canonical_keys(tree, INDEX, ())
    except EdgeError:
        return
    keys = {renamed.get(path, path) for path in tree}
    for path in tree:
        found = answered(edge, "pages", keys, quote(f"/{path}"))
        if found.startswith("301 "):
            found = answered(edge, "pages", keys, found.removeprefix("301 "))
        assert found == renamed.get(path, path)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/", "index.html"),
        ("/docs", "docs/index.html"),
        ("/docs/", "301 /docs?q=1"),
        ("/docs.html", "301 /docs?q=1"),
        ("/docs/index.html", "301 /docs?q=1"),
        ("/index.html", "301 /?q=1"),
        ("/app.js", "app.js"),
        ("/LICENSE", "LICENSE"),
        ("/LICENSE/", "301 /LICENSE?q=1"),
        ("/v1.2", "v1.2/index.html"),
        ("/v1.2/", "301 /v1.2?q=1"),
        ("/nowhere", "nowhere/index.html"),
        ("/404.html", "404.html"),
        ("/404.html/", "301 /404.html?q=1"),
        ("/a.html", "a.html/index.html"),
        ("/a.html.html", "301 /a.html?q=1"),
        ("//evil.example/", "/evil.example/"),
        ("/\\evil.example/x/", "301 /evil.example/x?q=1"),
    ],
)
def test_pages_by_example(edge: EdgeRuntime, path: str, answer: str) -> None:
    """A page has one URL, the others redirect with their query, and no redirect leaves the site."""
    assert answered(edge, "pages", PAGES, path, "1") == answer


def test_a_redirect_never_leaves_the_site(edge: EdgeRuntime) -> None:
    """A path with two leading slashes does not redirect to another host."""
    assert answered(edge, "pages", SITE, "//evil/") == "301 /evil"
    assert answered(edge, "auto", {"evil/index.html", "index.html"}, "//evil") == "301 /evil/"


def test_the_root_is_the_index_document_without_a_default_root_object(edge: EdgeRuntime) -> None:
    """With `errors` the function only maps `/` to the index document."""
    assert answered(edge, "errors", SITE, "/") == "index.html"
    assert answered(edge, "errors", SITE, "/docs/") == "docs/"


def test_pages_are_staged_in_one_form() -> None:
    """All pages get the key of a folder's index document, except error pages."""
    tree = {"index.html", "404.html", "about.html", "docs/index.html", "docs/api.html", "v1.2.html", "a.htm", "x/.html"}
    assert canonical_keys(tree, INDEX, {"404.html"}) == {
        "about.html": "about/index.html",
        "docs/api.html": "docs/api/index.html",
        "v1.2.html": "v1.2/index.html",
    }


@pytest.mark.parametrize("other", ["docs/index.html", "docs"])
def test_two_files_of_one_url_are_refused(other: str) -> None:
    """`docs.html` with `docs/index.html`, or with a file `docs`, is an error that names both."""
    with pytest.raises(EdgeError, match=rf"'docs\.html' and '{other}' would both have the URL /docs"):
        canonical_keys({"docs.html", other}, INDEX, ())


def test_few_paths_are_exceptions() -> None:
    """A typical site has no exceptions besides its 404 page."""
    usual = {"index.html", "404.html", "docs/index.html", "docs/api/index.html", "app.js"}
    assert pages_exceptions(usual, INDEX) == {"/404.html": 0}
    assert pages_exceptions(SITE, INDEX) == {"/404.html": 0, "/LICENSE": 0, "/.well-known/acme": 0, "/v1.2": 1}


def test_too_many_exceptions_are_refused() -> None:
    """Too many files without an extension are refused, with the size of each part."""
    tree = {f"folder/file-number-{number}" for number in range(800)}
    with pytest.raises(
        EdgeError,
        match=rf"but CloudFront allows {MAX_BYTES} \(redirectToForm \d+, queryOf \d+, redirectTo \d+, pages \d+\)",
    ):
        compose([router_part("pages", tree, RouteChoice(INDEX).routes(tree))])


def test_redirects_to_another_form_are_not_cached(edge: EdgeRuntime) -> None:
    """Browsers revalidate redirects to another form, because the next publish may reverse them."""
    routes = RouteChoice(INDEX).routes(SITE)
    for routing, path in (("pages", "/docs/"), ("auto", "/docs")):
        answer = edge.request([router_part(routing, SITE, routes)], request_event(path))
        assert answer["headers"]["cache-control"] == {"value": "max-age=0, must-revalidate"}
