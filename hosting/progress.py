"""A progress bar on a terminal; elsewhere a line every ten seconds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self, TextIO

_WIDTH = 30
_LINE_INTERVAL_S = 10.0
_ERASE = "\r\033[K"


class ProgressBar:
    """Writes the progress to ``out``."""

    def __init__(self, out: TextIO, now: Callable[[], float] = time.monotonic) -> None:
        self._out, self._now = out, now
        self._is_terminal = out.isatty()
        self._shown_at = now()

    def show(self, done: int, total: int, note: str = "") -> None:
        """Show what is done, and a note."""
        text = f"{done:,} of {total:,} {note}".rstrip()
        if self._is_terminal:
            filled = _WIDTH * done // max(total, 1)
            self._out.write(f"{_ERASE}[{'#' * filled}{'.' * (_WIDTH - filled)}] {text}")
            self._out.flush()
        elif self._now() - self._shown_at >= _LINE_INTERVAL_S:
            self._out.write(f"{text}\n")
            self._out.flush()
            self._shown_at = self._now()

    def __enter__(self) -> Self:
        """Show nothing yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Erase the bar."""
        if self._is_terminal:
            self._out.write(_ERASE)
            self._out.flush()
