"""`python -m hosting.doctor` with the real CLI, the real engine and the sandbox's cloud."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.harness import Project


def doctor(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in the project."""
    command = [sys.executable, "-m", "hosting.doctor", *arguments]
    return subprocess.run(
        command, cwd=project.path, env=dict(project.sandbox.env), capture_output=True, text=True, check=False
    )


def problems(project: Project) -> dict[str, dict[str, Any]]:
    """Return the lines that are an error or a warning, by the name of their check."""
    done = doctor(project, "--stack", "prod", "--json")
    lines = json.loads(done.stdout)["lines"]
    found = {line["check"]: line for line in lines if line["status"] in ("error", "warning")}
    assert done.returncode == int(any(line["status"] == "error" for line in lines)), done.stderr
    return found


def lock(project: Project) -> Path:
    """Leave a lock file, as a killed command does."""
    folder = project.sandbox.home.state / ".pulumi/locks/organization" / project.name / "prod"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "killed.json"
    file.write_text(json.dumps({"pid": 1, "username": "ci", "hostname": "ci", "timestamp": "2026-01-01T00:00:00Z"}))
    return file


def change_function(project: Project) -> None:
    """Upload a function's code without publishing it, as a killed update does."""
    (name,) = [item["id"] for item in project.state() if item["type"] == "aws:cloudfront/function:Function"]
    cloudfront = project.sandbox.cloudfront
    found = cloudfront.describe_function(Name=name, Stage="DEVELOPMENT")
    code = cloudfront.get_function(Name=name, Stage="DEVELOPMENT")["FunctionCode"].read()
    config = found["FunctionSummary"]["FunctionConfig"]
    changed = cloudfront.update_function(
        Name=name, IfMatch=found["ETag"], FunctionConfig=config, FunctionCode=code + b"\n//"
    )
    assert changed["FunctionSummary"]["Name"] == name


def test_the_life_of_a_stack(new_project: Callable[[str], Project]) -> None:
    """Nothing is wrong before the first `pulumi up`; what killed commands leave is found and repaired."""
    project = new_project("prod")
    assert problems(project) == {}
    project.up()
    (urn,) = [item["urn"] for item in project.state() if item["type"].endswith(":Distribution")]
    project.pulumi("state", "delete", "--force", "--target-dependents", "--yes", "--stack", "prod", urn)
    change_function(project)
    file = lock(project)
    found = problems(project)
    assert {check: line["status"] for check, line in found.items()} == {
        "stack": "error",
        "functions": "error",
        "left-overs": "warning",
    }
    assert found["stack"]["next_step"].endswith("pulumi cancel --stack prod")
    project.pulumi("cancel", "--yes", "--stack", "prod")
    assert not file.exists()
    pulumi, *arguments = shlex.split(found["left-overs"]["next_step"].partition(", then")[0])
    assert pulumi == "pulumi"
    project.pulumi(*arguments, "--yes")
    assert problems(project).keys() == {"functions"}
    assert found["functions"]["next_step"] == "pulumi up --refresh --stack prod"
    project.up("--refresh")
    assert problems(project) == {}
    assert project.get("/").status == 200


def test_mistakes(new_project: Callable[[str], Project]) -> None:
    """A stack that does not exist is one error with the next command; a folder without a project is refused."""
    project = new_project("dev")
    done = doctor(project, "--stack", "missing")
    assert done.returncode == 1
    assert "error        stack         There is no stack 'missing'\n" in done.stdout
    assert "next: pulumi stack init missing\n" in done.stdout
    (project.path / "Pulumi.yaml").unlink()
    done = doctor(project)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: There is no Pulumi.yaml in ")
