"""The commands `up`, `down`, `url` and `status`: they start and stop the engine's launchers, emulator and gateway."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox import emulator_process, environment, launchers, processes, stack_locks
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
_GATEWAY_TIMEOUT_S = 20.0
_POLL_S = 0.05


def require_tools() -> None:
    """Check that Node, and a Pulumi CLI or a Go to build it with, are installed; quick, with only the standard library.

    Raises:
        SandboxError: something is missing.
    """
    if shutil.which("node") is None:
        raise SandboxError(
            "Node is not on PATH, and the AWS emulator runs CloudFront Functions with it: "
            "install Node.js >= 18 (Debian: apt-get install nodejs)."
        )
    locate.require()


def prepare() -> Engine:
    """Find or build the engine, and install the emulator, without starting anything.

    Raises:
        SandboxError: something that is needed is missing.
    """
    require_tools()
    engine = locate.ensure()
    emulator_process.ensure_installed()
    return engine


def start(home: Home) -> dict[str, str]:
    """Start the emulator and the gateway unless they run; return the environment for `pulumi`.

    Raises:
        SandboxError: something that is needed is missing, or does not start.
    """
    engine = prepare()
    home.create_folders()
    launchers.write(home, engine)
    endpoint = emulator_process.start(home)
    environment.write_activate(home, endpoint)
    env = environment.full_environment(home, endpoint)
    _start_gateway(home, env)
    return env


def up(home: Home, stacks: Sequence[str]) -> None:
    """Start what is not running, deploy stacks of the project in the working directory, and print their URLs.

    Raises:
        SandboxError: something is missing, or a stack was not deployed; `pulumi` has said why.
    """
    if not Path("Pulumi.yaml").exists():
        raise SandboxError("There is no Pulumi.yaml in this folder: run this in the folder of a Pulumi project.")
    has_crashed = emulator_process.has_crashed(home)
    env = start(home)
    existing = _existing_stacks(home, env)
    for stack in stacks:
        for pid in stack_locks.release_stale(home, Path.cwd(), stack):
            print(f"Stack {stack}: removed the lock of pulumi process {pid}, which was killed.")
        if stack not in existing:
            # The first one becomes the current stack, for commands without --stack.
            select = ["--no-select"] if existing or stack != stacks[0] else []
            _pulumi(home, env, f"Stack {stack}, create", "stack", "init", stack, *select, log=f"init-{stack}")
        _deploy(home, stack, env, refresh=has_crashed)
    print()
    for stack in stacks:
        print(f"{stack:<6} {ports.url_for(home, stack)}")
    activate = _display_path(home.activate)
    print(f"\nTo run pulumi commands in this sandbox: source {activate}\nTo stop the sandbox: make sandbox-down")


def down(home: Home) -> None:
    """Stop the gateway and the emulator; their data and ports stay for the next `up`."""
    was_running = [processes.stop(_gateway_record_file(home)), emulator_process.stop(home)]
    print("The sandbox is stopped." if any(was_running) else "The sandbox was not running.")


def url(home: Home, stack: str) -> str:
    """Return the local URL of a stack's site.

    Raises:
        SandboxError: the sandbox is not running, or the stack does not exist, or has no site.
    """
    if not emulator_process.endpoint(home) or not _is_gateway_running(home):
        raise SandboxError("The sandbox is not running; start it with: make sandbox")
    found = ports.url_for(home, stack)
    if not Stacks(home).bucket(ports.full_name(home, stack)):
        raise SandboxError(f"Stack {stack} has no site; publish it with: pulumi up --stack {stack.rpartition('/')[2]}")
    return found


def status(home: Home) -> bool:
    """Print what is running, and the URL of each stack; return whether all of it is running."""
    endpoint, is_gateway_running = emulator_process.endpoint(home), _is_gateway_running(home)
    print(f"AWS emulator  {endpoint or 'stopped'}")
    print(f"gateway       {'running' if is_gateway_running else 'stopped'}")
    if is_gateway_running:
        existing = stack_files(home)
        for stack, port in sorted(ports.load(home).ports.items()):
            if stack in existing:
                print(f"              {stack}  http://localhost:{port}/")
    return bool(endpoint) and is_gateway_running


def _existing_stacks(home: Home, env: Mapping[str, str]) -> set[str]:
    done = subprocess.run(
        [home.bin / "pulumi", "stack", "ls", "--json"], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SandboxError(f"`pulumi stack ls` failed: {done.stderr.strip()}")
    return {stack["name"] for stack in json.loads(done.stdout)}


def _deploy(home: Home, stack: str, env: Mapping[str, str], *, refresh: bool) -> None:
    # After a crash the emulator lacks what it had not saved, and the state has to be refreshed first.
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
        raise SandboxError(f"{name} failed; its output is above, and in {file}.")
    return output


def _summary(output: str) -> str:
    """Return the diagnostics, the outputs and the number of changes, without the line for each resource."""
    lines = output.splitlines()
    headings = [number for number, line in enumerate(lines) if line in {"Diagnostics:", "Outputs:", "Resources:"}]
    shown = lines[headings[0] :] if headings else lines
    return "\n".join(f"    {line}" for line in shown if line and not line.startswith("Duration:"))


def _is_gateway_running(home: Home) -> bool:
    return processes.is_running(processes.read(_gateway_record_file(home)))


def _gateway_record_file(home: Home) -> Path:
    # Not gateway.json: in that file the gateway itself keeps its ports.
    return home.run / "gateway-process.json"


def _display_path(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _start_gateway(home: Home, env: Mapping[str, str]) -> None:
    options = ("--home", str(home.root), "--endpoint", env["AWS_ENDPOINT_URL"])
    command = (*launchers.module_command("sandbox.gateway"), *options)
    running = processes.read(_gateway_record_file(home))
    if processes.is_running(running):
        if running.command == command:
            return
        # The emulator has another endpoint now.
        processes.stop(_gateway_record_file(home))
    log = home.logs / "gateway-process.log"
    pid = processes.start(command, env=env, log=log, cwd=home.root)
    record = processes.Record(pid, 0, command)
    processes.write(_gateway_record_file(home), record)
    deadline = time.monotonic() + _GATEWAY_TIMEOUT_S
    while ports.load(home).pid != pid:
        if time.monotonic() > deadline or not processes.is_running(record):
            raise SandboxError(f"The gateway did not start. Its log is {log}.")
        time.sleep(_POLL_S)
