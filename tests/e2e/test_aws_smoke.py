"""tools/aws-smoke.sh, unchanged, in the sandbox."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.repository import REPOSITORY

if TYPE_CHECKING:
    from tests.e2e.harness import Sandbox


def smoke(sandbox: Sandbox, *arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
    """Run the script."""
    urls = f"env PYTHONPATH={REPOSITORY} {sys.executable} -m sandbox url"
    return subprocess.run(
        ["tools/aws-smoke.sh", *arguments],
        cwd=REPOSITORY,
        env={**sandbox.env, "PYTHON": sys.executable, "SITE_URL_COMMAND": urls},
        input=answer,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "error: usage: tools/aws-smoke.sh NAME"),
        (("Smoke",), "error: NAME must have only a-z, 0-9 and '-'"),
        (("smoke", "--all"), "error: usage: tools/aws-smoke.sh NAME"),
        (("smoke", "--stages"), "error: usage: tools/aws-smoke.sh NAME"),
    ],
)
def test_mistakes(sandbox: Sandbox, arguments: tuple[str, ...], message: str) -> None:
    """Wrong arguments are refused before anything is asked."""
    done = smoke(sandbox, *arguments)
    assert done.returncode == 2
    assert done.stdout.startswith(message)


def test_the_costs_are_said_first(sandbox: Sandbox) -> None:
    """Without --yes the script names the account and the costs, and asks; `n` creates nothing."""
    done = smoke(sandbox, "smoke", answer="n\n")
    assert done.returncode == 2
    assert "creates the stacks smoke-* in us-east-1 as arn:aws:iam::" in done.stdout
    assert "It costs less than" in done.stdout
    assert done.stdout.endswith("error: nothing was created\n")


def test_the_sandbox_answers_as_expected(sandbox: Sandbox) -> None:
    """Each publish is verified, each question has the expected answer, and nothing is left."""
    done = smoke(sandbox, "smoke", "--yes", "--stages", "prod")
    assert done.stdout.splitlines()[-1] == "0 differences", done.stdout
    assert done.returncode == 0
    distributions = sandbox.cloudfront.list_distributions()["DistributionList"].get("Items", [])
    assert [found["Id"] for found in distributions if found["Comment"].endswith("smoke-prod")] == []
    assert "updates of a key value store: 10 of 10 arrived" in done.stdout
    stores = sandbox.cloudfront.list_key_value_stores()["KeyValueStoreList"].get("Items", [])
    assert [found["Name"] for found in stores if found["Name"].startswith("smoke-prod")] == []
    assert [found["Name"] for found in sandbox.s3.list_buckets()["Buckets"] if "smoke-prod" in found["Name"]] == []
