"""`python -m tools.smoke NAME`: run the steps; tools/aws-smoke.sh asks first."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from botocore.exceptions import ClientError

from tools.smoke.report import Report
from tools.smoke.stack import CommandError, Stack, copy_program
from tools.smoke.steps import STAGES, remove


def main() -> int:
    """Run the steps of the stages; return 1 if something was not as expected."""
    parser = argparse.ArgumentParser(prog="tools/aws-smoke.sh")
    parser.add_argument("name")
    parser.add_argument("--stages", default=",".join(STAGES))
    arguments = parser.parse_args()
    stages = [stage for stage in arguments.stages.split(",") if stage]
    if not stages or set(stages) - STAGES.keys():
        parser.error(f"--stages must be some of {', '.join(STAGES)}")
    report = Report()
    with tempfile.TemporaryDirectory(prefix="smoke-") as folder:
        copy_program(Path(folder))
        for stage in stages:
            _run_stage(stage, Stack(f"{arguments.name}-{stage}", Path(folder)), report)
    report.say(
        f"{len(report.differences)} differences{': ' if report.differences else ''}{'; '.join(report.differences)}"
    )
    return int(bool(report.differences))


def _run_stage(stage: str, stack: Stack, report: Report) -> None:
    """Run the steps of a stage, and destroy its stack whatever happens."""
    report.say(f"--- {stack.name}")
    stack.pulumi("stack", "init")
    try:
        STAGES[stage](stack, report)
    except (CommandError, ClientError) as error:
        report.check(f"{stack.name}: a step", "succeeds", f"fails: {error}")
    finally:
        remove(stack, report)


if __name__ == "__main__":
    sys.exit(main())
