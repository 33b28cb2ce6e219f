"""The path patterns of cache behaviors, as CloudFront documents them."""

from __future__ import annotations

import pytest

from sandbox.emulator.path_patterns import matches_pattern, normalize_path


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
def test_normalized_path(uri: str, expected: str) -> None:
    """Needless escapes are decoded, others get upper case; multiple slashes and dot segments are removed."""
    assert normalize_path(uri) == expected


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
    """`*` matches any text and `?` one character; a slash at the start makes no difference."""
    assert matches_pattern(pattern, path) is expected
