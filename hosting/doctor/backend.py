"""The files of a backend that Pulumi's CLI manages itself: locks, and copies of a stack's state.

https://www.pulumi.com/docs/iac/concepts/state-and-backends/#using-a-diy-backend
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = "file://"
# The organization's name in such a backend: https://github.com/pulumi/pulumi/blob/v3.259.0/pkg/backend/diy/state.go
_ORGANIZATION = "organization"


def local_folder(url: str) -> Path | None:
    """Return the folder of a backend's files; None if they are not on this machine."""
    return Path(url.removeprefix(_FILE)).expanduser() / ".pulumi" if url.startswith(_FILE) else None


def locks(folder: Path, project: str, stack: str) -> Iterator[str]:
    """Yield who has locked the stack: a command that runs, or one that was killed."""
    for file in sorted((folder / "locks" / _ORGANIZATION / project / stack).glob("*.json")):
        content = _read(file)
        owner = content if isinstance(content, dict) else {}
        yield f"by process {owner.get('pid', '?')} on {owner.get('hostname', '?')} since {owner.get('timestamp', '?')}"


def checkpoint(folder: Path, project: str, stack: str) -> Path:
    """Return the file with the stack's state."""
    return folder / "stacks" / project / f"{stack}.json"


def newest_copy(folder: Path, project: str, stack: str) -> Path | None:
    """Return the newest complete copy of the stack's state; None without one.

    The CLI keeps the file that it replaces beside the new one, and a copy of each update's last one in `backups`.
    """
    beside = checkpoint(folder, project, stack).with_name(f"{stack}.json.bak")
    copies = sorted((folder / "backups" / project / stack).glob("*.json"), reverse=True)
    return next((file for file in (beside, *copies) if isinstance(_read(file), dict)), None)


def _read(file: Path) -> object:
    """Return the JSON of a file; None if it is not readable as such."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
