from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from sandbox.environment import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

# Stands for Python: writes down what it is asked, and fails at what FAILS_AT names.
PYTHON = """#!/bin/sh
echo "$* | ${SANDBOX_HOME-own}" >> called
case "$*" in *"$FAILS_AT"*) exit 1 ;; esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Make a folder with the Makefile, what it has made, and a Python that only writes down what it is asked."""
    shutil.copy(REPOSITORY / "Makefile", tmp_path)
    (tmp_path / "fake").write_text(PYTHON)
    (tmp_path / "fake").chmod(0o755)
    (tmp_path / ".sandbox").mkdir()
    return tmp_path


def make(checkout: Path, target: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run make, as somebody in a shell that is activated for another checkout."""
    outside = {"PATH": os.environ["PATH"], "SANDBOX_HOME": "/another/.sandbox", "FAILS_AT": "nothing", **env}
    command = ["make", "--no-print-directory", "PYTHON=./fake", target]
    return subprocess.run(command, cwd=checkout, env=outside, capture_output=True, text=True, check=False)


def called(checkout: Path) -> list[str]:
    """Return the modules that Python was asked to run, each with the home that it would have."""
    return [line for line in (checkout / "called").read_text().splitlines() if line.startswith("-m ")]


def test_make_is_about_this_checkout_s_sandbox(checkout: Path) -> None:
    """A shell that was activated for another checkout does not lead there."""
    assert make(checkout, "sandbox-down").returncode == 0
    assert called(checkout) == ["-m sandbox down | own"]


def test_clean_stops_what_it_removes(checkout: Path) -> None:
    """The sandbox in the folder that goes is stopped first; the shell is not ours, and nothing is said of it."""
    cleaned = make(checkout, "clean", PULUMI_HOME="/another/.sandbox/pulumi")
    assert called(checkout) == ["-m sandbox down | own"]
    assert not (checkout / ".sandbox").exists()
    assert "deactivate_sandbox" not in cleaned.stdout


def test_clean_tells_an_activated_shell_what_to_type(checkout: Path) -> None:
    """The shell still looks for `pulumi` in the folder that is gone."""
    cleaned = make(checkout, "clean", PULUMI_HOME=f"{checkout}/.sandbox/pulumi")
    assert cleaned.stdout.splitlines()[-1].endswith("type: deactivate_sandbox")


@pytest.mark.parametrize("target", ["sandbox", "test"])
def test_what_is_missing_is_told_before_packages_are_installed(checkout: Path, target: str) -> None:
    """Without Go or Node nobody waits for pip first."""
    assert make(checkout, target, FAILS_AT="sandbox needs").returncode != 0
    assert called(checkout) == ["-m sandbox needs | own"]
