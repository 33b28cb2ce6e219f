"""Installs, starts and stops the emulator, in a separate process and virtual environment."""

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

# One for each checkout and not for each home, so that tests with other homes need not install it again.
VENV = REPOSITORY / ".sandbox" / "emulator" / "venv"
_REQUIREMENTS = REPOSITORY / "sandbox" / "emulator" / "requirements.txt"
_HEALTH_PATH = "/_ministack/health"
_START_TIMEOUT_S = 60.0
_POLL_S = 0.1
_SERVICES = "s3,cloudfront,cloudfront-keyvaluestore,acm,route53,iam,monitoring,sts"


def ensure_installed() -> None:
    """Install the emulator, unless the virtual environment already has what requirements.txt pins.

    Raises:
        SandboxError: it cannot be installed.
    """
    stamp = VENV / "installed"
    digest = hashlib.sha256(_REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    VENV.parent.mkdir(parents=True, exist_ok=True)
    with VENV.with_name("venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == digest:
            return
        _install()
        stamp.write_text(digest)


def start(home: Home) -> str:
    """Start the emulator unless it runs; return its endpoint, such as http://127.0.0.1:24566, once it answers.

    Raises:
        SandboxError: its port is taken, or it does not start.
    """
    record = processes.read(_record_file(home))
    if processes.is_running(record):
        return _endpoint(record.port)
    port = _choose_port(home, record.port)
    command = tuple(launchers.module_command("sandbox.emulator", VENV / "bin" / "python"))
    with Step("AWS emulator") as step:
        log = home.logs / "emulator.log"
        pid = processes.start(command, env=_environment(home, port), log=log, cwd=home.emulator_data)
        started = processes.Record(pid, port, command)
        processes.write(_record_file(home), started)
        _wait_until_healthy(started, log)
        step.note(_endpoint(port))
    return _endpoint(port)


def stop(home: Home) -> bool:
    """Stop the emulator, which then saves its state; return whether it was running."""
    return processes.stop(_record_file(home))


def has_crashed(home: Home) -> bool:
    """Return whether the emulator ended without being stopped, and so without saving its state, except for objects."""
    record = processes.read(_record_file(home))
    return record.pid > 0 and not processes.is_running(record)


def endpoint(home: Home) -> str | None:
    """Return the running emulator's endpoint, or None."""
    record = processes.read(_record_file(home))
    return _endpoint(record.port) if processes.is_running(record) else None


def _install() -> None:
    with Step("AWS emulator, install MiniStack") as step:
        shutil.rmtree(VENV, ignore_errors=True)
        python = VENV / "bin" / "python"
        pip = (python, "-m", "pip", "install", "--no-compile", "--disable-pip-version-check", "-r", _REQUIREMENTS)
        commands: tuple[tuple[str | Path, ...], ...] = ((sys.executable, "-m", "venv", VENV), pip)
        for command in commands:
            code, output = run(command, on_line=step.note)
            if code != 0:
                reason = (output.strip().splitlines() or ["no output"])[-1]
                raise SandboxError(
                    f"MiniStack cannot be installed ({reason}). Check that pip can reach PyPI, or the index that it is "
                    "configured with, then run this again."
                )
        step.note("")


def _choose_port(home: Home, previous_port: int) -> int:
    if previous_port == 0:
        return processes.free_port()
    if not processes.can_listen(previous_port):
        raise SandboxError(
            f"Port {previous_port}, which the AWS emulator had before, is taken by another program. End that program, "
            f"or choose another port with: rm {_record_file(home)}"
        )
    return previous_port


def _environment(home: Home, port: int) -> dict[str, str]:
    # Only what a Python process needs: the emulator must not see the user's AWS_* and proxy variables.
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {
        **inherited,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home.emulator_data / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home.emulator_data / "s3"),
        "SERVICES": _SERVICES,
        "QUOTAS_FILE": str(home.quotas),
        "STORES_FILE": str(home.store_settings),
        "DISTRIBUTIONS_FILE": str(home.distributions_version),
        # Without these it would listen on a fixed port of all interfaces, and list the machine's containers.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{home.emulator_data / 'no-docker'}",
    }


def _wait_until_healthy(started: processes.Record, log: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline and processes.is_running(started):
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(  # noqa: S310 - a loopback address  # nosec B310
                _endpoint(started.port) + _HEALTH_PATH, timeout=5
            ),
        ):
            return
        time.sleep(_POLL_S)
    last_line = (log.read_text(errors="replace").strip().splitlines() or ["no output"])[-1]
    raise SandboxError(f"The AWS emulator did not start ({last_line}). Its log is {log}.")


def _record_file(home: Home) -> Path:
    return home.run / "emulator.json"


def _endpoint(port: int) -> str:
    return f"http://127.0.0.1:{port}"
