"""Chooses the Pulumi CLI: an official install has its own Python plugin, the sandbox's build uses the SDK's scripts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sandbox.engine import build

# The oldest CLI that was tested.
OLDEST_OFFICIAL = (3, 251)
LAUNCHER_COMMENT = "# sandbox launcher"


@dataclass(frozen=True)
class Engine:
    """A usable Pulumi CLI.

    Attributes:
        pulumi: the executable.
        version: such as v3.259.0.
        scripts: the folder of the SDK's scripts; None if the install has its own plugins.
    """

    pulumi: Path
    version: str
    scripts: Path | None


def ensure(search_path: str | None = None) -> Engine:
    """Return the official CLI on `search_path` (default: PATH) if it is recent, else the sandbox's, built if needed.

    Raises:
        SandboxError: it has to be built and cannot be.
    """
    found = official(os.environ.get("PATH", "") if search_path is None else search_path)
    if found is not None:
        return found
    folder = build.ensure()
    return Engine(folder / "pulumi", build.pinned_version(), folder)


def require() -> None:
    """Check that `ensure` will find a CLI, or can build one.

    Raises:
        SandboxError: it has to be built, and Go is missing or too old.
    """
    if not build.is_built() and official(os.environ.get("PATH", "")) is None:
        build.require_go(shutil.which("go"))


def official(search_path: str) -> Engine | None:
    """Return the first `pulumi` on the path that is not a launcher, if it is recent and has its Python plugin."""
    candidate = _first_installed_pulumi(search_path)
    if candidate is None or not _has_python_plugin(candidate):
        return None
    version = _version_of(candidate)
    return Engine(candidate, version, None) if _is_recent(version) else None


def _first_installed_pulumi(search_path: str) -> Path | None:
    for folder in filter(None, search_path.split(os.pathsep)):
        candidate = Path(folder) / "pulumi"
        if os.access(candidate, os.X_OK) and candidate.is_file() and not _is_launcher(candidate):
            return candidate.absolute()
    return None


def _is_launcher(path: Path) -> bool:
    """Return whether a `pulumi` is an activated sandbox's launcher, which would start this sandbox again."""
    with path.open("rb") as file:
        return LAUNCHER_COMMENT.encode() in file.read(200)


def _has_python_plugin(pulumi: Path) -> bool:
    folders = (pulumi.parent, pulumi.resolve().parent)
    return any(os.access(folder / "pulumi-language-python", os.X_OK) for folder in folders)


def _version_of(pulumi: Path) -> str:
    try:
        done = subprocess.run(
            [pulumi, "version"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _is_recent(version: str) -> bool:
    numbers = re.match(r"v?(\d+)\.(\d+)\.", version)
    return numbers is not None and (int(numbers[1]), int(numbers[2])) >= OLDEST_OFFICIAL
