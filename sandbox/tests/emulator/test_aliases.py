"""The alternate domain names of a distribution."""

from __future__ import annotations

import pytest

from sandbox.emulator.aliases import matches_alias


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("www.example.com", True),
        ("a.wild.example.com", True),
        ("a.b.wild.example.com", True),
        ("wild.example.com", False),
        ("a.www.example.com", False),
        ("", False),
    ],
)
def test_wildcards(host: str, expected: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A name matches itself; `*` matches one or more labels."""
    assert matches_alias(host, ("www.example.com", "*.Wild.example.com")) is expected
