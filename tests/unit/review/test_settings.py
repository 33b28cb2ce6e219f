"""The settings of the review: `review:`, `publish:gate` and `publish:budget`."""

from __future__ import annotations

import json

import pytest

from hosting.config.load import RawConfig, Settings, load_settings
from hosting.errors import ConfigError
from hosting.publish.settings import size_in_bytes


def loaded(**values: object) -> Settings:
    """Return the settings; the keys have `_` in place of `:`."""
    texts = {key.replace("_", ":"): json.dumps(value) for key, value in values.items()}
    return load_settings(RawConfig("prod", texts), {"AWS_REGION": "eu-north-1"})


def test_urls_and_links_warn_by_default() -> None:
    """The review is on without any setting, and off when each kind is off."""
    gate = loaded().publish.gate
    assert (gate.urls, gate.links, gate.is_on) == ("warn", "warn", True)
    assert {gate.redirects, gate.fragments, gate.mixed_content, gate.weight} == {"off"}
    assert not loaded(publish_gate={"urls": "off", "links": "off"}).publish.gate.is_on
    assert loaded(publish_gate={"mixedContent": "error"}).publish.gate.mixed_content == "error"


@pytest.mark.parametrize(("text", "size"), [("500 kB", 500_000), ("1.5MB", 1_500_000), ("7 B", 7), ("many", 0)])
def test_a_size_is_in_bytes(text: str, size: int) -> None:
    """A unit is 1,000 of the next smaller one."""
    assert size_in_bytes(text) == size


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"publish_budget": {"page": "500 KiB"}}, "must be a size such as 500 kB or 1.5 MB"),
        ({"review_hosts": ["https://www.example.com"]}, "must be a host name such as www.example.com"),
        ({"review_ignore": [{"reason": "x"}]}, "is required if link is not set"),
        ({"publish_gate": {"links": "fail"}}, "publish:gate.links"),
    ],
)
def test_a_mistake_is_reported(values: dict[str, object], message: str) -> None:
    """Each message has the rule."""
    with pytest.raises(ConfigError) as error:
        loaded(**values)
    assert message in str(error.value)


def test_hosts_and_ignored_findings() -> None:
    """Host names are compared in lower case; an ignored finding may have a link, a page or both."""
    ignore = [{"link": "/api/*", "reason": "ours"}, {"page": "/old/*", "reason": "archive"}]
    review = loaded(review_hosts=["WWW.Example.com"], review_ignore=ignore, publish_budget={"page": "5 kB"}).review
    assert review.hosts == ("www.example.com",)
    assert [(one.link, one.page) for one in review.ignore] == [("/api/*", None), (None, "/old/*")]
