"""Which invalidation paths CloudFront accepts, and what they cover."""

from __future__ import annotations

import pytest

from sandbox.emulator.invalidation_paths import covers, is_accepted


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/*", "/docs/a*", "/a*b", "/a%20b.html", "/a%7eb", "/x?page=1&a=b", "/c+d/it's-(1),2;3:4@5$6!_=.-/"),
        f"/{'x' * 3_999}",
    ],
)
def test_accepted(path: str) -> None:
    """ASCII characters that RFC 1738 does not call unsafe are accepted, and escapes, and a `*` anywhere."""
    assert is_accepted(path)


@pytest.mark.parametrize("path", ["", "docs/a.html", "*", "/100%", "/a%2", f"/{'x' * 4_000}", "/caf\u00e9", "/a\n"])
def test_refused(path: str) -> None:
    """A path begins with a slash, is ASCII, has whole escapes, and at most 4,000 characters."""
    assert not is_accepted(path)


@pytest.mark.parametrize("character", '~ "<>#{}|\\^[]`')
def test_unsafe_characters_are_refused(character: str) -> None:
    """Characters that RFC 1738 calls unsafe must be encoded."""
    assert not is_accepted(f"/a{character}b")


@pytest.mark.parametrize(
    ("invalidation", "uri", "is_covered"),
    [
        ("/a*", "/a~b", True),
        ("/a%7Eb", "/a~b", False),
        ("/a*b", "/axb", False),
        ("/a*b", "/a*b", True),
        ("/a", "/a/", False),
    ],
)
def test_coverage(invalidation: str, uri: str, is_covered: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A `*` is a wildcard only at the end, and an escape is not the character."""
    assert covers(invalidation, uri) is is_covered
