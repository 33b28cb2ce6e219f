from __future__ import annotations

import json
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sandbox import stack_locks
from sandbox.environment import Home
from sandbox.errors import SandboxError

if TYPE_CHECKING:
    from pathlib import Path

INVALID = ("{", "[]", "{}", '{"pid": "x"}')


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Create a project."""
    (tmp_path / "Pulumi.yaml").write_text("runtime: python\nname: 'site'\n")
    return tmp_path


def lock(project: Path, content: str, where: str = "site/dev") -> Path:
    """Write a lock file, as the engine does."""
    file = project / "home/state/.pulumi/locks/organization" / where / "b0c1.json"
    file.parent.mkdir(parents=True)
    file.write_text(content)
    return file


def lock_content(pid: int, host: str) -> str:
    """Return what the engine writes into a lock file."""
    return json.dumps({"pid": pid, "username": "me", "hostname": host, "timestamp": "2026-01-02T03:04:05Z"})


def ended_process() -> int:
    """Return the pid of a process that has ended."""
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return process.pid


def test_lock_of_a_killed_pulumi_is_removed(project: Path) -> None:
    """The lock of this project's stack is removed, and no other."""
    pid = ended_process()
    removed = lock(project, lock_content(pid, socket.gethostname()))
    kept = [lock(project, lock_content(pid, socket.gethostname()), where) for where in ("site/prod", "other/dev")]
    assert stack_locks.release_stale(Home(project / "home"), project, "dev") == [pid]
    assert not removed.exists()
    assert all(file.exists() for file in kept)


def test_lock_of_a_running_pulumi_stays(project: Path) -> None:
    """One line names the process, and nothing is removed."""
    command = [sys.executable, "-c", "import sys; print(1, flush=True); sys.stdin.read()", "pulumi"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        file = lock(project, lock_content(process.pid, socket.gethostname()))
        with pytest.raises(SandboxError, match=rf"Stack dev is locked by process {process.pid} on \S+\."):
            stack_locks.release_stale(Home(project / "home"), project, "dev")
    assert file.exists()


@pytest.mark.parametrize("content", [*INVALID, lock_content(1, "another.example")])
def test_lock_without_a_process_of_this_machine_stays(project: Path, content: str) -> None:
    """It is unknown whether a process of another machine, or an unnamed one, has ended."""
    file = lock(project, content)
    with pytest.raises(SandboxError, match="Stack dev is locked"):
        stack_locks.release_stale(Home(project / "home"), project, "dev")
    assert file.exists()


def test_no_lock(project: Path) -> None:
    """Without a lock, and without the folder of locks, there is nothing to remove."""
    assert stack_locks.release_stale(Home(project / "home"), project, "dev") == []
