from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import pulumi_shim

SALT = b"encryptionsalt: v1:TK09t18Zb9k=:v1:0h95+KT//ooNuQVc:ftC7qLT09KPZ8xV2==\n"
TRACKED = b"# ours\nconfig:\n    a:b: 'c'\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Create a project with one stack config."""
    (tmp_path / "Pulumi.yaml").write_text("name: p\n")
    (tmp_path / "Pulumi.dev.yaml").write_bytes(TRACKED)
    return tmp_path


def run(project: Path, script: str, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the shim, as `<home>/bin/pulumi` does, with a shell script in place of the CLI."""
    engine = project / "engine"
    engine.write_text(f"#!/bin/sh\n{script}\n")
    engine.chmod(0o755)
    command = [sys.executable, "-I", "-S", pulumi_shim.__file__, str(engine), *arguments]
    env = {**os.environ, "PULUMI_HOME": f"{project}/home", "PULUMI_BACKEND_URL": f"file://{project}/state"}
    return subprocess.run(command, cwd=cwd or project, env=env, capture_output=True, text=True, check=False)


def write_with_salt(text: str) -> str:
    """Return a command that writes a stack config as the CLI does."""
    return f"printf '%s' '{text}{SALT.decode()}' > Pulumi.dev.yaml"


def test_restores_the_exact_bytes_if_only_the_salt_is_new() -> None:
    """A file with the same settings, in the CLI's spelling, gets its own bytes back."""
    rewritten = b"# ours\nconfig:\n  a:b: c\n" + SALT
    assert pulumi_shim.remove_salt(TRACKED, rewritten) == TRACKED


def test_restores_an_empty_config() -> None:
    """The CLI drops `config: {}` and the comments with it; the salt alone is no change."""
    before = b"# ours\nconfig: {}\n"
    assert pulumi_shim.remove_salt(before, SALT) == before


def test_keeps_other_changes_without_the_salt() -> None:
    """What `pulumi config set` changed stays, and the salt is removed."""
    assert pulumi_shim.remove_salt(TRACKED, b"config:\n  a:b: d\n" + SALT) == b"config:\n  a:b: d\n"


def test_keeps_the_salt_that_a_secret_needs() -> None:
    """A secure value cannot be read without its salt."""
    after = b"config:\n  a:b:\n    secure: v1:xyz\n" + SALT
    assert pulumi_shim.remove_salt(TRACKED, after) == after


def test_keeps_the_salt_of_the_user() -> None:
    """A salt that the user has committed stays."""
    before = TRACKED + SALT
    assert pulumi_shim.remove_salt(before, before) == before


@pytest.mark.parametrize("empty", [b"", b"{}\n"])
def test_removes_a_new_file_with_only_the_salt(empty: bytes) -> None:
    """`pulumi stack init` leaves no stack config, as with Pulumi Cloud."""
    assert pulumi_shim.remove_salt(None, empty + SALT) is None


def test_leaves_a_file_without_salt_alone() -> None:
    """A file without a new salt stays as it is."""
    assert pulumi_shim.remove_salt(TRACKED, b"config: {}\n") == b"config: {}\n"


def test_arguments_output_and_exit_code(project: Path) -> None:
    """The shim passes on arguments, output and exit code."""
    done = run(project, 'echo "got $*"; echo oops >&2; exit 7', "up", "--stack", "a b")
    assert (done.stdout, done.stderr, done.returncode) == ("got up --stack a b\n", "oops\n", 7)


def test_tracked_file_is_unchanged_after_a_run(project: Path) -> None:
    """The CLI adds the salt, and git sees no change."""
    run(project, write_with_salt("# ours\nconfig:\n  a:b: c\n"))
    assert (project / "Pulumi.dev.yaml").read_bytes() == TRACKED


def test_salt_is_removed_if_the_cli_fails(project: Path) -> None:
    """A failed command leaves no salt either."""
    assert run(project, write_with_salt("config:\n  x:y: z\n") + "; exit 3").returncode == 3
    assert (project / "Pulumi.dev.yaml").read_bytes() == b"config:\n  x:y: z\n"


def write_state(project: Path, salt: bytes) -> None:
    """Write the state of the stack, with the salt that the CLI has generated."""
    file = project / "state/.pulumi/stacks/p/dev.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b'{"salt": "%s"}' % salt.partition(b" ")[2].strip())


def test_salt_is_removed_with_the_last_secret(project: Path) -> None:
    """`config set --secret` and then `config rm` restore the file, though the CLI loses its comments."""
    write_state(project, SALT)
    secret = "config:\n  a:b: c\n  a:k:\n    secure: v1:x\n"
    run(project, write_with_salt(secret))
    assert (project / "Pulumi.dev.yaml").read_bytes() == secret.encode() + SALT
    run(project, write_with_salt("config:\n  a:b: c\n"))
    assert (project / "Pulumi.dev.yaml").read_bytes() == TRACKED


def test_salt_of_a_killed_command_is_removed_by_the_next(project: Path) -> None:
    """A killed shim leaves the salt, and the next command removes it."""
    write_state(project, SALT)
    run(project, "exit 0")
    (project / "Pulumi.dev.yaml").write_bytes(TRACKED + SALT)
    run(project, "exit 0")
    assert (project / "Pulumi.dev.yaml").read_bytes() == TRACKED


def test_salt_of_another_backend_stays(project: Path) -> None:
    """A salt that this sandbox's stack does not use is part of the user's file."""
    write_state(project, b"encryptionsalt: v1:another")
    run(project, "exit 0")
    (project / "Pulumi.dev.yaml").write_bytes(TRACKED + SALT)
    run(project, "exit 0")
    assert (project / "Pulumi.dev.yaml").read_bytes() == TRACKED + SALT


def test_leading_comments_stay() -> None:
    """With the last setting the CLI drops all comments; those at the top are restored."""
    assert pulumi_shim.remove_salt(TRACKED, SALT) == b"# ours\n"


def test_new_comments_stay() -> None:
    """A comment that was written while the file had the salt is not lost."""
    after = TRACKED + b"# new\n"
    assert pulumi_shim.remove_salt(TRACKED, after + SALT) == after


@pytest.mark.parametrize("arguments", [("-C", "{}"), ("--cwd={}",), ("--cwd", "{}")])
def test_finds_the_project_that_the_arguments_name(project: Path, arguments: tuple[str, ...]) -> None:
    """`pulumi -C folder` uses that folder's files."""
    named = [argument.format(project) for argument in arguments]
    run(project, f"cd {project}; {write_with_salt('')}", *named, cwd=Path("/"))
    assert (project / "Pulumi.dev.yaml").read_bytes() == b"# ours\n"


def test_finds_the_project_above_the_working_directory(project: Path) -> None:
    """The shim looks for Pulumi.yaml in the parent folders, as the CLI does."""
    below = project / "a" / "b"
    below.mkdir(parents=True)
    assert pulumi_shim.project_folder(["-C", str(below)]) == str(project)


def test_outside_of_a_project() -> None:
    """`pulumi version` needs no project."""
    assert pulumi_shim.stack_configs(pulumi_shim.project_folder(["-C", "/"])) == {}


def test_interrupt(project: Path) -> None:
    """Shim and CLI both get Ctrl-C, and the CLI decides how to end."""
    script = "trap 'echo cancelling; exit 5' INT; echo ready; for i in $(seq 200); do sleep 0.05; done"
    engine = project / "engine"
    engine.write_text(f"#!/bin/bash\n{script}\n")
    engine.chmod(0o755)
    command = [sys.executable, "-I", "-S", pulumi_shim.__file__, str(engine)]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read() == "cancelling\n"
    assert process.returncode == 5
