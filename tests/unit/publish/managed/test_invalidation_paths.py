"""Which of CloudFront's paths a change makes stale."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.publish.managed.invalidation_paths import answering_files, fallback_files, invalidation_paths

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
    """A file is stale under its own URL, a page also under its URL without the extension or with its folder's."""
    assert paths(changed) == expected


def test_no_change_is_no_path() -> None:
    """Nothing changed, nothing to invalidate."""
    assert paths() == []


def test_more_urls_than_allowed_collapse() -> None:
    """Exactly the maximum is listed; one more is everything."""
    assert paths("a", "b", max_paths=2) == ["/a", "/b"]
    assert paths("a", "b", "c", max_paths=2) == ["/*"]


def test_urls_are_counted_not_files() -> None:
    """An index document costs three paths, as CloudFront bills it."""
    assert paths("docs/index.html", max_paths=2) == ["/*"]


def test_a_changed_error_page_is_everywhere() -> None:
    """An error page is cached under whatever path was missing, so all goes."""
    assert paths("404.html", "a", fallbacks=("404.html",)) == ["/*"]


def test_a_literal_asterisk_is_not_sent_as_a_wildcard() -> None:
    """A file with an asterisk in its name can't be named exactly, so all goes."""
    assert paths("a*.html") == ["/*"]


@given(st.sets(PATHS, min_size=1, max_size=6))
def test_each_changed_file_is_covered_once(changed: set[str]) -> None:
    """Decoded, the list holds each changed path, no duplicates, and is sorted."""
    found = paths(*changed, max_paths=3000)
    assert {f"/{path}" for path in changed} <= {unquote(path) for path in found}
    assert found == sorted(set(found))


@given(PATHS)
def test_paths_are_ascii_and_hold_no_wildcard(changed: str) -> None:
    """CloudFront takes ASCII without spaces; a stray asterisk would invalidate more than meant."""
    for path in paths(changed):
        assert path.isascii()
        assert not set(path) & set(' *"<>{}|\\^[]`#?')


def test_fallback_files_of_page_paths() -> None:
    """The root is the index document; responses without a page have none; each file comes once."""
    assert fallback_files(["/", "/404.html", None, "/"], "home.html") == ["404.html", "home.html"]


def test_an_error_page_is_a_url() -> None:
    """CloudFront's paths of error pages may be percent-encoded; either way to read them may be the file's name."""
    pages = ["/not%20here.html", None, "/", "/404.html"]
    assert answering_files(pages, "home.html") == ["404.html", "home.html", "not here.html", "not%20here.html"]
