"""A stack's lock in the file backend, left behind by a `pulumi` that was killed.

The engine writes {"pid", "username", "hostname", "timestamp"} to a file, and takes it away as it ends in whatever way
but SIGKILL. It never looks whether the process is still there, and refuses the stack for ever.
"""

from __future__ import annotations

import json
import os
import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.errors import SandboxError

if TYPE_CHECKING:
    from sandbox.environment import Home


def release_dead(home: Home, project: Path, stack: str) -> list[int]:
    """Remove the locks of a stack whose processes on this machine are dead; return their pids.

    Args:
        home: the sandbox's.
        project: the folder of Pulumi.yaml.
        stack: the stack's plain name.

    Raises:
        SandboxError: somebody is at work on the stack.
    """
    released = []
    for file in sorted((home.state / ".pulumi" / "locks").glob(f"*/{_name(project)}/{stack}/*.json")):
        holder = _holder(file)
        pid, host = holder.get("pid", 0), holder.get("hostname", "")
        if not isinstance(pid, int) or host != socket.gethostname() or _is_alive(pid):
            raise SandboxError(
                f"Stack {stack} is locked: process {pid} on {host or 'an unknown machine'} is at work on it. "
                f"Wait until that ends, then run this again. If it has ended: rm {file}"
            )
        file.unlink(missing_ok=True)
        released.append(pid)
    return released


def _holder(file: Path) -> dict[str, object]:
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_alive(pid: int) -> bool:
    if Path("/proc/self").exists():
        # Pids are used again, soonest in containers: what runs under it now must be a `pulumi`.
        try:
            return b"pulumi" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _name(project: Path) -> str:
    found = re.search(r"""^name:\s*["']?([\w.-]+)""", (project / "Pulumi.yaml").read_text(), re.MULTILINE)
    return found[1] if found else "*"
