from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from sandbox.environment import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

# Replaces Python: records its arguments, and fails for those that contain FAILS_AT.
PYTHON = """#!/bin/sh
echo "$* | ${SANDBOX_HOME-own}" >> called
case "$*" in *"$FAILS_AT"*) exit 1 ;; esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Create a folder with the Makefile, a sandbox, and a Python that only records its arguments."""
    shutil.copy(REPOSITORY / "Makefile", tmp_path)
    (tmp_path / "fake").write_text(PYTHON)
    (tmp_path / "fake").chmod(0o755)
    (tmp_path / ".sandbox").mkdir()
    return tmp_path


def make(checkout: Path, target: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run make in a shell that is activated for another checkout."""
    outside = {"PATH": os.environ["PATH"], "SANDBOX_HOME": "/another/.sandbox", "FAILS_AT": "nothing", **env}
    command = ["make", "--no-print-directory", "PYTHON=./fake", target]
    return subprocess.run(command, cwd=checkout, env=outside, capture_output=True, text=True, check=False)


def called(checkout: Path) -> list[str]:
    """Return the modules that Python was called with, each with its SANDBOX_HOME."""
    return [line for line in (checkout / "called").read_text().splitlines() if line.startswith("-m ")]


def test_make_uses_this_checkouts_sandbox(checkout: Path) -> None:
    """A shell that is activated for another checkout makes no difference."""
    assert make(checkout, "sandbox-down").returncode == 0
    assert called(checkout) == ["-m sandbox down | own"]


def test_clean_stops_what_it_removes(checkout: Path) -> None:
    """The sandbox in the removed folder is stopped first; another checkout's shell gets no hint."""
    cleaned = make(checkout, "clean", PULUMI_HOME="/another/.sandbox/pulumi")
    assert called(checkout) == ["-m sandbox down | own"]
    assert not (checkout / ".sandbox").exists()
    assert "deactivate_sandbox" not in cleaned.stdout


def test_clean_in_an_activated_shell(checkout: Path) -> None:
    """The shell would still look for `pulumi` in the removed folder, so a hint says what to type."""
    cleaned = make(checkout, "clean", PULUMI_HOME=f"{checkout}/.sandbox/pulumi")
    assert cleaned.stdout.splitlines()[-1].endswith("type: deactivate_sandbox")


@pytest.mark.parametrize("target", ["sandbox", "test"])
def test_tools_are_checked_before_packages_are_installed(checkout: Path, target: str) -> None:
    """Without Go or Node nobody has to wait for pip first."""
    assert make(checkout, target, FAILS_AT="sandbox needs").returncode != 0
    assert called(checkout) == ["-m sandbox needs | own"]
