"""The sandbox's commands in a checkout: what `make sandbox` runs, and the activated shell."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.harness import descendants, fetch
from tests.repository import REPOSITORY, copy_files, repository_files

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(checkout: Path, command: str) -> str:
    """Run bash commands in the checkout, and return their output."""
    done = subprocess.run(
        ["bash", "-ec", command],
        cwd=checkout,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Create a checkout without ignored files, and stop its sandbox at the end."""
    path = tmp_path_factory.mktemp("checkout") / "site"
    copy_files(repository_files(), path)
    # The emulator is installed once for each checkout; this one uses that of the real checkout.
    (path / ".sandbox/emulator").mkdir(parents=True)
    (path / ".sandbox/emulator/venv").symlink_to(REPOSITORY / ".sandbox/emulator/venv")
    run(path, "git init -q . && git add -A && git -c user.name=t -c user.email=t@example.com commit -qm start")
    yield path
    run(path, f"{sys.executable} -m sandbox down")


def wait_for_program(process: subprocess.Popen[str]) -> None:
    """Return once the Pulumi program runs; fail if the command ends before.

    Before that the stack has a lock already, but the CLI does not handle Ctrl-C yet.
    """
    # The program runner has the arguments --monitor and --engine; the language host starts earlier.
    while not any(b"\0--monitor\0" in command for command in commands_of(process.pid)):
        assert process.poll() is None
        time.sleep(0.02)


def commands_of(pid: int) -> list[bytes]:
    """Return the command lines of a process's descendants; empty if one of them ends meanwhile."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return [Path(f"/proc/{child}/cmdline").read_bytes() for child in descendants(pid)]
    return []


@pytest.mark.parametrize(("number", "code", "left"), [(signal.SIGINT, 130, 0), (signal.SIGKILL, -9, 1)])
def test_interrupted_up(checkout: Path, number: signal.Signals, code: int, left: int) -> None:
    """Ctrl-C unlocks the stack; SIGKILL does not, and the next `up`, in the test below, removes the lock."""
    command = [sys.executable, "-m", "sandbox", "up", "dev"]
    with subprocess.Popen(command, cwd=checkout, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        wait_for_program(process)
        os.killpg(process.pid, number)
        process.communicate()
    assert process.returncode == code
    assert len(list((checkout / ".sandbox/state/.pulumi/locks").glob("*/*/*/*.json"))) == left


def test_up(checkout: Path) -> None:
    """`python -m sandbox up` deploys both stages, prints two URLs that answer, and leaves `git status` clean."""
    output = run(checkout, f"{sys.executable} -m sandbox up")
    assert "Stack dev: removed the lock of pulumi process" in output
    urls = [word for line in output.splitlines() for word in line.split() if word.startswith("http://localhost")]
    assert len(urls) == 2
    home = (checkout / "site/index.html").read_bytes()
    assert [fetch(url).body for url in urls] == [home, home]
    assert run(checkout, "git status --porcelain") == ""


def test_second_up(checkout: Path) -> None:
    """The same command again changes no resource."""
    output = run(checkout, f"{sys.executable} -m sandbox up")
    assert output.count("unchanged") == 2
    assert not {"created", "updated", "deleted"} & set(output.split())


def test_url(checkout: Path) -> None:
    """`python -m sandbox url` prints the local URL of each stage."""
    for stage in ("dev", "prod"):
        url = run(checkout, f"{sys.executable} -m sandbox url {stage}").strip()
        assert fetch(url).status == 200


def test_removed_secret(checkout: Path) -> None:
    """`config set --secret` and then `config rm` restore the tracked file with its comments."""
    run(
        checkout,
        """
        source .sandbox/activate
        pulumi config set --stack dev --secret access:password hush
        grep -q secure: Pulumi.dev.yaml
        pulumi config rm --stack dev access:password
        """,
    )
    assert run(checkout, "git status --porcelain") == ""


def test_activated_shell(checkout: Path) -> None:
    """After `source .sandbox/activate`, config set, preview, up, output, init and destroy work as on AWS."""
    output = run(
        checkout,
        """
        source .sandbox/activate
        pulumi config set --stack dev website:errorDocument about.html
        pulumi preview --stack dev --non-interactive
        pulumi up --stack dev --yes --non-interactive
        pulumi stack output --stack dev url
        pulumi stack init try --non-interactive
        pulumi up --stack try --yes --non-interactive
        pulumi destroy --stack try --yes --non-interactive
        pulumi stack rm try --yes --non-interactive
        deactivate_sandbox
        echo "backend: ${PULUMI_BACKEND_URL-none}"
        """,
    )
    assert "BucketWebsiteConfiguration" in output
    assert "backend: none" in output
    assert run(checkout, "git status --porcelain").split() == ["M", "Pulumi.dev.yaml"]
    assert "encryptionsalt" not in (checkout / "Pulumi.dev.yaml").read_text()
