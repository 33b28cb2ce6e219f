"""One command's wall time, and the memory of all its processes."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SAMPLE_S = 0.1


@dataclass(frozen=True)
class Measured:
    """What a command took.

    Attributes:
        seconds: from start to end, as a clock on the wall shows it.
        memory: the most that its largest process had at once, in MB.
        python: the same of the program and its dynamic providers together; their peaks, were they at one time or not.
    """

    seconds: float
    memory: float
    python: float


def run(command: Sequence[str | Path], cwd: Path, env: Mapping[str, str]) -> Measured:
    """Run a command that must succeed.

    Raises:
        RuntimeError: it failed; with what it said.
    """
    # What was written before is on the disk by then, or this command would wait for it.
    os.sync()
    started = time.perf_counter()
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=dict(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        watch = _Watch(process.pid)
        said, _ = process.communicate()
        seconds = time.perf_counter() - started
        watch.stop()
    if process.returncode:
        raise RuntimeError(f"{command} failed:\n{said}")
    return Measured(seconds, watch.most / 1024, watch.most_python / 1024)


class _Watch(threading.Thread):
    """Looks at a process and all that it started, several times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self._python: dict[int, int] = {}
        self._pid = pid
        self._end = threading.Event()
        self.start()

    @property
    def most_python(self) -> int:
        return sum(self._python.values())

    def stop(self) -> None:
        self._end.set()
        self.join()

    def run(self) -> None:
        while not self._end.wait(_SAMPLE_S):
            for pid, name, kilobytes in _family(self._pid):
                self.most = max(self.most, kilobytes)
                # The sandbox's own providers are Python too, but stand for Go programs.
                if "pulumi.dynamic" in name or "pulumi-language-python-exec" in name:
                    self._python[pid] = max(self._python.get(pid, 0), kilobytes)


def _family(pid: int) -> list[tuple[int, str, int]]:
    """Return id, command and peak resident memory in kB of a process and its descendants."""
    found = []
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
        found.append((pid, command, int(peak)))
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += _family(int(child))
    except (OSError, StopIteration):
        # It has ended in the meantime.
        pass
    return found
