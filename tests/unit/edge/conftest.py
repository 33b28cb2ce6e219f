"""One node process for all tests of the edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.edge.runtime import EdgeRuntime

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def edge() -> Iterator[EdgeRuntime]:
    """Run node until the session ends."""
    with EdgeRuntime() as runtime:
        yield runtime
