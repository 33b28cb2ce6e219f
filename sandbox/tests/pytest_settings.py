"""Settings of pytest and hypothesis for every test run; a conftest.py applies them."""

from __future__ import annotations

import signal

from hypothesis import settings


def apply_pytest_settings() -> None:
    """Let the programs that tests start be interrupted, and let hypothesis wait."""
    # A shell without job control (`make test &`, some CI runners) makes its background jobs ignore Ctrl-C. The programs
    # that the tests start would inherit that, also those whose Ctrl-C is tested.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Tests assert counts, never seconds: an example that takes long on a busy machine has not failed.
    settings.register_profile("no deadline", deadline=None)
    settings.load_profile("no deadline")
