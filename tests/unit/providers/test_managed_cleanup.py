"""The provider that removes the files of managed mode; tests/unit/publish/managed has what it does to a bucket."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.output import UNKNOWN

from hosting.errors import HostingError
from hosting.providers.managed_cleanup import ManagedCleanupProvider
from hosting.publish.managed.path_list import pack
from hosting.publish.s3.errors import S3Error
from tests.unit.publish.managed.memory import Bucket, Cleanup


def removal(*paths: str, time: float = 5.0) -> dict[str, Any]:
    """Return what the publish marker has of one publish."""
    return {"paths": pack(paths), "since": 1.0, "time": time}


@pytest.mark.parametrize(
    ("olds", "news", "changes"),
    [
        ([], [], False),
        ([], [removal()], False),
        ([], [removal("a")], True),
        ([removal("a")], [removal(), removal("a")], False),
        ([removal("a")], [removal("a", time=9.0), removal(), removal("a")], True),
        ([removal("a")], [], False),
        ([], UNKNOWN, False),
    ],
)
def test_what_is_an_update(olds: object, news: object, changes: bool) -> None:  # noqa: FBT001 - a parameter
    """Only paths that a publish of managed mode has left since; in a preview they are unknown."""
    found = ManagedCleanupProvider().diff("id", {"bucket": "b", "removals": olds}, {"bucket": "b", "removals": news})
    assert (found.changes, found.replaces) == (changes, [])


def test_without_files_of_managed_mode_there_is_no_request() -> None:
    """Most stacks of bulk mode never were in managed mode."""
    bucket = Bucket()
    Cleanup(bucket).create({"bucket": "bucket", "removals": [removal()]})
    assert bucket.calls == {}


def test_an_error_says_what_to_do() -> None:
    """Visitors have the release, and the next `up` completes the removal."""

    def refuse(_: str) -> None:
        raise S3Error("AccessDenied", "no")

    bucket = Bucket(before_call=refuse)
    with pytest.raises(HostingError, match=r"release is live, but .*AccessDenied: no\. Run `pulumi up` again"):
        Cleanup(bucket).create({"bucket": "bucket", "removals": [removal("a")]})


def test_the_pickle_is_a_reference() -> None:
    """The state has the provider's name and not its code, so an edit of the code does not change the state."""
    assert len(serialize_provider(ManagedCleanupProvider())) < 200


def test_an_unconfigured_provider_says_so() -> None:
    """An engine that does not configure the provider is too old, and the message says so."""
    with pytest.raises(HostingError, match="update the Pulumi CLI"):
        ManagedCleanupProvider().bucket_client("bucket")
