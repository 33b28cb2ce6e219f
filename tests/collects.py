"""Fail when a test file collects no test: a file that is never run looks like one that passes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent


def main() -> int:
    """Print the test files without a test, or pytest's own words if it cannot collect; return an exit code."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "--no-header", str(TESTS)]
    answer = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        sys.stderr.write(answer.stdout + answer.stderr)
        return 1
    # With -qq each file is one line: "tests/unit/test_x.py: 3".
    collected = {line.partition(": ")[0] for line in answer.stdout.splitlines()}
    files = {str(file.relative_to(TESTS.parent)) for file in TESTS.rglob("test_*.py")}
    empty = sorted(files - collected)
    for file in empty:
        sys.stderr.write(f"{file} collects no test\n")
    sys.stdout.write(f"{len(files) - len(empty)} of {len(files)} test files collect tests\n")
    return 1 if empty else 0


if __name__ == "__main__":
    sys.exit(main())
