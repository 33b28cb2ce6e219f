"""The redirect from the other host names to the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.domain.settings import DomainSettings
from hosting.edge.host_names import host_name_parts
from tests.unit.edge.runtime import request_event

if TYPE_CHECKING:
    from tests.unit.edge.runtime import EdgeRuntime

NAMES = ("www.example.com", "example.com", "*.old.example", "*.example.com")
LABELS = st.sampled_from(["www", "a", "old", "example", "com", "WWW", "Example"])


def settings(*names: str, **more: object) -> DomainSettings:
    """Return the settings with these names, as attached."""
    return DomainSettings.model_validate({"names": names, "validated": True, **more})


def location(edge: EdgeRuntime, host: str, names: tuple[str, ...] = NAMES) -> str | None:
    """Return the target of the redirect for a host; None if there is no redirect."""
    event = request_event("/docs/a%20b", headers={"host": host})
    answer = edge.request(list(host_name_parts(settings(*names))), event)
    return answer["headers"]["location"]["value"] if "statusCode" in answer else None


@pytest.mark.parametrize("host", ["example.com", "EXAMPLE.COM", "a.old.example", "a.b.old.example", "x.example.com"])
def test_other_names_redirect_to_the_first(edge: EdgeRuntime, host: str) -> None:
    """Each other name, and each host that a wildcard matches, redirects to the same path of the first name."""
    assert location(edge, host) == "https://www.example.com/docs/a%20b"


@pytest.mark.parametrize("host", ["www.example.com", "WWW.example.com", "d1.cloudfront.net", "old.example", ""])
def test_the_first_name_and_unknown_names_are_served(edge: EdgeRuntime, host: str) -> None:
    """The first name is served, even if a wildcard matches it, and so is the distribution's domain name."""
    assert location(edge, host) is None


@given(labels=st.lists(LABELS, min_size=1, max_size=5))
def test_any_host(edge: EdgeRuntime, labels: list[str]) -> None:
    """Any host redirects exactly if it is another name of the site."""
    host = ".".join(labels)
    lower = host.lower()
    is_other = lower in NAMES or lower.endswith((".old.example", ".example.com"))
    assert (location(edge, host) is not None) == (is_other and lower != NAMES[0])


@pytest.mark.parametrize(
    "found",
    [
        DomainSettings(),
        settings("www.example.com"),
        settings("www.example.com", "example.com", redirectAliases=False),
        DomainSettings.model_validate({"names": ("www.example.com", "example.com")}),
    ],
)
def test_without_another_name_there_is_no_part(found: DomainSettings) -> None:
    """One name, aliases that don't redirect, and names that are not attached yet need no part."""
    assert list(host_name_parts(found)) == []
