from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import shim

SALT = b"encryptionsalt: v1:TK09t18Zb9k=:v1:0h95+KT//ooNuQVc:ftC7qLT09KPZ8xV2==\n"
TRACKED = b"# ours\nconfig:\n    a:b: 'c'\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project with one stack config."""
    (tmp_path / "Pulumi.yaml").write_text("name: p\n")
    (tmp_path / "Pulumi.dev.yaml").write_bytes(TRACKED)
    return tmp_path


def run(project: Path, script: str, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the shim, as `<home>/bin/pulumi` does, on a made-up engine in sh."""
    engine = project / "engine"
    engine.write_text(f"#!/bin/sh\n{script}\n")
    engine.chmod(0o755)
    command = [sys.executable, "-I", "-S", shim.__file__, str(engine), *arguments]
    env = {**os.environ, "PULUMI_HOME": f"{project}/home", "PULUMI_BACKEND_URL": f"file://{project}/state"}
    return subprocess.run(command, cwd=cwd or project, env=env, capture_output=True, text=True, check=False)


def salting(text: str) -> str:
    """Return a command that writes a stack config as the engine does."""
    return f"printf '%s' '{text}{SALT.decode()}' > Pulumi.dev.yaml"


def test_restores_the_exact_bytes_when_only_the_salt_came() -> None:
    """A file that says the same as before, in the engine's spelling, gets its own bytes back."""
    rewritten = b"# ours\nconfig:\n  a:b: c\n" + SALT
    assert shim.without_salt(TRACKED, rewritten) == TRACKED


def test_restores_an_empty_config_that_the_engine_left_out() -> None:
    """The engine drops `config: {}` and the comments with it; the salt alone does not make that a change."""
    before = b"# ours\nconfig: {}\n"
    assert shim.without_salt(before, SALT) == before


def test_keeps_other_changes_without_the_salt() -> None:
    """What `pulumi config set` changed stays; only the salt goes."""
    assert shim.without_salt(TRACKED, b"config:\n  a:b: d\n" + SALT) == b"config:\n  a:b: d\n"


def test_keeps_the_salt_that_a_secret_needs() -> None:
    """A secure value cannot be read without its salt."""
    after = b"config:\n  a:b:\n    secure: v1:xyz\n" + SALT
    assert shim.without_salt(TRACKED, after) == after


def test_keeps_a_salt_that_was_there_before() -> None:
    """A salt that the user has committed is not ours to take."""
    before = TRACKED + SALT
    assert shim.without_salt(before, before) == before


@pytest.mark.parametrize("nothing", [b"", b"{}\n"])
def test_removes_a_new_file_that_held_only_the_salt(nothing: bytes) -> None:
    """`pulumi stack init` leaves no stack config behind, as it would not on Pulumi Cloud."""
    assert shim.without_salt(None, nothing + SALT) is None


def test_leaves_a_file_without_salt_alone() -> None:
    """Nothing is touched when the engine added no salt."""
    assert shim.without_salt(TRACKED, b"config: {}\n") == b"config: {}\n"


def test_the_engine_gets_arguments_and_gives_its_output_and_exit_code(project: Path) -> None:
    """For its caller the shim is the engine."""
    answer = run(project, 'echo "got $*"; echo oops >&2; exit 7', "up", "--stack", "a b")
    assert (answer.stdout, answer.stderr, answer.returncode) == ("got up --stack a b\n", "oops\n", 7)


def test_tracked_file_is_byte_for_byte_the_same_after_a_run(project: Path) -> None:
    """The engine salts the file, and git sees no change."""
    run(project, salting("# ours\nconfig:\n  a:b: c\n"))
    assert (project / "Pulumi.dev.yaml").read_bytes() == TRACKED


def test_salt_goes_also_when_the_engine_fails(project: Path) -> None:
    """A failed command leaves no salt either."""
    assert run(project, salting("config:\n  x:y: z\n") + "; exit 3").returncode == 3
    assert (project / "Pulumi.dev.yaml").read_bytes() == b"config:\n  x:y: z\n"


def in_state(project: Path, salt: bytes) -> None:
    """Write the state of the stack, as the engine does with the salt that it has made."""
    file = project / "state/.pulumi/stacks/p/dev.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b'{"salt": "%s"}' % salt.partition(b" ")[2].strip())


def test_the_salt_goes_with_the_last_secret(project: Path) -> None:
    """`config set --secret` and `config rm` together leave the file as it was, though the engine loses its comments."""
    in_state(project, SALT)
    secret = "config:\n  a:b: c\n  a:k:\n    secure: v1:x\n"
    run(project, salting(secret))
    assert (project / "Pulumi.dev.yaml").read_bytes() == secret.encode() + SALT
    run(project, salting("config:\n  a:b: c\n"))
    assert (project / "Pulumi.dev.yaml").read_bytes() == TRACKED


def test_the_salt_of_a_killed_command_goes_with_the_next(project: Path) -> None:
    """A shim that is killed can't tidy up; the one after it does."""
    in_state(project, SALT)
    run(project, "exit 0")
    (project / "Pulumi.dev.yaml").write_bytes(TRACKED + SALT)
    run(project, "exit 0")
    assert (project / "Pulumi.dev.yaml").read_bytes() == TRACKED


def test_a_salt_of_another_backend_stays(project: Path) -> None:
    """A salt that the stack of this sandbox does not use has come with the user's own file."""
    in_state(project, b"encryptionsalt: v1:another")
    run(project, "exit 0")
    (project / "Pulumi.dev.yaml").write_bytes(TRACKED + SALT)
    run(project, "exit 0")
    assert (project / "Pulumi.dev.yaml").read_bytes() == TRACKED + SALT


def test_the_first_comments_stay_when_the_engine_loses_them() -> None:
    """With the last setting the engine drops all comments; those at the top are put back."""
    assert shim.without_salt(TRACKED, SALT) == b"# ours\n"


def test_comments_written_since_stay() -> None:
    """What somebody has written while the file was salted is not replaced by what it held before."""
    after = TRACKED + b"# new\n"
    assert shim.without_salt(TRACKED, after + SALT) == after


@pytest.mark.parametrize("arguments", [("-C", "{}"), ("--cwd={}",), ("--cwd", "{}")])
def test_finds_the_project_that_the_arguments_name(project: Path, arguments: tuple[str, ...]) -> None:
    """`pulumi -C folder` works on that folder's files."""
    named = [argument.format(project) for argument in arguments]
    run(project, f"cd {project}; {salting('')}", *named, cwd=Path("/"))
    assert (project / "Pulumi.dev.yaml").read_bytes() == b"# ours\n"


def test_finds_the_project_above_the_working_directory(project: Path) -> None:
    """The engine looks upwards for Pulumi.yaml, and so does the shim."""
    below = project / "a" / "b"
    below.mkdir(parents=True)
    assert shim.project_folder(["-C", str(below)]) == str(project)


def test_works_outside_of_any_project() -> None:
    """`pulumi version` needs no project."""
    assert shim.stack_configs(shim.project_folder(["-C", "/"])) == {}


def test_interrupt_is_left_to_the_engine(project: Path) -> None:
    """Ctrl-C reaches shim and engine together; the engine's way of ending is the one that counts."""
    script = "trap 'echo cancelling; exit 5' INT; echo ready; for i in $(seq 200); do sleep 0.05; done"
    engine = project / "engine"
    engine.write_text(f"#!/bin/bash\n{script}\n")
    engine.chmod(0o755)
    command = [sys.executable, "-I", "-S", shim.__file__, str(engine)]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read() == "cancelling\n"
    assert process.returncode == 5
