"""Which cache behavior a path has, as CloudFront documents it."""

from __future__ import annotations

import pytest

from sandbox.emulator.path_patterns import matches, normal_path


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("/", "/"),
        ("/api/x", "/api/x"),
        ("//api///x/", "/api/x/"),
        ("/x/../api/./y", "/api/y"),
        ("/x/%2e%2E/api", "/api"),
        ("/../../api", "/api"),
        ("/api/..", "/"),
        ("/api/.", "/api/"),
        ("/%61pi/%7e", "/api/~"),
        ("/api%2fx/%c3%a4", "/api%2Fx/%C3%A4"),
        ("/%2561pi", "/%2561pi"),
        ("/%zz", "/%zz"),
    ],
)
def test_the_normal_form(uri: str, expected: str) -> None:
    """Escapes that need not be are decoded, others are in upper case; slashes and dot segments are resolved."""
    assert normal_path(uri) == expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/api/*", "/api/", True),
        ("api/*", "/api/a/b", True),
        ("/api/*", "/api", False),
        ("/api/*", "/API/x", False),
        ("*.cgi", "/a/b.cgi", True),
        ("*.cgi", "/a/b.cgi/", False),
        ("/a?c", "/abc", True),
        ("/a?c", "/ac", False),
        ("/a.c", "/abc", False),
        ("*", "/", True),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A star is any text, a question mark one character, and a slash in front is of no matter."""
    assert matches(pattern, path) is expected
