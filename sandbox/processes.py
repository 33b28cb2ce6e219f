"""Background processes that outlive the command that starts them: remembered by pid and port, ended by name check."""

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

# Below the range from which Linux and macOS take the ports of outgoing connections, so that a port stays ours.
_PORTS = range(20_000, 32_000)
_POLL_S = 0.05


@dataclass(frozen=True)
class Record:
    """What `<home>/run/<name>.json` says of a process. `pid` 0 means: not running, the port is kept for next time."""

    pid: int
    port: int
    command: tuple[str, ...] = ()


def read(file: Path) -> Record:
    """The record; an empty one when there is none, or none that can be read."""
    try:
        stored = json.loads(file.read_text())
        return Record(int(stored["pid"]), int(stored["port"]), tuple(stored["command"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Record(0, 0)


def write(file: Path, record: Record) -> None:
    """Remember the process; atomic, as others read this file at any time."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    fresh.write_text(json.dumps(asdict(record)))
    fresh.replace(file)


def is_running(record: Record) -> bool:
    """Whether the pid is alive and still is the command that we started: pids are used again."""
    return record.pid > 0 and _runs(record.pid, record.command)


def start(command: Sequence[str], *, env: Mapping[str, str], log: Path, cwd: Path) -> int:
    """Start a process that stays when we, our terminal or `make` end; return its pid."""
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
    # For a moment after exec Linux shows no command line yet, and `is_running` would take the process for a stranger.
    while process.poll() is None and not _shows_command(process.pid):
        time.sleep(_POLL_S / 10)
    # Nobody waits for it here, on purpose: the interpreter need not warn of that.
    process.returncode = 0
    return process.pid


def stop(file: Path, *, patience_s: float = 20.0) -> bool:
    """Ask the process to end, then insist; keep its port for next time. Returns whether it was running."""
    record = read(file)
    running = is_running(record)
    if running:
        _signal(record.pid, signal.SIGTERM)
        deadline = time.monotonic() + patience_s
        while _still_there(record) and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        if _still_there(record):
            _signal(record.pid, signal.SIGKILL)
        # A process that was gone already keeps its pid on record: it ended badly, and the next start should know.
        write(file, replace(record, pid=0, command=()))
    return running


def can_listen(port: int) -> bool:
    """Whether the loopback port is free for a server of ours."""
    with socket.socket() as probe:
        # As servers do, so that connections which linger from the last run do not count as "taken".
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A loopback port that nobody listens on."""
    while True:
        port = secrets.choice(_PORTS)
        if can_listen(port):
            return port


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _still_there(record: Record) -> bool:
    # If it is our own child, take its exit status, or it stays in the process table.
    with contextlib.suppress(ChildProcessError):
        os.waitpid(record.pid, os.WNOHANG)
    return is_running(record)


def _shows_command(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except OSError:
        return True


def _runs(pid: int, command: tuple[str, ...]) -> bool:
    if Path("/proc/self").exists():
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]
        except OSError:
            return False
        return arguments == [os.fsencode(part) for part in command]
    # No /proc (macOS): `ps` shows the arguments joined by spaces, and may name another interpreter.
    shown = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return " ".join(command[1:]) in shown.stdout
