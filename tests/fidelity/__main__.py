"""`make fidelity`: let Terraform's AWS provider validate, apply and plan what the program declares; print a table."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox import emulator_process
from sandbox.environment import Home
from sandbox.progress import Step
from tests.fidelity.comparison import KNOWN, Comparison, load_schema
from tests.fidelity.terraform import Terraform, TerraformError, find
from tests.fidelity.translation import LEFT_OUT, REPLACED, distinct, without_secrets

if TYPE_CHECKING:
    from tests.fidelity.translation import Resource

# All stacks are in one account.
_MANY = ("CachePolicies", "OriginRequestPolicies", "ResponseHeadersPolicies", "OriginAccessControls", "Functions")


def main() -> int:
    """Compare; return the exit code: 0 also if Terraform or its provider is not on this machine."""
    parser = argparse.ArgumentParser(prog="python -m tests.fidelity", description=__doc__)
    parser.add_argument("--type", default="", help="only the stacks with a resource of this type, such as MetricAlarm")
    resource_type = parser.parse_args().type
    with tempfile.TemporaryDirectory() as folder:
        terraform = find(Path(folder))
        if isinstance(terraform, str):
            print(f"fidelity: skipped, because {terraform}")
            return 0
        home = Home(Path(folder) / "home")
        home.create_folders()
        home.quotas.write_text(json.dumps(dict.fromkeys(_MANY, 1000)))
        emulator_process.ensure_installed()
        try:
            return _compare(terraform, emulator_process.start(home), resource_type)
        except TerraformError as error:
            print(error)
            return 1
        finally:
            emulator_process.stop(home)


def _compare(terraform: Terraform, endpoint: str, resource_type: str) -> int:
    with Step("Stacks of tests/program") as step:
        found = distinct(_recorded(terraform.folder))
        stacks = [stack for stack in found if any(one["type"].endswith(resource_type) for one in stack)]
        step.note(f"{len(stacks)}")
    terraform.write({}, endpoint)
    terraform.run("init", "-no-color")
    comparison = Comparison(stacks, load_schema(terraform.run("providers", "schema", "-json")))
    terraform.write(comparison.resources(is_changed=False), endpoint)
    with Step(f"Terraform's AWS provider {terraform.version}: validate, apply"):
        terraform.run("validate", "-no-color")
        terraform.run("apply", "-no-color", "-auto-approve")
    with Step("Plan again"):
        unstable = [f"{change['address']}" for change in terraform.plan() if change["change"]["actions"] != ["no-op"]]
    terraform.write(comparison.resources(is_changed=True), endpoint)
    with Step("Plan another value of each property"):
        targets = sorted({f"-target={address}" for address, _ in comparison.changes.values()})
        differing = list(comparison.differences(terraform.plan("-refresh=false", *targets)))
    return _report(comparison, unstable, differing)


def _recorded(folder: Path) -> list[list[Resource]]:
    path = folder / "stacks.json"
    # These declare nothing, or random stacks.
    ignored = (f"--ignore=tests/program/test_{name}.py" for name in ("any_config", "imports"))
    options = ("-p", "tests.fidelity.recorder", "-p", "no:cacheprovider", "-q", *ignored)
    command = [sys.executable, "-m", "pytest", "tests/program", *options]
    done = subprocess.run(
        command, env={**os.environ, "FIDELITY_STACKS": str(path)}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise TerraformError(f"The tests of tests/program fail:\n{done.stdout}")
    stacks: list[list[Resource]] = without_secrets(json.loads(path.read_text()))
    return stacks


def _report(comparison: Comparison, unstable: list[str], differing: list[tuple[str, str, str]]) -> int:
    skipped = [reason for key in comparison.changes if (reason := comparison.reason(*key))]
    compared = len(comparison.changes) - len(skipped)
    unknown = [found for found in differing if found[0] not in KNOWN]
    rows = {
        "stacks": len(comparison.stacks),
        "resources with a change in the second plan": len(unstable),
        "properties that the stacks set": len(comparison.changes),
        "properties that are compared": compared,
        "agreements": compared - len(differing),
        "known differences": len(differing) - len(unknown),
        "other differences": len(unknown),
    }
    for name, number in rows.items():
        print(f"{name:<45}{number:>6}")
    for line in unstable:
        print(f"second plan: {line}")
    for name, real, sandbox in differing:
        print(f"{name}: {real} in Terraform's provider, {sandbox} in the sandbox's. {KNOWN.get(name, '')}".rstrip())
    for name, reason in [*LEFT_OUT.items(), *((name, reason) for name, (_, reason) in REPLACED.items())]:
        print(f"{name}: {reason}")
    return bool(unstable or unknown)


if __name__ == "__main__":
    sys.exit(main())
