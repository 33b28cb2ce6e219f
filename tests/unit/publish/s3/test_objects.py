"""Objects in a listing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hosting.publish.s3.objects import ListedObject, Period, written_in


@pytest.mark.parametrize(
    ("time", "is_written_in"), [(99, False), (100, True), (1000, True), (2000, True), (2001, False)]
)
def test_objects_of_a_period(time: int, is_written_in: bool) -> None:  # noqa: FBT001 - a parameter
    """A machine's clock may be 15 minutes ahead of S3's; the second in which the period ends is part of it."""
    listed = {"a": ListedObject(1, "etag", datetime.fromtimestamp(time, UTC))}
    found = written_in(listed, {"a": Period(1000.4, 2000.9), "b": Period(0.0, 2000.0)})
    assert found == ({"a"} if is_written_in else set())
