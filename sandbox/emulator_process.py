"""The local cloud: MiniStack in its own process and virtual environment, on loopback, its data in the home."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import sys
import time
import urllib.request
from typing import TYPE_CHECKING

from sandbox import launchers, processes
from sandbox.environment import REGION, REPOSITORY
from sandbox.errors import SandboxError
from sandbox.progress import Step, run

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.environment import Home

# One for each checkout, whatever the home: tests with a home of their own need not install it again.
VENV = REPOSITORY / ".sandbox" / "cloud" / "venv"
_REQUIREMENTS = REPOSITORY / "sandbox" / "emulator" / "requirements.txt"
_HEALTH = "/_ministack/health"
_START_TIMEOUT_S = 60.0
_POLL_S = 0.1


def ensure_installed() -> None:
    """Install the emulator, unless exactly what requirements.txt pins is there.

    Raises:
        SandboxError: it cannot be installed.
    """
    stamp = VENV / "installed"
    wanted = hashlib.sha256(_REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    VENV.parent.mkdir(parents=True, exist_ok=True)
    with VENV.with_name("venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        _install()
        stamp.write_text(wanted)


def start(home: Home) -> str:
    """Start the cloud unless it runs; return its endpoint, such as http://127.0.0.1:24566, when it answers.

    Raises:
        SandboxError: its port is taken, or it does not come up.
    """
    record = processes.read(_record(home))
    if processes.is_running(record):
        return _endpoint(record.port)
    port = _choose_port(home, record.port)
    command = tuple(launchers.module_command("sandbox.emulator", VENV / "bin" / "python"))
    with Step("Local cloud") as step:
        log = home.logs / "cloud.log"
        pid = processes.start(command, env=_environment(home, port), log=log, cwd=home.cloud)
        started = processes.Record(pid, port, command)
        processes.write(_record(home), started)
        _wait_until_healthy(started, log)
        step.note(_endpoint(port))
    return _endpoint(port)


def stop(home: Home) -> bool:
    """Stop the cloud; it writes its state to disk as it ends. Returns whether it was running."""
    return processes.stop(_record(home))


def ended_badly(home: Home) -> bool:
    """Whether the cloud is gone without having been stopped: it did not save what it knew (objects it always does)."""
    record = processes.read(_record(home))
    return record.pid > 0 and not processes.is_running(record)


def endpoint(home: Home) -> str | None:
    """The running cloud's endpoint, or None."""
    record = processes.read(_record(home))
    return _endpoint(record.port) if processes.is_running(record) else None


def _install() -> None:
    with Step("Local cloud, install MiniStack") as step:
        shutil.rmtree(VENV, ignore_errors=True)
        python = VENV / "bin" / "python"
        pip = (python, "-m", "pip", "install", "--disable-pip-version-check", "-r", _REQUIREMENTS)
        steps: tuple[tuple[str | Path, ...], ...] = ((sys.executable, "-m", "venv", VENV), pip)
        for command in steps:
            code, output = run(command, on_line=step.note)
            if code != 0:
                reason = (output.strip().splitlines() or ["no output"])[-1]
                raise SandboxError(
                    f"MiniStack cannot be installed ({reason}). Check that PyPI, or the index that pip is "
                    "configured with, can be reached, then run this again."
                )
        step.note("")


def _choose_port(home: Home, kept: int) -> int:
    if kept == 0:
        return processes.free_port()
    if not processes.can_listen(kept):
        raise SandboxError(
            f"Port {kept}, on which the local cloud ran before, is taken by another program. End that program, "
            f"or give the cloud another port with: rm {_record(home)}"
        )
    return kept


def _environment(home: Home, port: int) -> dict[str, str]:
    # Only what a Python process needs: a person's AWS_* and proxy settings are not for the emulator.
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {
        **inherited,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home.cloud / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home.cloud / "s3"),
        "SERVICES": "s3,cloudfront,cloudfront-keyvaluestore,acm,route53,iam,monitoring,sts",
        # A listener on a fixed port of all interfaces, and a look at the machine's containers: neither is wanted.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{home.cloud / 'no-docker'}",
    }


def _wait_until_healthy(started: processes.Record, log: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline and processes.is_running(started):
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(  # noqa: S310 - our own loopback address
                _endpoint(started.port) + _HEALTH, timeout=5
            ),
        ):
            return
        time.sleep(_POLL_S)
    last = (log.read_text(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
    raise SandboxError(f"The local cloud did not start ({last}). Its log is {log}.")


def _record(home: Home) -> Path:
    return home.run / "cloud.json"


def _endpoint(port: int) -> str:
    return f"http://127.0.0.1:{port}"
