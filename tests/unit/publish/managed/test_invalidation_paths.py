"""The invalidation paths of changed files."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.publish.managed.invalidation_paths import error_page_files, invalidation_paths

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/*\0"), min_size=1, max_size=12)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


def paths(*changed: str, fallbacks: tuple[str, ...] = (), max_paths: int = 15) -> list[str]:
    """Return the invalidation paths of changed files on a site with index.html."""
    return invalidation_paths(changed, index_document="index.html", fallbacks=fallbacks, max_paths=max_paths)


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
        ("~me/[x].html", ["/~me/%5Bx%5D", "/~me/%5Bx%5D.html"]),
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


def test_a_literal_asterisk_is_not_sent_as_a_wildcard() -> None:
    """A file name with an asterisk can't be written literally, so everything is invalidated."""
    assert paths("a*.html") == ["/*"]


@given(st.sets(PATHS, min_size=1, max_size=6))
def test_each_changed_file_is_covered_once(changed: set[str]) -> None:
    """Decoded, the list has each changed path, has no duplicates, and is sorted."""
    found = paths(*changed, max_paths=3000)
    assert {f"/{path}" for path in changed} <= {unquote(path) for path in found}
    assert found == sorted(set(found))


@given(PATHS)
def test_paths_are_ascii_and_hold_no_wildcard(changed: str) -> None:
    """CloudFront accepts ASCII without spaces; an unintended asterisk would invalidate too much."""
    for path in paths(changed):
        assert path.isascii()
        assert not set(path) & set(' *"<>{}|\\^[]`#?')


def test_files_of_error_pages() -> None:
    """The root is the index document, a response without a page has no file, and each file is returned once."""
    assert error_page_files(["/", "/404.html", None, "/"], "home.html") == ["404.html", "home.html"]


def test_an_error_page_is_a_url() -> None:
    """The path of an error page may be percent-encoded: the encoded and the decoded name may be the file."""
    pages = ["/not%20here.html", None, "/", "/404.html"]
    assert error_page_files(pages, "home.html") == ["404.html", "home.html", "not here.html", "not%20here.html"]
