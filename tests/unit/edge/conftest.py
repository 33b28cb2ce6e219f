"""The fixture with the Node process that runs the functions in the tests of this package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.edge.runtime import EdgeRuntime

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def edge() -> Iterator[EdgeRuntime]:
    """Run one Node process until the session ends."""
    with EdgeRuntime() as runtime:
        yield runtime
