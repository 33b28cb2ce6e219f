"""Settings of pytest and hypothesis for every test run; a conftest.py applies them."""

from __future__ import annotations

import os
import signal
import time

from hypothesis import settings

# Variables of the caller's shell that would change what is tested, such as those of an activated sandbox.
_PREFIXES = ("AWS_", "PULUMI_", "SANDBOX_")


def apply_pytest_settings() -> None:
    """Make tests independent of the caller's shell, let their programs be interrupted, and let hypothesis wait."""
    for name in [name for name in os.environ if name.startswith(_PREFIXES)]:
        del os.environ[name]
    os.environ.update(TZ="UTC", LC_ALL="C.UTF-8")
    time.tzset()
    os.umask(0o022)
    # A shell without job control (`make test &`, some CI runners) makes its background jobs ignore Ctrl-C. The programs
    # that the tests start would inherit that, also those whose Ctrl-C is tested.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Tests assert counts, never seconds: an example that takes long on a busy machine has not failed.
    settings.register_profile("no deadline", deadline=None)
    settings.load_profile("no deadline")
