"""The locks of stacks in the file backend, which a killed `pulumi` leaves behind.

The engine writes {"pid", "username", "hostname", "timestamp"} to a file, and removes it unless it ends by SIGKILL. It
never checks whether the process still exists, so the stack would stay locked.
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


def release_stale(home: Home, project: Path, stack: str) -> list[int]:
    """Remove the locks of a stack whose processes on this machine have ended; return their pids.

    Args:
        home: the sandbox's.
        project: the folder of Pulumi.yaml.
        stack: its name without the project.

    Raises:
        SandboxError: another process has locked the stack.
    """
    released = []
    for file in sorted((home.state / ".pulumi" / "locks").glob(f"*/{_project_name(project)}/{stack}/*.json")):
        content = _read(file)
        pid, host = content.get("pid", 0), content.get("hostname", "")
        if not isinstance(pid, int) or host != socket.gethostname() or _is_running(pid):
            raise SandboxError(
                f"Stack {stack} is locked by process {pid} on {host or 'an unknown machine'}. Wait until that ends, "
                f"then run this again. If it has ended: rm {file}"
            )
        file.unlink(missing_ok=True)
        released.append(pid)
    return released


def _read(file: Path) -> dict[str, object]:
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_running(pid: int) -> bool:
    if Path("/proc/self").exists():
        # Pids are reused, quickly in containers: the process that has it now must be a `pulumi`.
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


def _project_name(project: Path) -> str:
    found = re.search(r"""^name:\s*["']?([\w.-]+)""", (project / "Pulumi.yaml").read_text(), re.MULTILINE)
    return found[1] if found else "*"
