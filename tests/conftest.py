"""The settings of every test."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sandbox.tests.pytest_settings import apply_pytest_settings

if TYPE_CHECKING:
    import pytest

_SLOW_S = 60
# Characters of a failure, from its end.
_SHOWN = 800

apply_pytest_settings()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Print a failed or slow test when it ends: a run that is cut short has no summary."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    if report.failed:
        print(f"\n{report.nodeid} failed in its {report.when}:\n{report.longreprtext[-_SHOWN:]}", flush=True)  # noqa: T201 - for whoever reads the run
    elif report.duration > _SLOW_S:
        print(f"\n{report.nodeid} took {report.duration:.0f} s", flush=True)  # noqa: T201 - the same
