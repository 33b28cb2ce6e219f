"""What the local cloud is told of distributions: which one a Host is for, and which file an error page is."""

from __future__ import annotations

from types import ModuleType

import pytest

from sandbox.emulator.viewer_request import is_one_of, with_aliases, with_error_page_at_the_root

ALIASES = ("www.example.com", "*.Wild.example.com")


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
def test_what_a_wildcard_is_for(host: str, expected: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A name is itself; a * is for any labels before the rest, and for one at the least."""
    assert is_one_of(host, ALIASES) is expected


def test_the_distribution_that_has_the_alias() -> None:
    """The cloud's own answer comes first, then who has the alias, whatever the port and the case."""
    cloudfront = ModuleType("cloudfront")
    found = {"E1": {"DomainName": "d1.cloudfront.net", "aliases": ALIASES}}
    cloudfront.__dict__.update(
        _distributions=found, _get_distribution_aliases=lambda distribution: distribution["aliases"]
    )
    label = with_aliases({"d2.cloudfront.net": "d2"}.get, cloudfront)
    assert [label(host) for host in ("d2.cloudfront.net", "WWW.example.com:80", "other.example")] == ["d2", "d1", None]


def test_the_error_page_at_the_root() -> None:
    """The page `/` is the default root object, and no other page is."""
    rules = {403: {"page": "/", "response_code": 200}, 404: {"page": "/404.html", "response_code": 404}}
    config = with_error_page_at_the_root(
        lambda _: {"default_root_object": "home.html", "custom_error_responses": rules}
    )
    found = config({})["custom_error_responses"]
    assert {code: rule["page"] for code, rule in found.items()} == {403: "/home.html", 404: "/404.html"}
