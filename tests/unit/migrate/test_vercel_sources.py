from __future__ import annotations

import pytest

from hosting.migrate.path_patterns import NotExpressibleError
from hosting.migrate.vercel.sources import source_patterns


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("/about", ["/about"]),
        ("/(.*)", ["/<*>"]),
        ("/:path*", ["/<*>"]),
        ("/blog/:slug", ["/blog/<1>"]),
        ("/blog/:slug*", ["/blog", "/blog/<*>"]),
        ("/blog/:slug+", ["/blog/<*>"]),
        ("/blog/:slug?", ["/blog", "/blog/<1>"]),
        ("/:path((?!api/).*)", ["</^/((?!api/).*)$/>"]),
        (r"/((?!_next/|.*\..*).*)", [r"</^/((?!_next/|.*\..*).*)$/>"]),
        ("/a/:path*.html", ["/a.html", "/a/<*>.html"]),
        (r"/:year(\d{4})/:slug", [r"</^/(\d{4})/([^/]+)$/>"]),
        (r"/(index|login)\.html", ["/index.html", "/login.html"]),
        (r"/assets/(.*)\.(?:js|css)", ["/assets/<*>.js", "/assets/<*>.css"]),
        ("/docs{/:page}?", ["/docs", "/docs/<1>"]),
        ("/docs{/index}?.html", ["/docs.html", "/docs/index.html"]),
        ("/{-:a-}+x", [r"</^/-((?:[^/]+)(?:\-\-(?:[^/]+))*)-x$/>"]),
        ("/:a-:b", ["/<1>-<2>"]),
        ("/x()", ["/x<*>"]),
        (":path", []),
    ],
)
def test_sources_as_path_to_regexp_reads_them(source: str, written: list[str]) -> None:
    """Each alternative of a source is a rule, and modifiers belong to the slash before a parameter."""
    assert [pattern.amplify_source() for pattern in source_patterns(source)] == written


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("/api/path*", r"has '\*'"),
        ("/a:", "has ':'"),
        ("/(a", "has a parenthesis without its end"),
        ("/([)", "is not a regular expression"),
        ("/{a", "has ''"),
        ("/{a{b}", "has '{b}'"),
        ("/" + "(a|b|c)" * 4, "more than 64 alternatives"),
    ],
)
def test_sources_without_a_counterpart(source: str, message: str) -> None:
    """What Vercel refuses, and what has too many alternatives, is not a rule."""
    with pytest.raises(NotExpressibleError, match=message):
        source_patterns(source)
