from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.e2e.pulumi_cloud.desk import PROJECT, Desk, desk_in
from tests.e2e.pulumi_cloud.service import ORGANIZATION
from tests.repository import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.e2e.harness import Project


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Log in to a new service, with the repository's own template `pr`, a repository and a secret set in it."""
    with desk_in(tmp_path) as desk:
        template = (REPOSITORY / "Pulumi.pr.yaml").read_text(encoding="utf-8")
        desk.configure("pr", template)
        desk.pulumi("stack", "init", f"{ORGANIZATION}/pr")
        desk.pulumi("config", "set", "--stack", "pr", "deployments:repository", "acme/website")
        desk.pulumi("config", "set", "--stack", "pr", "--path", "--secret", "deployments:environment.KEY", "hunter2")
        yield desk


def test_branch_gets_a_stack_of_its_own_and_is_connected(desk: Desk) -> None:
    """The stack has the template's config with its secrets, is not a template, and is deployed by its branch."""
    done = desk.deployments("branch", "feature/Login page")
    assert done.stdout.startswith(
        "Stack 'feature-login-page' is connected: a push to feature/Login page of acme/website deploys it.\n"
    ), done.stderr
    assert done.stdout.endswith(
        "Commit Pulumi.feature-login-page.yaml to branch feature/Login page, the first push deploys it.\n"
    )
    stack = desk.cloud.stack(PROJECT, "feature-login-page")
    settings = stack.settings or {}
    assert settings["sourceContext"]["git"]["branch"] == "feature/Login page"
    assert settings["gitHub"]["pullRequestTemplate"] is False
    assert settings["operationContext"]["environmentVariables"] == {"KEY": {"secret": "hunter2"}}
    config = (desk.project / "Pulumi.feature-login-page.yaml").read_text(encoding="utf-8")
    assert 'cloudfront:enabled: "false"' in config
    assert "hunter2" not in config + done.stdout


def test_branch_again_is_connected_again(desk: Desk) -> None:
    """A second time no stack is created, and a changed setting is sent."""
    desk.deployments("branch", "feature-x")
    desk.pulumi("config", "set", "--stack", "feature-x", "--path", "deployments:paths[0]", "site/**")
    done = desk.deployments("branch", "feature-x")
    assert "was paths: site/** in the config, none connected" in done.stdout
    assert desk.cloud.calls.count("POST /api/stacks/acme/site") == 3


def test_branches_with_the_same_stack_name_are_refused(desk: Desk) -> None:
    """Another branch whose stack would have the same name does not replace it."""
    desk.deployments("branch", "feature-x")
    printed = desk.refused("branch", "feature/x")
    assert "Stack 'feature-x' exists, and its config has feature-x and not branch 'feature/x'" in printed
    assert "its config has feature-x" in desk.refused("branch", "feature/x", "--remove", "--yes")


def test_without_a_template_nothing_is_made(desk: Desk) -> None:
    """Without a template no stack is created."""
    printed = desk.refused("branch", "feature-x", "--template", "review")
    assert printed == "error: There is no stack 'review': pulumi stack init review"
    assert sorted(name for _, _, name in desk.cloud.stacks) == ["pr", "prod"]


def test_without_a_cloud_nothing_is_made(desk: Desk, tmp_path: Path) -> None:
    """With a self-managed backend, which can't deploy, no stack is created."""
    state = tmp_path / "state"
    state.mkdir()
    printed = desk.refused("branch", "feature-x", PULUMI_BACKEND_URL=f"file://{state}", PULUMI_CONFIG_PASSPHRASE="")
    assert "only Pulumi Cloud deploys on a push" in printed
    assert not (desk.project / "Pulumi.feature-x.yaml").exists()


def test_template_with_a_bucket_name_is_refused(desk: Desk) -> None:
    """Copies that would share one bucket are not created."""
    desk.pulumi("config", "set", "--stack", "pr", "website:bucketName", "acme-site")
    for command in (("branch", "feature-x"), ("connect", "--stack", "pr")):
        assert desk.refused(*command).endswith("pulumi config rm --stack pr website:bucketName")


def test_template_is_connected_for_pull_requests(desk: Desk) -> None:
    """The template in the repository only needs `deployments:repository` to be connected."""
    done = desk.deployments("connect", "--stack", "pr")
    assert done.stdout.startswith("Stack 'pr' is the template of review stacks"), done.stderr


def test_removed_branch_leaves_nothing(new_project: Callable[[str], Project]) -> None:
    """`--remove` destroys the site, and removes the stack and its config file."""
    project = new_project("feature-x")
    config = project.path / "Pulumi.feature-x.yaml"
    template = (REPOSITORY / "Pulumi.pr.yaml").read_text(encoding="utf-8")
    config.write_text(template, encoding="utf-8")
    project.config("deployments:pullRequestTemplate", "false")
    project.config("deployments:branch", "feature/x")
    project.up()
    bucket = project.outputs()["bucketName"]
    command = [sys.executable, "-m", "hosting.deployments", "branch", "feature/x", "--remove", "--yes"]
    subprocess.run(command, cwd=project.path, env=dict(project.sandbox.env), check=True)
    assert bucket not in [each["Name"] for each in project.sandbox.s3.list_buckets()["Buckets"]]
    assert not config.exists()
    assert project.pulumi("stack", "select", "feature-x", check=False).code != 0
