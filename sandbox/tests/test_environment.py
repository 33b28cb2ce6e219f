from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from sandbox import environment
from sandbox.environment import Home


def sourced(home: Home, commands: str, shell: str = "sh") -> list[str]:
    """Return what commands print in a shell, with a home's activate script as $1."""
    environment.write_activate(home, "http://127.0.0.1:4000")
    command = [shell, "-euc", commands, shell, str(home.activate)]
    outside = {"PATH": os.environ["PATH"], "AWS_PROFILE": "work", "AWS_REGION": "eu-west-1"}
    return subprocess.run(command, env=outside, capture_output=True, text=True, check=True).stdout.splitlines()


def test_home_is_in_the_working_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each project has its own sandbox, unless SANDBOX_HOME names another one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SANDBOX_HOME", raising=False)
    assert environment.current_home() == Home(tmp_path / ".sandbox")
    monkeypatch.setenv("SANDBOX_HOME", "/elsewhere")
    assert environment.current_home() == Home(Path("/elsewhere"))


def test_aws_login_is_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A profile or session of a real account would override the sandbox's keys."""
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    env = environment.full_environment(Home(tmp_path), "http://127.0.0.1:4000")
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & env.keys()
    assert env["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4000"
    assert env["AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE"] == "http://kvs@127.0.0.1:4000"


def test_launchers_come_first_on_path(tmp_path: Path) -> None:
    """PATH starts with the folder of the launchers."""
    env = environment.full_environment(Home(tmp_path), "http://127.0.0.1:4000")
    assert env["PATH"].split(os.pathsep)[0] == str(tmp_path / "bin")


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_activate_exports_the_same_variables(tmp_path: Path, shell: str) -> None:
    """`source activate` sets the same variables that the sandbox's own commands use, also with spaces in paths."""
    home = Home(tmp_path / "a home")
    home.create_folders()
    shown = dict(line.partition("=")[::2] for line in sourced(home, '. "$1"; env', shell))
    expected = environment.sandbox_variables(home, "http://127.0.0.1:4000")
    assert {name: shown.get(name) for name in expected} == expected
    assert shown["PATH"].startswith(f"{home.bin}{os.pathsep}")
    assert "AWS_PROFILE" not in shown


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_deactivate_restores_everything(tmp_path: Path, shell: str) -> None:
    """deactivate_sandbox restores the shell, however often activate was sourced."""
    home = Home(tmp_path)
    commands = 'env | sort; echo --; . "$1"; . "$1"; deactivate_sandbox; env | sort'
    lines = sourced(home, commands, shell)
    middle = lines.index("--")
    assert [line for line in lines[:middle] if not line.startswith("_=")] == [
        line for line in lines[middle + 1 :] if not line.startswith("_=")
    ]
