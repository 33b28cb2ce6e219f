"""S3 with prepared responses, for tests of the bucket's client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hosting.publish.s3.parallel import ParallelRunner
from tests.unit.publish.s3.prepared_s3 import S3

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    """Serve S3 for one test; retries do not wait."""
    monkeypatch.setattr(ParallelRunner.__init__, "__defaults__", (None, lambda _: None))
    with S3() as served:
        yield served
