"""Where a link leads."""

from __future__ import annotations

import pytest

from hosting.review.targets import Base, Target, is_mixed_content

HOSTS = frozenset({"www.example.com"})


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("/a", "/a"),
        ("b", "/docs/b"),
        ("../b", "/b"),
        ("./b/./c", "/docs/b/c"),
        ("%2e%2E/b", "/b"),
        ("../../../b", "/b"),
        ("b/..", "/docs/"),
        ("b/.", "/docs/b/"),
        ("", "/docs/page"),
        ("?q=1", "/docs/page"),
        (" /a\n/b ", "/a/b"),
        ("\\a\\b", "/a/b"),
        ("/%61%2Fb/ä b", "/a%2Fb/%C3%A4%20b"),
        ("https://www.example.com", "/"),
        ("HTTP://user@WWW.example.com.:80/x", "/x"),
        ("https://www.example.com:443/x", "/x"),
        ("https://www.example.com:/x", "/x"),
        ("//www.example.com/x", "/x"),
        ("https:\\\\www.example.com\\x", "/x"),
        ("/.well-known/x", "/.well-known/x"),
    ],
)
def test_a_link_inside_of_the_site(link: str, path: str) -> None:
    """Links are resolved as by a browser, and compared decoded; an encoded slash is part of a name."""
    found = Base(HOSTS, "/docs/page").target(link)
    assert found is not None
    assert found.path == path


def test_query_and_fragment() -> None:
    """Both are kept as they are written."""
    assert Base(HOSTS, "/").target("/a?b=%20#c%20") == Target("/a", "b=%20", "c%20")


@pytest.mark.parametrize(
    "link",
    ["https://other.example/", "//other.example/x", "mailto:a@b.c", "data:,x", "https:x", "//www.example.com:8080/x"],
)
def test_a_link_that_leaves_the_site(link: str) -> None:
    """Other hosts, ports and schemes are never followed."""
    assert Base(HOSTS, "/").target(link) is None


def test_a_base_element() -> None:
    """It may be on this site, on another one, or no link at all."""
    base = Base(HOSTS, "/docs/page")
    assert base.with_base("") == base
    assert base.with_base("/b/").target("x") == Target("/b/x")
    assert base.with_base("https://other.example/b/").target("x") is None
    assert base.with_base("https://other.example/b/").target("//www.example.com/x") == Target("/x")
    assert base.with_base("data:,x").target("x") == Target("/docs/x")


def test_mixed_content() -> None:
    """Only http:// is insecure."""
    assert is_mixed_content(" HTTP://x.example/a.js")
    assert not is_mixed_content("https://x.example/a.js")
