"""The points that `make test` runs: others for each commit, the same ones for the same commit."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from itertools import product

from tests.faults.faults import ERRORS, Fault
from tests.faults.points import Point
from tests.faults.scenarios import scenarios
from tests.repository import REPOSITORY

# For each stage and mode; 8 points take about 3 minutes in one of the processes of `make test`.
_POINTS = 2
_DIGITS = 10
# As likely as all other faults together: most of what can go wrong goes wrong after a kill.
_FAULTS = (*ERRORS, *(len(ERRORS) // 2 + 1) * (Fault.KILL_BEFORE, Fault.KILL_AFTER))


def seed() -> str:
    """Return FAULTS_SEED, else the hash of the commit that is checked out; `0` outside of a repository."""
    command = ["git", "rev-parse", f"--short={_DIGITS}", "HEAD"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return os.environ.get("FAULTS_SEED") or done.stdout.strip() or "0"


def sample(of: str) -> list[Point]:
    """Return points of each stage and mode, chosen by the seed."""
    choice = random.Random(of)  # noqa: S311 - a choice of tests
    found = []
    for stage, mode in product(("dev", "prod"), ("managed", "bulk")):
        for scenario in choice.sample(list(scenarios(stage=stage, mode=mode)), _POINTS):
            number = choice.randint(1, scenario.request_count)
            found.append(Point(scenario, number, choice.choice(_FAULTS)))
    return found


def main() -> None:
    """Print the seed and the points."""
    sys.stdout.write(f"Fault sample of commit {seed()} (FAULTS_SEED={seed()} repeats it):\n")
    for point in sample(seed()):
        sys.stdout.write(f"  {point}\n")


if __name__ == "__main__":
    main()
