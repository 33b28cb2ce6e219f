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

from sandbox import emulator_process as cloud
from sandbox import environment, launchers, lifecycle, processes
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
    """Make an empty home."""
    made = Home(tmp_path / "home")
    made.make()
    return made


@pytest.fixture
def running(home: Home) -> Iterator[Home]:
    """Start the cloud in a home, and stop it."""
    cloud.ensure_installed()
    cloud.start(home)
    yield home
    cloud.stop(home)


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
    env = environment.environ(home, "http://127.0.0.1:1")

    def run(*arguments: str) -> str:
        command = ["pulumi", *arguments, "--non-interactive", "--color=never"]
        answer = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    return run


def s3(home: Home) -> S3Client:
    """Return a client of the home's cloud."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    return session.client("s3", endpoint_url=cloud.endpoint(home))


def test_real_engine_runs_a_program_and_tracked_files_stay(pulumi: Callable[..., str], tmp_path: Path) -> None:
    """Programs, dynamic resources, secrets and repeated updates work, and no stack config changes for it."""
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


def test_launchers_of_another_engine_are_taken_away(home: Home, tmp_path: Path) -> None:
    """With an official CLI, which brings its own language host, ours must not stay in its way."""
    launchers.write(home, locate.Engine(tmp_path / "pulumi", "v3.259.0", tmp_path))
    assert any(home.plugins.glob("language-python-*"))
    # The engine's own note of a plugin's last use.
    (home.plugins / "language-python-v999.0.0.lastused").touch()
    launchers.write(home, locate.Engine(tmp_path / "pulumi", "v3.259.0", None))
    assert not any(home.plugins.glob("language-python-*/*"))
    assert any(home.plugins.glob("resource-aws-*"))


def test_cloud_keeps_its_data_and_port_over_a_restart(running: Home) -> None:
    """Stopping and starting the cloud loses neither settings nor objects, and its address stays the same."""
    before = cloud.endpoint(running)
    s3(running).create_bucket(Bucket="kept")
    s3(running).put_bucket_website(Bucket="kept", WebsiteConfiguration={"IndexDocument": {"Suffix": "start.html"}})
    s3(running).put_object(Bucket="kept", Key="a/b.html", Body=b"hello", CacheControl="max-age=7")
    assert cloud.stop(running)
    assert cloud.endpoint(running) is None
    assert not cloud.ended_badly(running)
    assert cloud.start(running) == before
    found = s3(running).get_object(Bucket="kept", Key="a/b.html")
    assert (found["Body"].read(), found["CacheControl"]) == (b"hello", "max-age=7")
    assert s3(running).get_bucket_website(Bucket="kept")["IndexDocument"]["Suffix"] == "start.html"


def test_cloud_is_not_started_twice(running: Home) -> None:
    """A second start finds the first."""
    record = processes.read(running.run / "cloud.json")
    cloud.start(running)
    assert processes.read(running.run / "cloud.json") == record


def test_cloud_listens_on_loopback_only(running: Home) -> None:
    """Nobody on the network reaches it: no other address of this machine answers."""
    port = processes.read(running.run / "cloud.json").port
    with socket.socket() as other:
        # 127.0.0.2 is another address of the same machine, which a server on all interfaces would have.
        assert other.connect_ex(("127.0.0.2", port)) != 0


def test_killed_cloud_is_noticed(running: Home) -> None:
    """After a crash `up` has to look at the cloud before it believes the state."""
    os.kill(processes.read(running.run / "cloud.json").pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while cloud.endpoint(running) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not cloud.stop(running)
    assert cloud.ended_badly(running)


def test_taken_port_is_told_with_what_to_do(home: Home) -> None:
    """The port of the last run belongs to another program now: one line, with the command for another port."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        processes.write(home.run / "cloud.json", processes.Record(0, port))
        with pytest.raises(SandboxError, match=rf"Port {port}, .* rm .*cloud\.json"):
            cloud.start(home)


def test_missing_node_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The cloud runs CloudFront Functions with Node."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match=r"Node is not on PATH.*install"):
        lifecycle.require_tools()


def test_up_outside_of_a_project_says_so(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without Pulumi.yaml there is nothing to deploy, and nothing is started."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SandboxError, match=r"no Pulumi\.yaml here"):
        lifecycle.up(home, ["dev"])
    assert cloud.endpoint(home) is None


def test_only_our_own_process_is_ended(home: Home) -> None:
    """Pids are used again: a process with another command line is left alone."""
    with subprocess.Popen(["sleep", "60"]) as stranger:
        record = home.run / "x.json"
        processes.write(record, processes.Record(stranger.pid, 4000, ("python", "-m", "ministack")))
        assert not processes.stop(record)
        assert stranger.poll() is None
        stranger.kill()


def test_process_that_ignores_the_request_is_killed(home: Home, tmp_path: Path) -> None:
    """A background process that does not end when asked is ended, and its port is kept for next time."""
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
    assert processes.stop(home.run / "x.json", patience_s=0.2)
    os.waitpid(pid, 0)
    assert not processes.is_running(record)
    assert processes.read(home.run / "x.json") == processes.Record(0, 4000)


def test_everything_starts_answers_and_stops(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """`start` brings up cloud and door, `status` shows both, `down` ends both; `url` is for a site that is there."""
    stack = home.state / ".pulumi" / "stacks" / "site" / "dev.json"
    stack.parent.mkdir(parents=True)
    stack.write_text("{}")
    try:
        env = lifecycle.start(home)
        with pytest.raises(SandboxError, match="Stack dev has no site now; publish it with: pulumi up --stack dev"):
            lifecycle.url(home, "dev")
        bucket = {"type": "aws:s3/bucket:Bucket", "id": "b"}
        stack.write_text(json.dumps({"checkpoint": {"latest": {"resources": [bucket]}}}))
        assert lifecycle.url(home, "dev").startswith("http://localhost:")
        assert lifecycle.status(home)
        with urllib.request.urlopen(f"{env['AWS_ENDPOINT_URL']}/_ministack/health", timeout=10) as answer:  # noqa: S310 - our own address
            assert answer.status == 200
    finally:
        lifecycle.down(home)
    assert not lifecycle.status(home)
    with pytest.raises(SandboxError, match="The sandbox is not running; start it with: make sandbox"):
        lifecycle.url(home, "dev")
    assert "cloud  stopped\ndoor   closed" in capsys.readouterr().out


def test_a_killed_door_has_no_urls(running: Home) -> None:
    """Its record in the home, with a pid that another program has now, is not taken for it."""
    ports.save(running, ports.Ports(os.getpid(), 20_000, {"site/dev": 20_001}))
    with pytest.raises(SandboxError, match="The sandbox is not running"):
        lifecycle.url(running, "dev")


def test_errors_are_one_line_and_an_exit_code(tmp_path: Path) -> None:
    """A person sees what is wrong, not a traceback."""
    command = [*launchers.module_command("sandbox"), "url", "dev"]
    env = {**os.environ, "SANDBOX_HOME": str(tmp_path)}
    answer = subprocess.run(command, env=env, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: ")
    assert answer.stderr.count("\n") == 1
