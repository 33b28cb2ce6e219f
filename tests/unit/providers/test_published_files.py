"""The provider of the record of managed mode; tests/unit/publish/managed has what it does to a bucket."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.output import UNKNOWN

from hosting.errors import HostingError
from hosting.providers.published_files import PublishedFilesProvider

RECORDED: dict[str, Any] = {"bucket": "bucket", "publish_marker": "m1", "keep_assets_days": 7, "drift": 0}


@pytest.mark.parametrize(
    ("olds", "news", "changes"),
    [
        ({}, {}, False),
        ({}, {"entries": "{}", "staging": "elsewhere", "removals": ["x"], "previous_publish_marker": "m0"}, False),
        ({}, {"publish_marker": UNKNOWN}, True),
        ({}, {"bucket": UNKNOWN}, True),
        ({}, {"keep_assets_days": 0}, True),
        ({"drift": 1}, {}, True),
    ],
)
def test_what_is_an_update(olds: dict[str, Any], news: dict[str, Any], changes: bool) -> None:  # noqa: FBT001 - a parameter
    """Another publish, another bucket, other days and drift are updates; nothing is a replacement."""
    found = PublishedFilesProvider().diff("id", {**RECORDED, **olds}, {**RECORDED, **news})
    assert (found.changes, found.replaces) == (changes, [])


def test_the_pickle_is_a_reference() -> None:
    """The state has the provider's name and not its code, so an edit of the code does not change the state."""
    assert len(serialize_provider(PublishedFilesProvider())) < 200
    assert PublishedFilesProvider.serialize_as_secret_always is False


def test_an_unconfigured_provider_says_so() -> None:
    """An engine that does not configure the provider is too old, and the message says so."""
    with pytest.raises(HostingError, match="update the Pulumi CLI"):
        PublishedFilesProvider().bucket_client("bucket")


def test_its_clock_is_the_time() -> None:
    """The days of retained files are counted from the machine's time."""
    assert PublishedFilesProvider().now() > 1_700_000_000
