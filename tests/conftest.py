"""What holds for every test."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from hypothesis import settings

if TYPE_CHECKING:
    import pytest

_SLOW_S = 60
# Characters of a failure, from its end.
_SHOWN = 800

# A shell without job control (`make test &`, some runners of CI) has its background jobs ignore Ctrl-C, and so would
# all programs that the tests start, those whose Ctrl-C is tested among them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Tests assert counts, never seconds: an example that takes long on a busy machine has not failed.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Print a failed or slow test when it ends: a run that is cut short has no summary."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    if report.failed:
        print(f"\n{report.nodeid} failed in its {report.when}:\n{report.longreprtext[-_SHOWN:]}", flush=True)  # noqa: T201 - for whoever reads the run
    elif report.duration > _SLOW_S:
        print(f"\n{report.nodeid} took {report.duration:.0f} s", flush=True)  # noqa: T201 - the same
