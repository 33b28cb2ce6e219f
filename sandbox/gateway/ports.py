"""The port of each stack, in `<home>/run/gateway.json`, so that a site's URL stays the same between runs.

The file's content is {"pid": 4711, "port": 40000, "ports": {"hosting/dev": 40001}}. `pid` is null while the gateway is
stopped; `port` belongs to no stack, and answers by Host header only.
"""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.errors import SandboxError
from sandbox.gateway.stacks import stack_files

if TYPE_CHECKING:
    from sandbox.environment import Home

# A new stack has a port once the gateway has looked for new stacks, which it does every second.
PORT_TIMEOUT_S = 5.0


class UrlError(SandboxError):
    """A stack has no URL; the message says what to type next."""


@dataclass
class Ports:
    """The content of gateway.json."""

    pid: int | None = None
    port: int = 0
    ports: dict[str, int] = field(default_factory=dict)


def load(home: Home) -> Ports:
    """Return the ports; empty before the first start."""
    try:
        found = json.loads(_file(home).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Ports()
    return Ports(found.get("pid"), found["port"], found["ports"])


def save(home: Home, ports: Ports) -> None:
    """Replace the file in one step, so that a reader never sees half of it."""
    file = _file(home)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(vars(ports), indent=2) + "\n", encoding="utf-8")
    draft.replace(file)


def is_running(home: Home) -> bool:
    """Return whether the gateway's process exists."""
    pid = load(home).pid
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def url_for(home: Home, stack: str) -> str:
    """Return the URL of a stack: `dev`, `project/dev` or `organization/project/dev`.

    It waits for the port of a stack that has just been created.

    Raises:
        UrlError: the gateway is stopped, or the stack does not exist or is ambiguous.

    """
    if not is_running(home):
        raise UrlError("The sandbox is not running; start it with: make sandbox")
    name = full_name(home, stack)
    deadline = time.monotonic() + PORT_TIMEOUT_S
    while (port := load(home).ports.get(name)) is None:
        if time.monotonic() > deadline:
            raise UrlError(f"Stack {name} has no port. The gateway's log is {home.logs / 'gateway.log'}.")
        time.sleep(0.05)
    return f"http://localhost:{port}/"


def full_name(home: Home, stack: str) -> str:
    """Return a stack's name with its project, such as `project/dev`.

    Raises:
        UrlError: the stack does not exist or is ambiguous.

    """
    short_name = "/".join(stack.split("/")[-2:])
    existing = list(stack_files(home))
    matching = [name for name in existing if name == short_name or name.endswith(f"/{short_name}")]
    in_current_project = f"{current_project()}/{short_name}"
    if in_current_project in matching:
        return in_current_project
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise UrlError(f"Several projects have a stack {stack}: type `python -m sandbox url` and {_either(matching)}")
    listed = f"it has {', '.join(existing)}" if existing else "it has no stacks yet"
    raise UrlError(f"The sandbox has no stack {stack} ({listed}); create it with: pulumi stack init {stack}")


def _either(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def current_project() -> str:
    """Return the name of the project that the CLI would find from the working directory; empty without one."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        file = folder / "Pulumi.yaml"
        if file.is_file():
            found = re.search(r"(?m)^name:\s*['\"]?([^'\"\s]+)", file.read_text(encoding="utf-8"))
            return found[1] if found else ""
    return ""


def _file(home: Home) -> Path:
    return home.run / "gateway.json"
