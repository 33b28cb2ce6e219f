"""The id of a CLI run, which is its process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hosting.publish.staging.cli_run import cli_run

if TYPE_CHECKING:
    from pathlib import Path


def process(proc: Path, pid: int, name: str, parent: int, started: int = 100) -> None:
    """Write the files of a process as Linux does in /proc."""
    (proc / str(pid)).mkdir(parents=True)
    rest = " ".join(["S", str(parent), *["0"] * 17, str(started), "0", "0"])
    (proc / str(pid) / "stat").write_text(f"{pid} ({name}) {rest}")


def test_the_cli_is_found_around_the_language_host(tmp_path: Path) -> None:
    """Other processes may be between the CLI and the program; names may contain parentheses and spaces."""
    process(tmp_path, os.getppid(), "python (3.11) x", 20)
    process(tmp_path, 20, "pulumi-language", 10)
    process(tmp_path, 10, "pulumi", 1, started=4711)
    assert cli_run(tmp_path) == "10 4711"


def test_without_the_cli_there_is_no_id(tmp_path: Path) -> None:
    """Neither at the last ancestor, nor if a process is its own parent."""
    process(tmp_path, os.getppid(), "bash", 20)
    assert cli_run(tmp_path) is None
    process(tmp_path, 20, "bash", 20)
    assert cli_run(tmp_path) is None


def test_id_on_this_system(tmp_path: Path) -> None:
    """Two programs below one process called pulumi have the same id; below another one they have another id."""
    cli = tmp_path / "pulumi"
    shutil.copy("/bin/sh", cli)
    ask = f"{sys.executable} -c 'from hosting.publish.staging.cli_run import cli_run; print(cli_run())'"
    runs = [subprocess.run([cli, "-c", f"{ask}; {ask}"], capture_output=True, text=True, check=True) for _ in range(2)]
    (one, same), (other, _) = (run.stdout.splitlines() for run in runs)
    assert one == same != other
    assert "None" not in {one, other}


PS = """#!/bin/sh
case "$4" in
%d) echo " 20 Wed Nov 25 02:58:59 2026 /usr/bin/python3" ;;
20) echo "  1 Wed Nov 25 02:58:58 2026 /opt/my tools/pulumi" ;;
*) exit 1 ;;
esac
"""


@pytest.mark.parametrize(("known", "expected"), [(True, "20 Wed Nov 25 02:58:58 2026"), (False, None)])
def test_ps_is_used_without_proc(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    known: bool,  # noqa: FBT001 - a table
    expected: str | None,
) -> None:
    """Some systems, such as macOS, have no /proc; there the name may be a path with spaces."""
    (tmp_path / "ps").write_text(PS % (os.getppid() if known else 0))
    (tmp_path / "ps").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert cli_run(tmp_path / "no-proc") == expected


def test_without_proc_and_ps_there_is_no_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If neither /proc nor ps is available, there is no id."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cli_run(tmp_path / "no-proc") is None
