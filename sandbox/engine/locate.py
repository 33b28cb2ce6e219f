"""Which Pulumi CLI to use: an official install brings its own Python support, our build borrows the SDK's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sandbox.engine import build

# The oldest CLI that this was tried with.
OLDEST_OFFICIAL = (3, 251)
LAUNCHER_MARK = "# sandbox launcher"


@dataclass(frozen=True)
class Engine:
    """A usable Pulumi CLI. `scripts` is the folder of the SDK's scripts; None if the install has its own plugins."""

    pulumi: Path
    version: str
    scripts: Path | None


def ensure(search_path: str | None = None) -> Engine:
    """The official CLI on `search_path` (default: PATH) if it will do, else our own, built if need be.

    Raises:
        SandboxError: it has to be built and cannot be.
    """
    found = official(os.environ.get("PATH", "") if search_path is None else search_path)
    if found is not None:
        return found
    folder = build.ensure()
    return Engine(folder / "pulumi", build.pinned_version(), folder)


def require() -> None:
    """See that `ensure` will find a CLI, or can build one.

    Raises:
        SandboxError: it has to be built, and Go is missing or too old.
    """
    if not build.is_built() and official(os.environ.get("PATH", "")) is None:
        build.require_go(shutil.which("go"))


def official(search_path: str) -> Engine | None:
    """The first real `pulumi` on the path, if it is recent and its Python plugin is beside it."""
    candidate = _first_real_pulumi(search_path)
    if candidate is None or not _has_python_plugin(candidate):
        return None
    version = _version_of(candidate)
    return Engine(candidate, version, None) if _is_recent(version) else None


def _first_real_pulumi(search_path: str) -> Path | None:
    for folder in filter(None, search_path.split(os.pathsep)):
        candidate = Path(folder) / "pulumi"
        if os.access(candidate, os.X_OK) and candidate.is_file() and not _is_launcher(candidate):
            return candidate.absolute()
    return None


def _is_launcher(path: Path) -> bool:
    """An activated sandbox puts its own `pulumi` first on PATH: that one leads back to us."""
    with path.open("rb") as file:
        return LAUNCHER_MARK.encode() in file.read(200)


def _has_python_plugin(pulumi: Path) -> bool:
    folders = (pulumi.parent, pulumi.resolve().parent)
    return any(os.access(folder / "pulumi-language-python", os.X_OK) for folder in folders)


def _version_of(pulumi: Path) -> str:
    try:
        answer = subprocess.run(
            [pulumi, "version"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip()


def _is_recent(version: str) -> bool:
    numbers = re.match(r"v?(\d+)\.(\d+)\.", version)
    return numbers is not None and (int(numbers[1]), int(numbers[2])) >= OLDEST_OFFICIAL
