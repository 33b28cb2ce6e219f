"""What holds for every test."""

from __future__ import annotations

import signal

from hypothesis import settings

# A shell without job control (`make test &`, some runners of CI) has its background jobs ignore Ctrl-C, and so would
# all programs that the tests start, those whose Ctrl-C is tested among them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Tests assert counts, never seconds: an example that takes long on a busy machine has not failed.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
