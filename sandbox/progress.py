"""Progress of long steps: the step's name, its time, and what it is doing.

On a terminal one line is rewritten in place; elsewhere (a log, CI) a line is printed every few seconds.
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
# `pulumi` ends gracefully at the first Ctrl-C, and at once at the second. After a third one, stop waiting for it.
_MAX_INTERRUPTS = 2


class Step:
    """A named step, as a context manager; `note` sets what it is doing."""

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
        """Set what the step is doing, which is shown at the next refresh and at the end."""
        self._note = text

    def fail(self) -> None:
        """End as "failed" without an exception, so that the caller can print the reason below."""
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
        # A line that wraps on a terminal could not be erased.
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
    """Run a command, pass each line of its output to `on_line`, and return its exit code and whole output.

    The command gets Ctrl-C as well, and may have to clean up, such as to unlock a stack. So this waits until it ends.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed, and the command has ended.
    """
    lines: list[str] = []
    with (
        _counting_interrupts(on_line) as interrupts,
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
            interrupts.report()
    if interrupts.count:
        raise KeyboardInterrupt
    return process.returncode, "".join(lines)


class _Interrupts:
    """Counts Ctrl-C, and reports each."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self.count = 0
        self._reported = 0
        self._on_line = on_line

    def report(self) -> None:
        """Report new interrupts; Python raises if it is printing another line, and then the next call reports them."""
        with contextlib.suppress(RuntimeError):
            while self._reported < self.count:
                self._on_line("interrupted, waiting for the command to end")
                self._reported += 1


@contextlib.contextmanager
def _counting_interrupts(on_line: Callable[[str], None]) -> Iterator[_Interrupts]:
    """Count Ctrl-C instead of raising KeyboardInterrupt, up to a limit."""
    interrupts = _Interrupts(on_line)
    previous = signal.getsignal(signal.SIGINT)
    # Only the main thread may set a handler; and if Ctrl-C is ignored (`make sandbox &`), it stays ignored.
    if threading.current_thread() is not threading.main_thread() or previous is not signal.default_int_handler:
        yield interrupts
        return

    def handle(_number: int, _frame: object) -> None:
        interrupts.count += 1
        if interrupts.count > _MAX_INTERRUPTS:
            raise KeyboardInterrupt
        interrupts.report()

    signal.signal(signal.SIGINT, handle)
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, previous)


def main(name: str, *command: str) -> int:
    """`python -m sandbox.progress NAME COMMAND...`: run a command as a step, and print its output if it fails."""
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
