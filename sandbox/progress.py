"""Long work made visible: the step's name, its time, and something that moves.

On a terminal one line is rewritten in place; elsewhere (a log, CI) a line appears every few seconds.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

_TERMINAL_REFRESH_S = 0.5
_LOG_INTERVAL_S = 10.0
_LINE_WIDTH = 100
# `pulumi` ends gracefully at the first Ctrl-C and at once at the second; only after that it is left to itself.
_PATIENT_INTERRUPTS = 2


class Step:
    """A named piece of work, as a context manager; `note` says what it is doing right now."""

    def __init__(self, name: str, out: TextIO | None = None) -> None:
        self._name = name
        self._out = out or sys.stdout
        self._live = self._out.isatty()
        self._note = ""
        self._outcome = "done"
        self._started = time.monotonic()
        self._done = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def note(self, text: str) -> None:
        """Say what the step is doing; shown at the next refresh, and at the end."""
        self._note = text

    def fail(self) -> None:
        """End as "failed", as an exception would, so that what went wrong can be printed below."""
        self._outcome = "failed"

    def __enter__(self) -> Self:
        self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._ticker.join()
        self._show(self._outcome if error is None else "failed", end="\n")

    def _tick(self) -> None:
        while not self._done.wait(_TERMINAL_REFRESH_S if self._live else _LOG_INTERVAL_S):
            self._show("...", end="" if self._live else "\n")

    def _show(self, state: str, *, end: str) -> None:
        line = f"{self._name}: {state} ({time.monotonic() - self._started:.1f} s)"
        if self._note:
            line += f" {self._note}"
        # Cut, to stay on one row of a terminal, where "erase to the end" clears what the last one left.
        line = line if len(line) <= _LINE_WIDTH else f"{line[: _LINE_WIDTH - 1]}\u2026"
        self._out.write(f"\r{line}\033[K{end}" if self._live else f"{line}{end}")
        self._out.flush()


def run(
    command: Iterable[str | Path],
    *,
    on_line: Callable[[str], None],
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Run a command, handing each line it prints to `on_line`; return its exit code and its whole output.

    Ctrl-C reaches the command as well, which may have things to put in order, such as to unlock a stack: it is
    listened to until it ends by itself.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed, and the command has ended.
    """
    lines: list[str] = []
    with (
        _interrupts_noted(on_line) as interrupts,
        subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process,
    ):
        for line in process.stdout or ():
            lines.append(line)
            on_line(line.rstrip())
            interrupts.tell()
    if interrupts.count:
        raise KeyboardInterrupt
    return process.returncode, "".join(lines)


class _Interrupts:
    """Counts Ctrl-C, and says of each that it was heard."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self.count = 0
        self._told = 0
        self._on_line = on_line

    def tell(self) -> None:
        """Say what has not been said; in the midst of another line Python refuses to, and it is said after that."""
        with contextlib.suppress(RuntimeError):
            while self._told < self.count:
                self._on_line("interrupted, ending in good order")
                self._told += 1


@contextlib.contextmanager
def _interrupts_noted(on_line: Callable[[str], None]) -> Iterator[_Interrupts]:
    """Collect Ctrl-C instead of stopping at it, until there are too many."""
    noted = _Interrupts(on_line)
    before = signal.getsignal(signal.SIGINT)
    # Only the main thread may have a handler; and where nobody listens to Ctrl-C (`make sandbox &`), we don't either.
    if threading.current_thread() is not threading.main_thread() or before is not signal.default_int_handler:
        yield noted
        return

    def note(_number: int, _frame: object) -> None:
        noted.count += 1
        if noted.count > _PATIENT_INTERRUPTS:
            raise KeyboardInterrupt
        noted.tell()

    signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


def main(name: str, *command: str) -> int:
    """`python -m sandbox.progress NAME COMMAND...`: the same for one command of a Makefile; its output if it fails."""
    with Step(name) as step:
        code, output = run(command, on_line=lambda line: step.note(line.strip()))
        step.note("")
        if code != 0:
            step.fail()
    if code != 0:
        print(output, file=sys.stderr)
    return code


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
