"""Which port is a stack's: kept in `<home>/run/door.json`, so that a site's URL stays the same between runs.

Shape: {"pid": 4711, "port": 40000, "ports": {"hosting/dev": 40001}}. `pid` is there while the door is open; `port`
is the one that belongs to no stack and answers by Host name only.
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

PATIENCE = 5.0  # seconds that a new stack's port may take: the door looks for new stacks every second


class DoorError(SandboxError):
    """There is no URL to tell; the message says what to do."""


@dataclass
class Ports:
    """What door.json holds."""

    pid: int | None = None
    port: int = 0
    ports: dict[str, int] = field(default_factory=dict)


def load(home: Home) -> Ports:
    """Return what is on record; nothing yet is an empty record."""
    try:
        found = json.loads(_file(home).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Ports()
    return Ports(found.get("pid"), found["port"], found["ports"])


def save(home: Home, ports: Ports) -> None:
    """Put the record in place at once, so that no reader sees half of it."""
    file = _file(home)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(vars(ports), indent=2) + "\n", encoding="utf-8")
    draft.replace(file)


def is_open(home: Home) -> bool:
    """Tell whether the door's process is alive."""
    pid = load(home).pid
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def url_for(home: Home, stack: str) -> str:
    """Return the URL of a stack, named `dev`, `project/dev` or `organization/project/dev`.

    A stack made a moment ago gets its port within a second or two: this waits for it.

    Raises:
        DoorError: the door is closed, or there is no such stack, or there are several.

    """
    if not is_open(home):
        raise DoorError("the sandbox is not running; start it with 'make sandbox'")
    name = full_name(home, stack)
    deadline = time.monotonic() + PATIENCE
    while (port := load(home).ports.get(name)) is None:
        if time.monotonic() > deadline:
            raise DoorError(f"stack {name!r} has no port; see {home.logs / 'door.log'}")
        time.sleep(0.05)
    return f"http://localhost:{port}/"


def full_name(home: Home, stack: str) -> str:
    """Return a stack's `project/dev`, by which it is on record.

    Raises:
        DoorError: there is no such stack, or there are several.

    """
    wanted = "/".join(stack.split("/")[-2:])
    known = list(stack_files(home))
    found = [name for name in known if name == wanted or name.endswith(f"/{wanted}")]
    here = f"{project_here()}/{wanted}"
    if len(found) == 1 or here in found:
        return here if here in found else found[0]
    if found:
        raise DoorError(f"stack {stack!r} is ambiguous: type 'python -m sandbox url' and one of {', '.join(found)}")
    there = ", ".join(known) or "none yet"
    raise DoorError(f"no stack {stack!r}; there is {there}; make one with 'pulumi stack init'")


def project_here() -> str:
    """Return the name of the project that the working directory is in, as the CLI would find it; "" without one."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        file = folder / "Pulumi.yaml"
        if file.is_file():
            found = re.search(r"(?m)^name:\s*['\"]?([^'\"\s]+)", file.read_text(encoding="utf-8"))
            return found[1] if found else ""
    return ""


def _file(home: Home) -> Path:
    return home.run / "door.json"
