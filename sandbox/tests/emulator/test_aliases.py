"""The alternate domain names of a distribution."""

from __future__ import annotations

import pytest

from sandbox.emulator.aliases import alias_specificity, matches_alias


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


def test_specificity() -> None:
    """A name itself is more specific than a wildcard, and a longer wildcard than a shorter one."""
    names = (["other.example"], ["*.example.com"], ["*.a.example.com"], ["other.example", "b.a.example.com"])
    ranks = [alias_specificity("b.a.example.com", aliases) for aliases in names]
    assert ranks[0] == 0
    assert ranks == sorted(set(ranks))
