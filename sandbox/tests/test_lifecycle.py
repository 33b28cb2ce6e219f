from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING

import boto3
import pytest

from sandbox import emulator_process, environment, launchers, lifecycle, processes
from sandbox.engine import locate
from sandbox.environment import REPOSITORY, Home
from sandbox.errors import SandboxError
from sandbox.gateway import ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from types_boto3_s3 import S3Client

PROGRAM = """
import pulumi
from greeter import Greeter

print("printed by the program")
made = Greeter("greeter", pulumi.Config().require("greeting"))
pulumi.export("greeting", made.greeting)
pulumi.export("secret", pulumi.Config().get_secret("secret"))
"""
DYNAMIC = """
import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class Provider(ResourceProvider):
    serialize_as_secret_always = False

    def create(self, props):
        return CreateResult("id", props)


class Greeter(Resource):
    greeting: pulumi.Output[str]

    def __init__(self, name, greeting):
        super().__init__(Provider(), name, {"greeting": greeting})
"""
TRACKED = b"# kept as it is\nconfig:\n    'p:greeting': \"hello\"\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Create an empty home."""
    made = Home(tmp_path / "home")
    made.create_folders()
    return made


@pytest.fixture
def running(home: Home) -> Iterator[Home]:
    """Start the emulator in a home, and stop it."""
    emulator_process.ensure_installed()
    emulator_process.start(home)
    yield home
    emulator_process.stop(home)


@pytest.fixture
def pulumi(home: Home, tmp_path: Path) -> Callable[..., str]:
    """Return a function that runs the real CLI in a small project with a dynamic resource."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: p\nruntime: python\n")
    (project / "Pulumi.dev.yaml").write_bytes(TRACKED)
    (project / "__main__.py").write_text(PROGRAM)
    (project / "greeter.py").write_text(DYNAMIC)
    launchers.write(home, locate.ensure())
    env = environment.full_environment(home, "http://127.0.0.1:1")

    def run(*arguments: str) -> str:
        command = ["pulumi", *arguments, "--non-interactive", "--color=never"]
        done = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def s3(home: Home) -> S3Client:
    """Return a client of the home's emulator."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    return session.client("s3", endpoint_url=emulator_process.endpoint(home))


def test_real_cli_runs_a_program_and_keeps_tracked_files(pulumi: Callable[..., str], tmp_path: Path) -> None:
    """Programs, dynamic resources, secrets and repeated updates work, without a change of the stack config."""
    config = tmp_path / "project" / "Pulumi.dev.yaml"
    pulumi("stack", "init", "dev")
    first = pulumi("up", "--yes", "--skip-preview", "--stack", "dev")
    assert "printed by the program" in first
    assert "warning" not in first
    assert "2 unchanged" in pulumi("up", "--yes", "--skip-preview", "--stack", "dev")
    assert config.read_bytes() == TRACKED
    pulumi("config", "set", "--stack", "dev", "--secret", "secret", "hush")
    pulumi("up", "--yes", "--skip-preview", "--stack", "dev")
    shown = json.loads(pulumi("stack", "output", "--stack", "dev", "--json", "--show-secrets"))
    assert shown == {"greeting": "hello", "secret": "hush"}
    assert b"encryptionsalt" in config.read_bytes()


def test_launchers_of_another_engine_are_removed(home: Home, tmp_path: Path) -> None:
    """An official CLI has its own language host, which the sandbox's must not replace."""
    launchers.write(home, locate.Engine(tmp_path / "pulumi", "v3.259.0", tmp_path))
    assert any(home.plugins.glob("language-python-*"))
    # The engine records a plugin's last use in such a file.
    (home.plugins / "language-python-v999.0.0.lastused").touch()
    launchers.write(home, locate.Engine(tmp_path / "pulumi", "v3.259.0", None))
    assert not any(home.plugins.glob("language-python-*/*"))
    assert any(home.plugins.glob("resource-aws-*"))


def test_emulator_keeps_its_data_and_port(running: Home) -> None:
    """A restart loses neither settings nor objects, and the endpoint stays the same."""
    before = emulator_process.endpoint(running)
    s3(running).create_bucket(Bucket="kept")
    s3(running).put_bucket_website(Bucket="kept", WebsiteConfiguration={"IndexDocument": {"Suffix": "start.html"}})
    s3(running).put_object(Bucket="kept", Key="a/b.html", Body=b"hello", CacheControl="max-age=7")
    assert emulator_process.stop(running)
    assert emulator_process.endpoint(running) is None
    assert not emulator_process.has_crashed(running)
    assert emulator_process.start(running) == before
    found = s3(running).get_object(Bucket="kept", Key="a/b.html")
    assert (found["Body"].read(), found["CacheControl"]) == (b"hello", "max-age=7")
    assert s3(running).get_bucket_website(Bucket="kept")["IndexDocument"]["Suffix"] == "start.html"


def test_emulator_is_started_once(running: Home) -> None:
    """A second start uses the running process."""
    record = processes.read(running.run / "emulator.json")
    emulator_process.start(running)
    assert processes.read(running.run / "emulator.json") == record


def test_emulator_listens_on_loopback_only(running: Home) -> None:
    """No other address of this machine answers, so it cannot be reached from the network."""
    port = processes.read(running.run / "emulator.json").port
    with socket.socket() as other:
        # A server on all interfaces would listen on 127.0.0.2 too.
        assert other.connect_ex(("127.0.0.2", port)) != 0


def test_killed_emulator(running: Home) -> None:
    """After a crash `up` knows that it has to refresh the state."""
    os.kill(processes.read(running.run / "emulator.json").pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while emulator_process.endpoint(running) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not emulator_process.stop(running)
    assert emulator_process.has_crashed(running)


def test_taken_port(home: Home) -> None:
    """If another program has the previous port, one line gives the command that chooses another port."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        processes.write(home.run / "emulator.json", processes.Record(0, port))
        with pytest.raises(SandboxError, match=rf"Port {port}, .* rm .*emulator\.json"):
            emulator_process.start(home)


def test_missing_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The emulator runs CloudFront Functions with Node."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match=r"Node is not on PATH.*install"):
        lifecycle.require_tools()


def test_up_outside_of_a_project(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without Pulumi.yaml nothing is started."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SandboxError, match=r"no Pulumi\.yaml in this folder"):
        lifecycle.up(home, ["dev"])
    assert emulator_process.endpoint(home) is None


def test_stop_checks_the_command_line(home: Home) -> None:
    """Pids are reused: a process with another command line is not terminated."""
    with subprocess.Popen(["sleep", "60"]) as other:
        record = home.run / "x.json"
        processes.write(record, processes.Record(other.pid, 4000, ("python", "-m", "ministack")))
        assert not processes.stop(record)
        assert other.poll() is None
        other.kill()


def test_process_that_ignores_sigterm_is_killed(home: Home, tmp_path: Path) -> None:
    """A background process that does not terminate is killed, and its port is kept for next time."""
    command = (
        sys.executable,
        "-c",
        "import signal; signal.signal(15, signal.SIG_IGN); print(1, flush=True); signal.pause()",
    )
    log = tmp_path / "log"
    pid = processes.start(command, env=dict(os.environ), log=log, cwd=tmp_path)
    record = processes.Record(pid, 4000, command)
    processes.write(home.run / "x.json", record)
    deadline = time.monotonic() + 10
    while not log.read_text() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert processes.stop(home.run / "x.json", timeout_s=0.2)
    os.waitpid(pid, 0)
    assert not processes.is_running(record)
    assert processes.read(home.run / "x.json") == processes.Record(0, 4000)


def test_start_status_and_down(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """`start` starts emulator and gateway, `status` shows both, `down` stops both; `url` needs a site."""
    stack = home.state / ".pulumi" / "stacks" / "site" / "dev.json"
    stack.parent.mkdir(parents=True)
    stack.write_text("{}")
    try:
        env = lifecycle.start(home)
        with pytest.raises(SandboxError, match="Stack dev has no site; publish it with: pulumi up --stack dev"):
            lifecycle.url(home, "dev")
        bucket = {"type": "aws:s3/bucket:Bucket", "id": "b"}
        stack.write_text(json.dumps({"checkpoint": {"latest": {"resources": [bucket]}}}))
        assert lifecycle.url(home, "dev").startswith("http://localhost:")
        assert lifecycle.status(home)
        with urllib.request.urlopen(f"{env['AWS_ENDPOINT_URL']}/_ministack/health", timeout=10) as done:  # noqa: S310 - our own address
            assert done.status == 200
    finally:
        lifecycle.down(home)
    assert not lifecycle.status(home)
    with pytest.raises(SandboxError, match="The sandbox is not running; start it with: make sandbox"):
        lifecycle.url(home, "dev")
    assert "AWS emulator  stopped\ngateway       stopped" in capsys.readouterr().out


def test_killed_gateway_has_no_urls(running: Home) -> None:
    """If the recorded pid belongs to another program now, the gateway is not running."""
    ports.save(running, ports.Ports(os.getpid(), 20_000, {"site/dev": 20_001}))
    with pytest.raises(SandboxError, match="The sandbox is not running"):
        lifecycle.url(running, "dev")


def test_errors(tmp_path: Path) -> None:
    """A user's mistake gives one line and exit code 1, without a traceback."""
    command = [*launchers.module_command("sandbox"), "url", "dev"]
    env = {**os.environ, "SANDBOX_HOME": str(tmp_path)}
    done = subprocess.run(command, env=env, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
