from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import grpc
import pytest
from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from sandbox import launchers
from sandbox.language_host import (
    LanguageHost,
    VirtualenvError,
    program_environment,
    program_python,
    run_response,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Replaces the SDK's pulumi-language-python-exec: records how it was called.
RUNNER = """
import json, os, sys
with open("called.json", "w") as file:
    json.dump({"argv": sys.argv[1:], "cwd": os.getcwd(), "env": dict(os.environ)}, file)
sys.exit(int(os.environ.get("RUNNER_EXIT", "0")))
"""


def info(folder: Path, **options: str) -> language_pb2.ProgramInfo:
    """Return a program's description, with its runtime options."""
    struct = Struct()
    struct.update(options)
    return language_pb2.ProgramInfo(
        root_directory=str(folder), program_directory=str(folder), entry_point=".", options=struct
    )


def run_request(folder: Path, **options: str) -> language_pb2.RunRequest:
    """Return the request for a preview of a stack with a plain and a secret setting."""
    return language_pb2.RunRequest(
        project="site",
        stack="dev",
        organization="organization",
        monitor_address="127.0.0.1:1",
        dryRun=True,
        parallel=8,
        config={"site:name": "x", "site:key": "hidden"},
        configSecretKeys=["site:key"],
        info=info(folder, **options),
    )


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start the host as the engine does; yield its process and the port that it prints."""
    (tmp_path / "runner.py").write_text(RUNNER)
    command = [*launchers.plugin_command("sandbox.language_host"), str(tmp_path / "runner.py"), "127.0.0.1:2"]
    with subprocess.Popen(command, cwd=tmp_path, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as host:
        assert host.stdout is not None
        yield host, int(host.stdout.readline())
        host.kill()


def test_arguments_of_the_program_runner(tmp_path: Path) -> None:
    """The SDK's runner gets monitor, engine, names, directories, dry run and parallelism as flags."""
    host = LanguageHost(tmp_path / "runner.py", "127.0.0.1:2")
    _, *arguments = host.command_line(run_request(tmp_path))
    assert arguments == [
        *("-u", str(tmp_path / "runner.py")),
        *("--monitor", "127.0.0.1:1", "--engine", "127.0.0.1:2", "--project", "site"),
        *("--root_directory", str(tmp_path), "--stack", "dev", "--pwd", str(tmp_path)),
        *("--dry_run", "true", "--parallel", "8", "--organization", "organization", "."),
    ]


def test_config_in_the_environment(tmp_path: Path) -> None:
    """The SDK reads the stack's config, and the keys of its secrets, from two variables."""
    environment = program_environment(run_request(tmp_path))
    assert json.loads(environment["PULUMI_CONFIG"]) == {"site:name": "x", "site:key": "hidden"}
    assert json.loads(environment["PULUMI_CONFIG_SECRET_KEYS"]) == ["site:key"]


def test_virtualenv_option_chooses_the_python(tmp_path: Path) -> None:
    """The option is relative to Pulumi.yaml, and its bin folder comes first on PATH."""
    python = tmp_path / "env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    assert program_python(info(tmp_path, virtualenv="env")) == str(python)
    environment = program_environment(run_request(tmp_path, virtualenv="env"))
    assert environment["PATH"].split(os.pathsep)[0] == str(python.parent)
    assert environment["VIRTUAL_ENV"] == str(tmp_path / "env")


def test_missing_virtualenv(tmp_path: Path) -> None:
    """If the option names a folder that does not exist, the message has the commands that create it."""
    with pytest.raises(VirtualenvError, match=r"python3 -m venv .*requirements\.txt"):
        program_python(info(tmp_path, virtualenv="env"))


def test_python_without_the_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PULUMI_PYTHON_CMD wins, as with the official host; else it is the first python3 on PATH."""
    monkeypatch.setenv("PULUMI_PYTHON_CMD", "/opt/python")
    assert program_python(info(tmp_path)) == "/opt/python"
    monkeypatch.delenv("PULUMI_PYTHON_CMD")
    (tmp_path / "python3").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program_python(info(tmp_path)) == str(tmp_path / "python3")


@pytest.mark.parametrize(
    ("code", "error", "bail"),
    [
        (0, "", False),
        (32, "", True),
        (1, "Program exited with non-zero exit code: 1", False),
        (-9, "Program was ended by signal 9", False),
    ],
)
def test_exit_codes(code: int, error: str, bail: bool) -> None:  # noqa: FBT001 - a row
    """Exit code 32 means that the user has seen the error; the engine reports any other failure."""
    assert run_response(code) == language_pb2.RunResponse(error=error, bail=bail)


def test_runs_a_program_over_grpc(process: tuple[subprocess.Popen[str], int], tmp_path: Path) -> None:
    """The engine's Run call ends with the program, which runs in its own directory."""
    with grpc.insecure_channel(f"127.0.0.1:{process[1]}") as channel:
        stub = language_pb2_grpc.LanguageRuntimeStub(channel)
        assert stub.Run(run_request(tmp_path), timeout=30) == language_pb2.RunResponse()
    called = json.loads((tmp_path / "called.json").read_text())
    assert called["cwd"] == str(tmp_path)
    assert called["argv"][-1] == "."
    assert "PYTHONPATH" not in called["env"]


def test_installs_requirements_into_a_new_virtualenv(
    process: tuple[subprocess.Popen[str], int], tmp_path: Path
) -> None:
    """`pulumi new` and `pulumi install` create the virtualenv and show pip's output."""
    (tmp_path / "requirements.txt").write_text("pip\n")
    request = language_pb2.InstallDependenciesRequest(directory=str(tmp_path), info=info(tmp_path, virtualenv="env"))
    with grpc.insecure_channel(f"127.0.0.1:{process[1]}") as channel:
        stub = language_pb2_grpc.LanguageRuntimeStub(channel)
        output = b"".join(message.stdout for message in stub.InstallDependencies(request, timeout=60))
        about = stub.About(language_pb2.AboutRequest(info=request.info), timeout=30)
        listing = stub.GetProgramDependencies(language_pb2.GetProgramDependenciesRequest(info=request.info), timeout=30)
    assert b"Requirement already satisfied: pip" in output
    assert about.executable == str(tmp_path / "env" / "bin" / "python")
    assert about.version == sys.version.split()[0]
    assert "pip" in {package.name for package in listing.dependencies}


def test_creates_a_missing_virtualenv_before_the_program_runs(
    process: tuple[subprocess.Popen[str], int], tmp_path: Path
) -> None:
    """Like with the official host, a fresh checkout runs; a folder that has files stays as it is."""
    (tmp_path / "requirements.txt").write_text("pip\n")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/file").touch()
    with grpc.insecure_channel(f"127.0.0.1:{process[1]}") as channel:
        stub = language_pb2_grpc.LanguageRuntimeStub(channel)
        for option in ("env", "taken"):
            stub.GetRequiredPackages(
                language_pb2.GetRequiredPackagesRequest(info=info(tmp_path, virtualenv=option)), timeout=60
            )
    assert (tmp_path / "env/bin/python").exists()
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["file"]


def test_interrupt(process: tuple[subprocess.Popen[str], int]) -> None:
    """The engine interrupts its plugins when it is done: no traceback, exit code 0."""
    host, port = process
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = language_pb2_grpc.LanguageRuntimeStub(channel)
        assert stub.GetPluginInfo(empty_pb2.Empty(), timeout=30).version == "1.0.0"
        host.send_signal(signal.SIGINT)
        stdout, stderr = host.communicate(timeout=30)
    assert (stdout, stderr, host.returncode) == ("", "", 0)
