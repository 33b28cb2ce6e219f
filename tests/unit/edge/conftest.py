"""The fixtures with the engines that run the functions in the tests of this package."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.unit.edge.runtime import EdgeRuntime, Engine, Njs

if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDS_NJS = pytest.mark.skipif(
    shutil.which("njs") is None, reason="njs, which Debian's package njs has, is not installed"
)


@pytest.fixture(scope="session")
def edge() -> Iterator[EdgeRuntime]:
    """Run one Node process until the session ends."""
    with EdgeRuntime() as runtime:
        yield runtime


@pytest.fixture(params=["node", pytest.param("njs", marks=NEEDS_NJS)])
def engine(request: pytest.FixtureRequest, edge: EdgeRuntime) -> Engine:
    """Run a test in Node, and in njs, the engine family of CloudFront's runtime."""
    return edge if request.param == "node" else Njs()
