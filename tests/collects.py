"""Fail when a test file collects no test: a file that is never run looks like one that passes."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def main() -> int:
    """Print the test files without a test, or pytest's own output if it cannot collect; return an exit code."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "--no-header"]
    answer = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        sys.stderr.write(answer.stdout + answer.stderr)
        return 1
    # With -qq each file is one line: "tests/unit/test_x.py: 3".
    collected = {line.partition(": ")[0] for line in answer.stdout.splitlines()}
    files = {str(file.relative_to(REPOSITORY)) for folder in _test_folders() for file in folder.rglob("test_*.py")}
    empty = sorted(files - collected)
    for file in empty:
        sys.stderr.write(f"{file} collects no test\n")
    sys.stdout.write(f"{len(files) - len(empty)} of {len(files)} test files collect tests\n")
    return 1 if empty else 0


def _test_folders() -> list[Path]:
    """Return the folders that pytest looks for tests in."""
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    return [REPOSITORY / folder for folder in settings["testpaths"]]


if __name__ == "__main__":
    sys.exit(main())
