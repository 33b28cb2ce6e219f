"""`up`, `down` and what is between: the one module that knows engine, cloud, door and launchers."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox import emulator_process as cloud
from sandbox import environment, launchers, processes
from sandbox import stack_locks as locks
from sandbox.engine import locate
from sandbox.errors import SandboxError
from sandbox.gateway import ports
from sandbox.gateway.stacks import Stacks, stack_files
from sandbox.progress import Step, run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sandbox.engine.locate import Engine
    from sandbox.environment import Home

DEFAULT_STACKS = ("dev", "prod")
_DOOR_TIMEOUT_S = 20.0
_POLL_S = 0.05


def require_tools() -> None:
    """See that what the machine has to bring is there; quick, and with the standard library alone.

    Raises:
        SandboxError: Node is missing, or both a Pulumi CLI and a Go to build it with.
    """
    if shutil.which("node") is None:
        raise SandboxError(
            "Node is not on PATH, and the local cloud runs CloudFront Functions with it: "
            "install Node.js >= 18 (Debian: apt-get install nodejs)."
        )
    locate.require()


def prepare() -> Engine:
    """Build or find the engine, and install the cloud; start nothing.

    Raises:
        SandboxError: something that is needed is missing.
    """
    require_tools()
    engine = locate.ensure()
    cloud.ensure_installed()
    return engine


def start(home: Home) -> dict[str, str]:
    """Have the cloud, the launchers and the door running; return the environment for `pulumi`.

    Raises:
        SandboxError: something that is needed is missing, or does not start.
    """
    engine = prepare()
    home.make()
    launchers.write(home, engine)
    endpoint = cloud.start(home)
    environment.write_activate(home, endpoint)
    env = environment.environ(home, endpoint)
    _start_door(home, env)
    return env


def up(home: Home, stacks: Sequence[str]) -> None:
    """Start what is not running, deploy the stacks of the project in the working directory, print their URLs.

    Raises:
        SandboxError: something is missing, or a stack was not deployed; `pulumi` has said why.
    """
    if not Path("Pulumi.yaml").exists():
        raise SandboxError("There is no Pulumi.yaml here: run this in the folder of a Pulumi project.")
    lost = cloud.ended_badly(home)
    env = start(home)
    known = _known_stacks(home, env)
    for stack in stacks:
        for pid in locks.release_dead(home, Path.cwd(), stack):
            print(f"Stack {stack}: took away the lock of pulumi process {pid}, which was killed.")
        if stack not in known:
            # The first one becomes the current stack, for the commands that people type without --stack.
            select = ["--no-select"] if known or stack != stacks[0] else []
            _pulumi(home, env, f"Stack {stack}, create", "stack", "init", stack, *select, log=f"init-{stack}")
        _deploy(home, stack, env, refresh=lost)
    print()
    for stack in stacks:
        print(f"{stack:<6} {ports.url_for(home, stack)}")
    print(f"\nTo use pulumi here yourself: source {_shown(home.activate)}     To stop: make sandbox-down")


def down(home: Home) -> None:
    """Stop the door and the cloud; their data and ports stay for the next `up`."""
    stopped = [processes.stop(_door_record(home)), cloud.stop(home)]
    print("The sandbox is stopped." if any(stopped) else "The sandbox was not running.")


def url(home: Home, stack: str) -> str:
    """Where a browser finds the stack's site.

    Raises:
        SandboxError: the sandbox is not running, or has no such stack, or the stack has no site.
    """
    if not cloud.endpoint(home) or not processes.is_running(processes.read(_door_record(home))):
        raise SandboxError("The sandbox is not running; start it with: make sandbox")
    found = ports.url_for(home, stack)
    if not Stacks(home).bucket(ports.full_name(home, stack)):
        raise SandboxError(
            f"Stack {stack} has no site now; publish it with: pulumi up --stack {stack.rpartition('/')[2]}"
        )
    return found


def status(home: Home) -> bool:
    """Print what runs and where; return whether all of it does."""
    endpoint = cloud.endpoint(home)
    door = processes.is_running(processes.read(_door_record(home)))
    print(f"cloud  {endpoint or 'stopped'}\ndoor   {'open' if door else 'closed'}")
    if door:
        there = stack_files(home)
        for stack, port in sorted(ports.load(home).ports.items()):
            if stack in there:
                print(f"       {stack}  http://localhost:{port}/")
    return bool(endpoint) and door


def _known_stacks(home: Home, env: Mapping[str, str]) -> set[str]:
    answer = subprocess.run(
        [home.bin / "pulumi", "stack", "ls", "--json"], env=env, capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        raise SandboxError(f"`pulumi stack ls` failed: {answer.stderr.strip()}")
    return {stack["name"] for stack in json.loads(answer.stdout)}


def _deploy(home: Home, stack: str, env: Mapping[str, str], *, refresh: bool) -> None:
    # After a crash the cloud has forgotten what it had not saved: look before believing the state.
    options = ["--yes", "--skip-preview", "--suppress-permalink=true", *(["--refresh"] if refresh else [])]
    output = _pulumi(home, env, f"Stack {stack}, pulumi up", "up", "--stack", stack, *options, log=f"up-{stack}")
    print(_summary(output))


def _pulumi(home: Home, env: Mapping[str, str], name: str, *arguments: str, log: str) -> str:
    command: list[str | Path] = [home.bin / "pulumi", *arguments, "--non-interactive", "--color=never"]
    file = home.logs / f"{log}.log"
    with Step(name) as step:
        code, output = run(command, on_line=lambda line: step.note(line.strip()), env=env)
        step.note("")
        if code != 0:
            step.fail()
    file.write_text(output)
    if code != 0:
        print(f"\n{output.strip()}\n", flush=True)
        raise SandboxError(f"{name} failed; what it said is above, and in {file}.")
    return output


def _summary(output: str) -> str:
    """What the program said and what changed, without the line for each resource."""
    lines = output.splitlines()
    headings = [number for number, line in enumerate(lines) if line in {"Diagnostics:", "Outputs:", "Resources:"}]
    shown = lines[headings[0] :] if headings else lines
    return "\n".join(f"    {line}" for line in shown if line and not line.startswith("Duration:"))


def _door_record(home: Home) -> Path:
    # Not door.json: that one belongs to the door, which keeps its ports in it.
    return home.run / "door-process.json"


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _start_door(home: Home, env: Mapping[str, str]) -> None:
    place = ("--home", str(home.root), "--endpoint", env["AWS_ENDPOINT_URL"])
    command = (*launchers.module_command("sandbox.gateway"), *place)
    running = processes.read(_door_record(home))
    if processes.is_running(running):
        if running.command == command:
            return
        # It would look for the cloud where it no longer is.
        processes.stop(_door_record(home))
    log = home.logs / "door-process.log"
    pid = processes.start(command, env=env, log=log, cwd=home.root)
    record = processes.Record(pid, 0, command)
    processes.write(_door_record(home), record)
    deadline = time.monotonic() + _DOOR_TIMEOUT_S
    while ports.load(home).pid != pid:
        if time.monotonic() > deadline or not processes.is_running(record):
            raise SandboxError(f"The front door did not open. Its log is {log}.")
        time.sleep(_POLL_S)
