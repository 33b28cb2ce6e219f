"""How a tree is served by `website:routing auto`: the JavaScript at the edge, and the same in Python."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.edge.function_code import as_javascript, compose, size_of
from hosting.edge.route_choice import RouteChoice
from hosting.edge.site_routes import RouteAnswer, SiteRoutes, route_part
from hosting.formats.paths import key_path
from tests.unit.edge.runtime import request_event

if TYPE_CHECKING:
    from tests.unit.edge.runtime import EdgeRuntime

INDEX = "index.html"
FOLDERS = {"index.html", "404.html", "docs/index.html", "docs/v1.2/index.html", "about.html", "app.js", "LICENSE"}
BARE = {"index.html", "404.html", "docs.html", "docs/v1.2.html", "node.js.html", "a/b.html", "blog/index.html", "x.js"}
APP = {"index.html", "assets/app.js", "google1234.html", "404.html", ".well-known/assetlinks"}
# Prerendered pages, and SvelteKit's or Nuxt's page for all other paths.
PRERENDERED = {"index.html", "200.html", "docs.html", "blog/index.html", "app.js"}

segments = st.sampled_from(["a", "b.c", "c++", "d.js", "é", "x y", "index", "200", "%"])
folders = st.lists(segments, max_size=2).map("/".join)
keys_drawn = st.builds(
    lambda folder, name, ending: "/".join(filter(None, [folder, name])) + ending,
    folders,
    segments,
    st.sampled_from(["", ".html", "/index.html", ".js"]),
)


def without_clashes(found: set[str]) -> set[str]:
    """Return the keys that can exist together: no file is another file's folder."""
    kept: set[str] = set()
    for key in sorted(found):
        if not any(one.startswith(f"{key}/") or key.startswith(f"{one}/") for one in kept):
            kept.add(key)
    return kept


trees = st.builds(
    lambda keys, root: without_clashes({*keys, *root}),
    st.sets(keys_drawn, max_size=6),
    st.sets(st.sampled_from(["index.html", "404.html", "200.html"])),
)
choices = st.sampled_from(
    [RouteChoice(INDEX), RouteChoice(INDEX, has_app_page=True), RouteChoice(INDEX, has_app_page=False)]
)


def at_the_edge(
    edge: EdgeRuntime, routes: SiteRoutes, path: str, method: str = "GET", query: str = ""
) -> dict[str, Any]:
    """Return the function's result for a request."""
    event = request_event(path, {"q": query} if query else {}, method=method)
    answer: dict[str, Any] = edge.request([route_part(routes.data)], event)
    return answer


def answer_of(edge: EdgeRuntime, routes: SiteRoutes, path: str) -> RouteAnswer:
    """Return the function's result for a path as a `RouteAnswer`."""
    answer = at_the_edge(edge, routes, path)
    if "statusCode" in answer:
        return RouteAnswer(answer["headers"]["location"]["value"], is_redirect=True)
    return RouteAnswer(answer["uri"])


@pytest.mark.parametrize(
    ("tree", "path", "answer"),
    [
        (FOLDERS, "/", "docs"),
        (FOLDERS, "/docs/", "docs/index.html"),
        (FOLDERS, "/docs", "301 /docs/"),
        (FOLDERS, "/docs/index.html", "docs/index.html"),
        (FOLDERS, "/docs.html", "docs.html"),
        (FOLDERS, "/docs/index", "docs/index.html"),
        (FOLDERS, "/docs/index/", "301 /docs/index"),
        (FOLDERS, "/index", "index.html"),
        ({*FOLDERS, "glossary/index/index.html"}, "/glossary/index", "301 /glossary/index/"),
        (FOLDERS, "/docs/v1.2/", "docs/v1.2/index.html"),
        (FOLDERS, "/docs/v1.2", "301 /docs/v1.2/"),
        (FOLDERS, "/about", "about.html"),
        (FOLDERS, "/about/", "301 /about"),
        (FOLDERS, "/about.html", "about.html"),
        (FOLDERS, "/LICENSE", "LICENSE"),
        (FOLDERS, "/LICENSE/", "LICENSE/index.html"),
        (FOLDERS, "/app.js/", "app.js/index.html"),
        (FOLDERS, "/missing", "301 /missing/"),
        (FOLDERS, "/missing/", "missing/index.html"),
        (FOLDERS, "/missing.js", "missing.js"),
        (FOLDERS, "/%E0%A4%A", "301 /%E0%A4%A/"),
        (FOLDERS, "/%FF", "301 /%FF/"),
        (FOLDERS, "/%64ocs", "301 /%64ocs/"),
        (FOLDERS, "//evil.example", "301 /evil.example/"),
        (FOLDERS, "/__proto__/", "__proto__/index.html"),
        (BARE, "/docs", "docs.html"),
        (BARE, "/docs/", "301 /docs"),
        (BARE, "/docs.html", "docs.html"),
        (BARE, "/docs/v1.2", "docs/v1.2.html"),
        (BARE, "/node.js", "node.js.html"),
        (BARE, "/other.js", "other.js"),
        ({*BARE, "node.js"}, "/node.js", "node.js"),
        (BARE, "/blog/", "blog/index.html"),
        (BARE, "/blog", "301 /blog/"),
        (BARE, "/blog/index", "blog/index.html"),
        (BARE, "/missing/", "301 /missing"),
        (BARE, "//", "301 /"),
        ({*BARE, "docs/index.html"}, "/docs", "docs.html"),
        ({*BARE, "docs/index.html"}, "/docs/", "docs/index.html"),
        ({*FOLDERS, "tags/c++/index.html"}, "/tags/c++/", "tags/c++/index.html"),
        ({*FOLDERS, "tags/c++/index.html"}, "/tags/c++", "301 /tags/c++/"),
        ({*FOLDERS, "a+b.js"}, "/a+b.js", "a+b.js"),
        (APP, "/users/jane.doe", "index.html"),
        (APP, "/items/v1.2", "index.html"),
        (APP, "/users/", "index.html"),
        (APP, "/missing.js", "missing.js"),
        (APP, "/missing.PNG", "missing.PNG"),
        (APP, "/google1234.html", "google1234.html"),
        (APP, "/.well-known/assetlinks", ".well-known/assetlinks"),
        ({"200.html", "a.js"}, "/", "200.html"),
        ({"200.html", "a.js"}, "/deep/link", "200.html"),
        ({"200.html", "index.html", "a.js"}, "/", "index.html"),
        ({"200.html", "index.html", "a.js"}, "/deep/link", "200.html"),
        (PRERENDERED, "/docs", "docs.html"),
        (PRERENDERED, "/docs/", "301 /docs"),
        (PRERENDERED, "/blog", "301 /blog/"),
        (PRERENDERED, "/deep/link", "200.html"),
        (PRERENDERED, "/deep/link/", "200.html"),
        (PRERENDERED, "/missing.css", "missing.css"),
        ({*PRERENDERED, "404.html"}, "/deep/link", "301 /deep/link/"),
    ],
)
def test_forms_and_requests(edge: EdgeRuntime, tree: set[str], path: str, answer: str) -> None:
    """As in docs/routing.md, a file is served at its path, a page at its URL, and the other form redirects."""
    expected = "index.html" if path == "/" and "index.html" in tree else answer
    routes = RouteChoice(INDEX).routes(tree)
    found, in_python = answer_of(edge, routes, path), routes.answer(path)
    # The function redirects to a path with one leading slash, because two would begin a host.
    assert found == in_python or (found.is_redirect and found.path == f"/{in_python.path.lstrip('/')}")
    assert (f"301 {found.path}" if found.is_redirect else unquote(found.path[1:]) or found.path) == expected


paths_drawn = st.builds(
    lambda key, ending, written: f"/{written(key)}{ending}",
    keys_drawn,
    st.sampled_from(["", "/", "//", "%2F"]),
    st.sampled_from([quote, lambda key: quote(key, safe="/%")]),
)


@given(tree=trees, choice=choices, path=paths_drawn)
def test_javascript_and_python_agree(edge: EdgeRuntime, tree: set[str], choice: RouteChoice, path: str) -> None:
    """For any files and path, in any encoding, the function has the same result as Python."""
    routes = choice.routes(tree)
    assert answer_of(edge, routes, path) == routes.answer(path)


@given(tree=trees, choice=choices)
def test_every_file_and_page_is_reached(tree: set[str], choice: RouteChoice) -> None:
    """Each file is served at its path, each page at its URL, and the other form redirects there in one step."""
    routes = choice.routes(tree)
    for key in tree:
        assert routes.answer(key_path(key)) == RouteAnswer(key_path(key))
        folder, _, name = key.rpartition("/")
        if name == INDEX and folder:
            url, other, other_key = f"{key_path(folder)}/", key_path(folder), f"{folder}.html"
        elif key.endswith(".html") and name != INDEX and key not in ("404.html", "200.html"):
            url, other, other_key = key_path(key[:-5]), f"{key_path(key[:-5])}/", f"{key[:-5]}/{INDEX}"
        else:
            continue
        if unquote(url[1:]) in tree:
            # A file with the page's name takes precedence.
            continue
        assert routes.answer(url) == RouteAnswer(key_path(key))
        if not {other_key, unquote(other[1:])} & tree:
            assert routes.answer(other) == RouteAnswer(url, is_redirect=True)


@given(tree=trees, choice=choices, asked=keys_drawn, slash=st.sampled_from(["", "/", "//"]))
def test_no_path_is_redirected_twice(tree: set[str], choice: RouteChoice, asked: str, slash: str) -> None:
    """The target of a redirect is served: there is no loop, and no redirect to the root."""
    routes = choice.routes(tree)
    first = routes.answer(f"{key_path(asked)}{slash}")
    if first.is_redirect:
        first = routes.answer(first.path)
    assert slash == "//" or not first.is_redirect
    assert first.path != "/" or first.is_redirect


def test_a_redirect_is_for_get_and_head(edge: EdgeRuntime) -> None:
    """A redirect keeps the query and is revalidated; with any other method the page is served directly."""
    routes = RouteChoice(INDEX).routes(FOLDERS)
    for method in ("GET", "HEAD"):
        answer = at_the_edge(edge, routes, "/docs", method, "1")
        assert answer["statusCode"] == 301
        assert {name: one["value"] for name, one in answer["headers"].items()} == {
            "location": "/docs/?q=1",
            "cache-control": "max-age=0, must-revalidate",
        }
    assert at_the_edge(edge, routes, "/docs", "OPTIONS")["uri"] == "/docs/index.html"
    assert routes.answer("/docs", redirects=False) == RouteAnswer("/docs/index.html")
    assert routes.answer("/about/", redirects=False) == RouteAnswer("/about.html")


@pytest.mark.parametrize(
    ("tree", "choice", "described"),
    [
        (FOLDERS, RouteChoice(INDEX), "pages, with trailing slash; 404.html"),
        (BARE, RouteChoice(INDEX), "pages, without trailing slash; 404.html"),
        (BARE - {"404.html"}, RouteChoice(INDEX), "pages, without trailing slash"),
        (APP, RouteChoice(INDEX), "single-page app; 404.html"),
        (APP - {"404.html"}, RouteChoice(INDEX), "single-page app"),
        ({"index.html", "200.html"}, RouteChoice(INDEX), "single-page app (200.html)"),
        (PRERENDERED, RouteChoice(INDEX), "pages, with trailing slash; 200.html for unknown paths"),
        ({*PRERENDERED, "404.html"}, RouteChoice(INDEX), "pages, with trailing slash; 404.html"),
        (FOLDERS, RouteChoice(INDEX, has_app_page=True), "pages, with trailing slash; index.html for unknown paths"),
        (APP, RouteChoice(INDEX, has_app_page=False), "pages, with trailing slash; 404.html"),
        ({"index.html", "old.htm"}, RouteChoice(INDEX), "pages, with trailing slash"),
        ({"docs/index.html"}, RouteChoice(INDEX), "pages, with trailing slash"),
        ({"a.js", "robots.txt"}, RouteChoice(INDEX), "files without pages"),
        ({"home", "b/home"}, RouteChoice("home"), "pages, with trailing slash"),
        ({"home"}, RouteChoice("home"), "single-page app"),
        ({"200.html", "about.html"}, RouteChoice(INDEX), "pages, without trailing slash; 200.html for unknown paths"),
        (
            {"index.html", "yandex_1.html", "baidu_verify_a.html", "pinterest-1.html", "naver1.html"},
            RouteChoice(INDEX),
            "single-page app",
        ),
        ({"index.html", "docs/google1.html"}, RouteChoice(INDEX), "pages, without trailing slash"),
    ],
)
def test_what_is_recognized(tree: set[str], choice: RouteChoice, described: str) -> None:
    """A site with one page is an app, unless the settings say otherwise."""
    assert choice.routes(tree).describe("404.html" if "404.html" in tree else "") == described


def test_a_chosen_page_answers_unknown_paths() -> None:
    """The page of a rule is the app page, whatever files exist."""
    routes = RouteChoice(INDEX, has_app_page=True, app_page="my app.html").routes({"index.html", "my app.html"})
    assert routes.answer("/deep") == RouteAnswer("/my%20app.html")
    assert routes.answer("/") == RouteAnswer("/index.html")


GENERATORS = Path(__file__).parents[2] / "fixtures" / "generators"
# The expected description for each generator, by its documentation; the lists have the files of its starter.
FORMS = {
    "angular": "single-page app",
    "astro-directory": "pages, with trailing slash; 404.html",
    "astro-file": "pages, without trailing slash; 404.html",
    "docusaurus-false": "pages, without trailing slash; 404.html",
    "docusaurus-undef": "pages, with trailing slash; 404.html",
    "eleventy": "pages, with trailing slash; 404.html",
    "gatsby": "pages, with trailing slash; 404.html",
    "hugo": "pages, with trailing slash; 404.html",
    "jekyll": "pages, without trailing slash; 404.html",
    "mkdocs-material": "pages, with trailing slash; 404.html",
    "next-ts0": "pages, without trailing slash; 404.html",
    "nuxt": "pages, with trailing slash; 404.html",
    "sphinx-dirhtml": "pages, with trailing slash",
    "sveltekit-never": "pages, without trailing slash; 404.html",
    "sveltekit-spa": "single-page app",
    "sveltekit-spa200": "single-page app",
    "vite-react": "single-page app",
    "vitepress-clean0": "pages, without trailing slash; 404.html",
    "vue-router": "single-page app",
}


@pytest.mark.parametrize("generator", FORMS)
def test_real_sites_are_recognized_with_few_exceptions(generator: str) -> None:
    """The site of each generator's starter is recognized, and its router has at most 2,500 bytes."""
    keys = set((GENERATORS / f"{generator}.txt").read_text(encoding="utf-8").splitlines())
    routes = RouteChoice(INDEX).routes(keys)
    assert routes.describe("404.html" if "404.html" in keys else "") == FORMS[generator]
    assert size_of(as_javascript(routes.data["named"])) <= 1100
    assert size_of(compose([route_part(routes.data)])) <= 2500


def test_names_are_grouped_by_folder() -> None:
    """Names are grouped by folder, and a folder's name may have a kind, too."""
    files = {"docs/LICENSE", "docs.html/AUTHORS"}
    tree = {"index.html", "docs/index.html", "docs.html", "docs/api.html", "docs/api/x.html", "docs/api/x/index.html"}
    named = RouteChoice(INDEX).routes({*tree, *files, "a.js.html", "a.js/b.html"}).data["named"]
    assert named == {
        "docs": {"/": 3, "api": {"x": 3}, "LICENSE": 0},
        "docs.html": {"AUTHORS": 0},
        "a.js": 1,
    }
    routes = SiteRoutes(INDEX, INDEX, trailing_slash=True, both_forms=("/docs/api",), other_form=("/docs",))
    assert routes.data["named"] == {"docs": {"api": 3, "/": 2}}
