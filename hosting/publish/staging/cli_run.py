"""The id of the CLI run that this program belongs to: the preview and the update of one `pulumi up` share it.

The engine passes no such id to a program. So the id is made from the CLI's process: the nearest ancestor process with
the CLI's name, by its process id and start time.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

# The second is the name in Nix's package.
_CLI_NAMES = frozenset({"pulumi", ".pulumi-wrapped"})
# The engine, the language host, and one or two tools that start Python. The limit also ends a loop of parents.
_MAX_ANCESTORS = 12


class Process(NamedTuple):
    """A process: its name, its parent's id, and its start time in the system's own format."""

    name: str
    parent: int
    started: str


def cli_run(proc: Path = Path("/proc")) -> str | None:
    """Return the run's id, None if no ancestor process is the CLI."""
    pid = os.getppid()
    for _ in range(_MAX_ANCESTORS):
        process = process_in_proc(proc, pid) if proc.is_dir() else _process_in_ps(pid)
        if process is None:
            return None
        if process.name in _CLI_NAMES:
            return f"{pid} {process.started}"
        pid = process.parent
    return None


def process_in_proc(proc: Path, pid: int) -> Process | None:
    """Return the process that ``proc`` lists under ``pid``, None if it lists none.

    The name is in parentheses, and may contain parentheses: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    """
    try:
        before, _, after = (proc / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")
    except OSError:
        return None
    fields = after.split()
    return Process(before.partition("(")[2], int(fields[1]), fields[19])


def _process_in_ps(pid: int) -> Process | None:
    command = ["ps", "-o", "ppid=,lstart=,comm=", "-p", str(pid)]
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        line = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout  # noqa: S603 - arguments are ours
    except (OSError, subprocess.CalledProcessError):
        return None
    parent, *started, name = line.split(maxsplit=6)
    return Process(Path(name.strip()).name, int(parent), " ".join(started))
