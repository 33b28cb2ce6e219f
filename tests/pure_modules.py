"""Print pytest's options that hold the pure modules to full branch coverage.

The modules are those that pyproject.toml's first import-linter contract calls plain Python.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def main() -> None:
    """Print the options on one line, for a shell to split."""
    contract = tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["contracts"][0]
    modules = [f"--cov={module}" for module in contract["source_modules"]]
    options = ["--cov-branch", "--cov-report=term-missing:skip-covered", "--cov-fail-under=100"]
    sys.stdout.write(" ".join(modules + options) + "\n")


if __name__ == "__main__":
    main()
