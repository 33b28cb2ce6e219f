from __future__ import annotations

import pytest

from sites.probes import Tree, files_of, forms, forms_of, missing, samples

PAGES = Tree(dict.fromkeys(("index.html", "about.html", "docs/index.html", "docs/v1.2.html", "404.html", "a b.js"), ""))
APP = Tree(dict.fromkeys(("index.html", "200.html", "assets/index.js"), ""))
BOTH = Tree(dict.fromkeys(("index.html", "docs.html", "docs/index.html", "LICENSE"), ""))


def test_pages_of_a_tree() -> None:
    """The pages of errors and of unknown paths are not counted, and an app has one page."""
    assert PAGES.pages == ["about.html", "docs/index.html", "docs/v1.2.html", "index.html"]
    assert (PAGES.is_app, PAGES.has_fallback) == (False, False)
    assert (APP.is_app, APP.has_fallback) == (True, True)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "form"),
        ("/index.html", "page"),
        ("/404.html", "page"),
        ("/a%20b.js", "asset"),
        ("/about", "form"),
        ("/about/?query", "form"),
        ("/about/index.html", "other name"),
        ("/docs.html", "other name"),
        ("/docs/v1.2/", "form"),
        ("/nothing", "missing page"),
        ("/nothing.html", "missing page"),
        ("/nothing.js", "missing asset"),
    ],
)
def test_kinds_of_paths(path: str, kind: str) -> None:
    """A path is a file, another form of a page's address, or missing."""
    assert PAGES.kind(path) == kind


def test_an_app_has_no_missing_pages_with_an_ending() -> None:
    """A route of an app has no `.html`: that is a file, and missing."""
    assert APP.kind("/nothing.html") == "missing asset"
    assert APP.kind("/nothing") == "missing page"


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/", True), ("/docs/", True), ("/docs", False), ("/about", True), ("/about/", False), ("/a%20b.js", True)],
)
def test_addresses_in_the_form_of_a_file(path: str, *, expected: bool) -> None:
    """A folder with an index document has the form with a slash, any other page the one without."""
    assert PAGES.is_address(path) == expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("index.html", ["/"]),
        ("about.html", ["/about", "/about/", "/about/index.html"]),
        ("docs/index.html", ["/docs", "/docs/", "/docs.html"]),
    ],
)
def test_forms_of_a_page(page: str, expected: list[str]) -> None:
    """Each page is asked for with and without a slash, and by the name of the other kind of file."""
    assert forms_of(page) == expected


def test_what_is_asked() -> None:
    """Files are asked for by their encoded paths, all or each n-th; samples are one page of each depth."""
    assert files_of(PAGES, 1)[1] == "/a%20b.js"
    assert files_of(PAGES, 4) == ["/404.html", "/docs/v1.2.html"]
    assert forms(APP, 1) == ["/"]
    assert samples(PAGES)[1] == "/docs/index.html"
    assert len(samples(PAGES)) == 9


def test_missing_paths() -> None:
    """Nothing of what is asked for as missing is in the tree, and only an app is asked for routes with a dot."""
    for tree in (PAGES, APP):
        assert all(tree.kind(path).startswith("missing") for path in missing(tree))
    assert "/docs/missing" in missing(PAGES)
    assert "/users/jane.doe" in missing(APP)
    assert "/users/jane.doe" not in missing(PAGES)


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/", "index.html"),
        ("/docs", "docs.html"),
        ("/docs/", "docs/index.html"),
        ("/docs/index.html", "docs/index.html"),
        ("/docs.html", "docs.html"),
        ("/LICENSE", ""),
        ("/nothing/", ""),
    ],
)
def test_the_page_of_a_path_where_both_forms_exist(path: str, page: str) -> None:
    """With both files, each form of the address is its own."""
    assert BOTH.file(path) == page
