"""The invalidation paths of changed files."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.formats.paths import key_path
from hosting.publish.managed.invalidation_paths import error_page_files, invalidation_paths

NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="/\0") | st.sampled_from("~*+%;@()'"), min_size=1, max_size=12
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


def paths(*changed: str, fallbacks: tuple[str, ...] = (), max_paths: int = 15) -> list[str]:
    """Return the invalidation paths of changed files on a site with index.html."""
    return invalidation_paths(changed, index_document="index.html", fallbacks=fallbacks, max_paths=max_paths)


def covers(path: str, url: str) -> bool:
    """Whether an invalidation path removes what is cached under a URL."""
    return url.startswith(path[:-1]) if path.endswith("*") else url == path


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("about.html", ["/about", "/about.html"]),
        ("index.html", ["/", "/index.html"]),
        ("docs/index.html", ["/docs", "/docs/", "/docs/index.html"]),
        ("docs/myindex.html", ["/docs/myindex", "/docs/myindex.html"]),
        ("a b.html", ["/a%20b", "/a%20b.html"]),
        ("caf\u00e9/index.html", ["/caf%C3%A9", "/caf%C3%A9/", "/caf%C3%A9/index.html"]),
        ("100%.html", ["/100%25", "/100%25.html"]),
        ("what?.html", ["/what%3F", "/what%3F.html"]),
        ("a#b.html", ["/a%23b", "/a%23b.html"]),
        ("me/[x].html", ["/me/%5Bx%5D", "/me/%5Bx%5D.html"]),
        ("a@b;c$d&e=f:g.css", ["/a@b;c$d&e=f:g.css"]),
        ("%20.txt", ["/%2520.txt"]),
        ("dot. ", ["/dot.%20"]),
        ("c++/(1),it's!.html", ["/c%2B%2B/(1),it's!", "/c%2B%2B/(1),it's!.html"]),
    ],
)
def test_the_urls_of_a_file(changed: str, expected: list[str]) -> None:
    """A file has its own URL; a page also has the one without the extension, an index document those of its folder."""
    assert paths(changed) == expected


def test_no_change_is_no_path() -> None:
    """Without changed files nothing is invalidated."""
    assert paths() == []


def test_more_urls_than_allowed_collapse() -> None:
    """Up to the maximum the paths are listed; with one more everything is invalidated."""
    assert paths("a", "b", max_paths=2) == ["/a", "/b"]
    assert paths("a", "b", "c", max_paths=2) == ["/*"]


def test_urls_are_counted_not_files() -> None:
    """An index document costs three paths, as CloudFront bills it."""
    assert paths("docs/index.html", max_paths=2) == ["/*"]


def test_a_changed_error_page_is_everywhere() -> None:
    """An error page is cached under any missing path, so everything is invalidated."""
    assert paths("404.html", "a", fallbacks=("404.html",)) == ["/*"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (["runtime~main.js"], ["/runtime*"]),
        (["a*b.html"], ["/a*"]),
        (["~me/index.html"], ["/*"]),
        (["b/c~.html", "b/c.html", "b/d.html"], ["/b/c*", "/b/d", "/b/d.html"]),
        (["js/a~b.js", "js/a~c.js", "js/ab~c.js", "j/index.html"], ["/j", "/j/", "/j/index.html", "/js/a*"]),
        ([f"{name}~.js" for name in "abcde"], [f"/{name}*" for name in "abcde"]),
        ([f"{name}~.js" for name in "abcdef"], ["/*"]),
    ],
)
def test_what_cloudfront_does_not_invalidate_becomes_a_wildcard(changed: list[str], expected: list[str]) -> None:
    """A path with `~` or `*` is a wildcard that ends before it; it replaces the paths that it covers."""
    assert paths(*changed) == expected


@given(st.sets(PATHS, min_size=1, max_size=6))
def test_each_changed_file_is_covered_once(changed: set[str]) -> None:
    """The list covers the canonical path of each changed file, has no duplicates, and is sorted."""
    found = paths(*changed, max_paths=3000)
    assert all(any(covers(path, key_path(file)) for path in found) for file in changed)
    assert found == sorted(set(found))


@given(PATHS)
def test_cloudfront_accepts_the_paths(changed: str) -> None:
    """CloudFront accepts ASCII without RFC 1738's unsafe characters, and a `*` is a wildcard only at the end."""
    for path in paths(changed):
        assert re.fullmatch(r"/(?:[A-Za-z0-9$_.+!'(),;:@&=/-]|%[0-9A-F]{2})*\*?", path)
        assert "*" not in path or "~" in changed or "*" in changed


def test_files_of_error_pages() -> None:
    """The root is the index document, a response without a page has no file, and each file is returned once."""
    assert error_page_files(["/", "/404.html", None, "/"], "home.html") == ["404.html", "home.html"]


def test_an_error_page_is_a_url() -> None:
    """The path of an error page may be percent-encoded: the encoded and the decoded name may be the file."""
    pages = ["/not%20here.html", None, "/", "/404.html"]
    assert error_page_files(pages, "home.html") == ["404.html", "home.html", "not here.html", "not%20here.html"]
