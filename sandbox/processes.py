"""Background processes that outlive the command that starts them, recorded with pid, port and command line."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Below the range of outgoing connections' ports on Linux and macOS, so that no connection takes a recorded port.
_PORTS = range(20_000, 32_000)
_POLL_S = 0.05


@dataclass(frozen=True)
class Record:
    """The content of `<home>/run/<name>.json`. With `pid` 0 the process is stopped; its port is kept for next time."""

    pid: int
    port: int
    command: tuple[str, ...] = ()


def read(file: Path) -> Record:
    """Return the record; an empty one if the file is missing or damaged."""
    try:
        stored = json.loads(file.read_text())
        return Record(int(stored["pid"]), int(stored["port"]), tuple(stored["command"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Record(0, 0)


def write(file: Path, record: Record) -> None:
    """Write the record in one step, as other processes may read the file at any time."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.write_text(json.dumps(asdict(record)))
    draft.replace(file)


def is_running(record: Record) -> bool:
    """Return whether the process runs, and has the recorded command line: pids are reused."""
    return record.pid > 0 and _has_command(record.pid, record.command)


def start(command: Sequence[str], *, env: Mapping[str, str], log: Path, cwd: Path) -> int:
    """Start a process that outlives this one, its terminal and `make`; return its pid."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    # For a moment after exec Linux shows no command line yet, so `is_running` would not recognize the process.
    while process.poll() is None and not _has_command_line(process.pid):
        time.sleep(_POLL_S / 10)
    # Without this the interpreter would warn that nothing waits for the process.
    process.returncode = 0
    return process.pid


def stop(file: Path, *, timeout_s: float = 20.0) -> bool:
    """Terminate the process, or kill it after a timeout; keep its port. Return whether it was running."""
    record = read(file)
    running = is_running(record)
    if running:
        _signal(record.pid, signal.SIGTERM)
        deadline = time.monotonic() + timeout_s
        while _still_running(record) and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        if _still_running(record):
            _signal(record.pid, signal.SIGKILL)
        # A crashed process keeps its pid in the record, so that the next start knows of the crash.
        write(file, replace(record, pid=0, command=()))
    return running


def can_listen(port: int) -> bool:
    """Return whether a server can listen on this loopback port."""
    with socket.socket() as probe:
        # Like servers do, so that lingering connections of the previous run do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a loopback port that no process listens on."""
    while True:
        port = secrets.choice(_PORTS)
        if can_listen(port):
            return port


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _still_running(record: Record) -> bool:
    # A child of this process stays in the process table until its exit status is read.
    with contextlib.suppress(ChildProcessError):
        os.waitpid(record.pid, os.WNOHANG)
    return is_running(record)


def _has_command_line(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except OSError:
        return True


def _has_command(pid: int, command: tuple[str, ...]) -> bool:
    if Path("/proc/self").exists():
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]
        except OSError:
            return False
        return arguments == [os.fsencode(part) for part in command]
    # No /proc (macOS): `ps` shows the arguments joined by spaces, and may name another interpreter.
    shown = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return " ".join(command[1:]) in shown.stdout
