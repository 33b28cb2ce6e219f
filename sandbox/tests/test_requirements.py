"""The sandbox's requirements name what it imports, and nothing else."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
from typing import TYPE_CHECKING

from sandbox.environment import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SANDBOX = REPOSITORY / "sandbox"


def imported(file: Path) -> Iterator[str]:
    """Yield the top-level packages that a module imports."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module).partition(".")[0]


def third_party(files: set[Path]) -> set[str]:
    """Return the third-party packages that modules import."""
    return {name for file in files for name in imported(file)} - {*sys.stdlib_module_names, "sandbox"}


def pins(file: Path) -> dict[str, str]:
    """Return the version of each package that a requirements file pins."""
    return {name.lower(): version for name, version in re.findall(r"(?m)^([\w.-]+)==(\S+)$", file.read_text())}


def test_sandbox_requirements() -> None:
    """Each package that the sandbox imports is pinned in sandbox/requirements.txt, and no other one is."""
    own = {file for folder in ("tests", "emulator") for file in (SANDBOX / folder).rglob("*.py")}
    packages = third_party(set(SANDBOX.rglob("*.py")) - own)
    distributions = importlib.metadata.packages_distributions()
    # The namespace package `google` belongs to several distributions; the sandbox imports google.protobuf.
    names = {"protobuf" if package == "google" else distributions[package][0].lower() for package in packages}
    assert names == pins(SANDBOX / "requirements.txt").keys()


def test_emulator_requirements() -> None:
    """The emulator's modules import only the standard library; MiniStack is loaded by name."""
    assert third_party(set((SANDBOX / "emulator").rglob("*.py"))) == set()
    assert "ministack" in pins(SANDBOX / "emulator/requirements.txt")
