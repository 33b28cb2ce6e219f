from __future__ import annotations

import json
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sandbox import stack_locks as locks
from sandbox.environment import Home
from sandbox.errors import SandboxError

if TYPE_CHECKING:
    from pathlib import Path

STRANGE = ("{", "[]", "{}", '{"pid": "x"}')


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project."""
    (tmp_path / "Pulumi.yaml").write_text("runtime: python\nname: 'site'\n")
    return tmp_path


def lock(project: Path, content: str, where: str = "site/dev") -> Path:
    """Write a lock, as the engine does."""
    file = project / "home/state/.pulumi/locks/organization" / where / "b0c1.json"
    file.parent.mkdir(parents=True)
    file.write_text(content)
    return file


def held_by(pid: int, host: str) -> str:
    """Return what the engine writes into a lock."""
    return json.dumps({"pid": pid, "username": "me", "hostname": host, "timestamp": "2026-01-02T03:04:05Z"})


def dead() -> int:
    """Return the pid of a process that has ended."""
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return process.pid


def test_the_lock_of_a_killed_pulumi_is_taken_away(project: Path) -> None:
    """What SIGKILL left behind is removed, for this project's stack alone."""
    pid = dead()
    gone = lock(project, held_by(pid, socket.gethostname()))
    kept = [lock(project, held_by(pid, socket.gethostname()), where) for where in ("site/prod", "other/dev")]
    assert locks.release_dead(Home(project / "home"), project, "dev") == [pid]
    assert not gone.exists()
    assert all(file.exists() for file in kept)


def test_the_lock_of_a_running_pulumi_stays(project: Path) -> None:
    """Somebody is at work: one line says who, and nothing is removed."""
    command = [sys.executable, "-c", "import sys; print(1, flush=True); sys.stdin.read()", "pulumi"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        file = lock(project, held_by(process.pid, socket.gethostname()))
        with pytest.raises(SandboxError, match=rf"Stack dev is locked: process {process.pid} on \S+ is at work"):
            locks.release_dead(Home(project / "home"), project, "dev")
    assert file.exists()


@pytest.mark.parametrize("content", [*STRANGE, held_by(1, "another.example")])
def test_a_lock_that_tells_no_process_of_this_machine_stays(project: Path, content: str) -> None:
    """Of another machine's process, or of nobody in particular, it can't be known whether it is dead."""
    file = lock(project, content)
    with pytest.raises(SandboxError, match="Stack dev is locked"):
        locks.release_dead(Home(project / "home"), project, "dev")
    assert file.exists()


def test_nothing_is_locked(project: Path) -> None:
    """The usual case: there is no lock, and no folder of them."""
    assert locks.release_dead(Home(project / "home"), project, "dev") == []
