"""Which run of the Pulumi CLI this program belongs to: a preview and the update after it have the same.

Nothing that the engine hands to a program tells that, so it is the CLI's process: the nearest one around us of that
name, by its id and the time it was started.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

# The second as Nix installs it.
_CLI = frozenset({"pulumi", ".pulumi-wrapped"})
# Engine, language host and a tool or two around Python; and not for ever, should a process be its own parent.
_MOST_AROUND = 12


class Process(NamedTuple):
    """A process: what it is called, its parent's id, and when it was started, however the system writes that."""

    name: str
    parent: int
    started: str


def engine_run(proc: Path = Path("/proc")) -> str | None:
    """Return the run's id; None where there is no telling."""
    pid = os.getppid()
    for _ in range(_MOST_AROUND):
        process = in_proc(proc, pid) if proc.is_dir() else _in_ps(pid)
        if process is None:
            return None
        if process.name in _CLI:
            return f"{pid} {process.started}"
        pid = process.parent
    return None


def in_proc(proc: Path, pid: int) -> Process | None:
    """Return a process as the system tells of it below ``proc``, None if it does not.

    https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the name is in parentheses, and may hold some.
    """
    try:
        before, _, after = (proc / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")
    except OSError:
        return None
    fields = after.split()
    return Process(before.partition("(")[2], int(fields[1]), fields[19])


def _in_ps(pid: int) -> Process | None:
    command = ["ps", "-o", "ppid=,lstart=,comm=", "-p", str(pid)]
    plain = {**os.environ, "LC_ALL": "C"}
    try:
        line = subprocess.run(command, capture_output=True, text=True, check=True, env=plain).stdout  # noqa: S603 - arguments are ours
    except (OSError, subprocess.CalledProcessError):
        return None
    parent, *started, name = line.split(maxsplit=6)
    return Process(Path(name.strip()).name, int(parent), " ".join(started))
