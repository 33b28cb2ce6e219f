"""What the commands ``python -m hosting.<name>`` have in common."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from hosting.errors import HostingError

if TYPE_CHECKING:
    from collections.abc import Callable


def exit_status(command: Callable[[], int | None], *, failed: int = 1) -> int:
    """Run a command and return its exit status; an error of the user is one line, without a traceback.

    Args:
        command: returns the exit status; None is 0.
        failed: the exit status after a HostingError.
    """
    try:
        return command() or 0
    except HostingError as error:
        sys.stderr.write(f"error: {error}\n")
        return failed
