from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.e2e.pulumi_cloud.desk import Desk, desk_in
from tests.e2e.pulumi_cloud.service import READER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROLE = "arn:aws:iam::123456789012:role/deploy"
EVERYTHING = """\
config:
  deployments:repository: acme/website
  deployments:branch: release
  deployments:paths: [site/**, "!site/{a,b}/**"]
  deployments:preRunCommands: [npm ci, "npm run check -- --strict"]
  deployments:previewPullRequests: "false"
  deployments:roleArn: arn:aws:iam::123456789012:role/deploy
  deployments:environment: {NODE_ENV: production}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Log in to a new service, with an empty stack `prod`."""
    with desk_in(tmp_path) as desk:
        yield desk


def test_connect_sends_everything_that_is_set(desk: Desk) -> None:
    """Each setting of the stack is stored in Pulumi Cloud's own format."""
    desk.configure("prod", EVERYTHING)
    done = desk.deployments("connect", "--stack", "prod")
    assert done.stdout.startswith("Stack 'prod' is connected: a push to release of acme/website deploys it.\n")
    assert desk.prod.settings == {
        "sourceContext": {"git": {"branch": "release", "repoDir": ""}},
        "gitHub": {
            "repository": "acme/website",
            "deployCommits": True,
            "previewPullRequests": False,
            "pullRequestTemplate": False,
            "paths": ["site/**", "!site/{a,b}/**"],
        },
        "operationContext": {
            "preRunCommands": ["npm ci", "npm run check -- --strict"],
            "environmentVariables": {"NODE_ENV": "production"},
            "oidc": {"aws": {"roleArn": ROLE, "sessionName": "pulumi-prod"}},
        },
    }


def test_second_connect_changes_nothing(desk: Desk) -> None:
    """Connecting again sends nothing and prints the same."""
    desk.configure("prod", "config: {deployments:repository: acme/website}")
    desk.deployments("connect", "--stack", "prod")
    before = desk.prod.settings
    desk.cloud.calls.clear()
    done = desk.deployments("connect", "--stack", "prod")
    assert done.stdout == "Stack 'prod' is connected: a push to main of acme/website deploys it.\n"
    assert desk.prod.settings == before
    assert "POST /api/stacks/acme/site/prod/deployments/settings" not in desk.cloud.calls


def test_what_leaves_the_config_is_disconnected(desk: Desk) -> None:
    """Settings that are removed from the config, including a role and a variable, are cleared."""
    desk.configure("prod", EVERYTHING)
    desk.deployments("connect", "--stack", "prod")
    desk.configure("prod", "config: {deployments:repository: acme/website, deployments:environment: {}}")
    done = desk.deployments("connect", "--stack", "prod")
    assert "  was variable NODE_ENV: only connected\n" in done.stdout
    settings = desk.prod.settings or {}
    assert settings["gitHub"]["paths"] == []
    assert settings["operationContext"] == {"preRunCommands": ["true"], "environmentVariables": {}, "oidc": {}}
    printed = desk.deployments("status", "--stack", "prod").stdout
    assert printed == "Stack 'prod' is connected: a push to main of acme/website deploys it.\n"


def test_secret_variables_are_sent_as_secrets_and_never_shown(desk: Desk) -> None:
    """Of two variables the secret one is encrypted in Pulumi Cloud, and never printed."""
    desk.pulumi("config", "set", "--stack", "prod", "deployments:repository", "acme/website")
    desk.pulumi("config", "set", "--stack", "prod", "--path", "deployments:environment.PLAIN", "seen")
    desk.pulumi("config", "set", "--stack", "prod", "--path", "--secret", "deployments:environment.KEY", "hunter2")
    outputs = [desk.deployments("connect", "--stack", "prod", "--dry-run")]
    assert "--secret-env=KEY=[secret]" in outputs[0].stdout
    outputs += [desk.deployments("connect", "--stack", "prod"), desk.deployments("status", "--stack", "prod")]
    assert (desk.prod.settings or {})["operationContext"]["environmentVariables"] == {
        "PLAIN": "seen",
        "KEY": {"secret": "hunter2"},
    }
    assert all("hunter2" not in done.stdout + done.stderr for done in outputs)


def test_dry_run_shows_the_command_and_sends_nothing(desk: Desk) -> None:
    """`--dry-run` prints a command line that has the same effect."""
    desk.configure("prod", EVERYTHING)
    command = desk.deployments("connect", "--stack", "prod", "--dry-run").stdout
    assert command.startswith("pulumi deployment settings edit --stack prod --github-repo acme/website")
    assert desk.prod.settings is None
    assert desk.run("sh", "-c", command).returncode == 0
    assert desk.deployments("status", "--stack", "prod").stdout.startswith("Stack 'prod' is connected")


def test_status_tells_each_difference(desk: Desk) -> None:
    """A setting that was changed in Pulumi Cloud is listed as a difference."""
    desk.configure("prod", EVERYTHING)
    desk.deployments("connect", "--stack", "prod")
    desk.pulumi("deployment", "settings", "edit", "--stack", "prod", "--branch", "refs/heads/hotfix", "--env", "X=1")
    printed = desk.deployments("status", "--stack", "prod").stdout
    assert printed == (
        "The config of stack 'prod' and Pulumi Cloud differ:\n"
        "  branch: release in the config, hotfix connected\n"
        "  variable X: only connected\n"
        "To connect the stack by its config: python -m hosting.deployments connect --stack prod\n"
        "The Pulumi CLI lists only the names of variables, so their values were not compared.\n"
    )


def test_what_is_set_elsewhere_stays(desk: Desk) -> None:
    """Runner, shell and variables without a setting here are unchanged."""
    desk.pulumi("deployment", "settings", "edit", "--stack", "prod", "--shell", "bash", "--env", "X=1")
    desk.configure("prod", "config: {deployments:repository: acme/website}")
    desk.deployments("connect", "--stack", "prod")
    operation = (desk.prod.settings or {})["operationContext"]
    assert operation == {"options": {"shell": "bash"}, "environmentVariables": {"X": "1"}}


def test_connect_picks_up_the_role_that_the_stack_made(desk: Desk) -> None:
    """With `createRole` the role's ARN comes from the stack's outputs, once it was deployed."""
    desk.configure("prod", 'config: {deployments:repository: acme/website, deployments:createRole: "true"}')
    assert desk.refused("connect", "--stack", "prod").endswith(
        "has deployments:createRole but no role yet: pulumi up --stack prod"
    )
    desk.prod.outputs["deploymentRoleArn"] = ROLE
    desk.deployments("connect", "--stack", "prod")
    assert (desk.prod.settings or {})["operationContext"]["oidc"]["aws"]["roleArn"] == ROLE


def test_template_of_review_stacks_is_not_deployed(desk: Desk) -> None:
    """A template is connected for pull requests only."""
    desk.configure("prod", 'config: {deployments:repository: acme/website, deployments:pullRequestTemplate: "true"}')
    done = desk.deployments("connect", "--stack", "prod")
    assert done.stdout.startswith("Stack 'prod' is the template of review stacks: a pull request to main")
    github = (desk.prod.settings or {})["gitHub"]
    assert (github["deployCommits"], github["previewPullRequests"], github["pullRequestTemplate"]) == (
        False,
        False,
        True,
    )


def test_folder_of_the_project_is_found(desk: Desk) -> None:
    """A project in a folder of its repository is deployed from that folder."""
    subprocess.run(["git", "init", "-q", desk.project.parent], check=True)
    desk.configure("prod", "config: {deployments:repository: acme/website}")
    desk.deployments("connect", "--stack", "prod")
    assert (desk.prod.settings or {})["sourceContext"]["git"]["repoDir"] == "project"


def test_not_logged_in(desk: Desk) -> None:
    """Without a token, or with an expired one, the message asks for a login."""
    wanted = "error: You are not logged in to Pulumi Cloud: pulumi login"
    for command in ("connect", "status"):
        assert desk.refused(command, "--stack", "prod", PULUMI_ACCESS_TOKEN="pul-expired") == wanted
    desk.pulumi("logout", "--all")
    for command in ("connect", "status"):
        assert desk.refused(command, "--stack", "prod", PULUMI_ACCESS_TOKEN="") == wanted


def test_self_managed_backend(desk: Desk, tmp_path: Path) -> None:
    """A self-managed backend can't deploy: the message has the alternatives."""
    printed = desk.refused("connect", "--stack", "prod", PULUMI_BACKEND_URL=f"file://{tmp_path}")
    assert printed == (
        f"error: Stack 'prod' is stored in file://{tmp_path}, and only Pulumi Cloud deploys on a push: "
        "`pulumi login`, or deploy from your own CI, see docs/git-push.md"
    )


def test_no_such_stack(desk: Desk) -> None:
    """The message names the missing stack and the command that creates it."""
    for command in ("connect", "status"):
        printed = desk.refused(command, "--stack", "staging")
        assert printed == "error: There is no stack 'staging': pulumi stack init staging"


def test_no_rights(desk: Desk) -> None:
    """A user who may only read the stack gets a message, and nothing is changed."""
    desk.configure("prod", EVERYTHING)
    printed = desk.refused("connect", "--stack", "prod", PULUMI_ACCESS_TOKEN=READER)
    assert printed.startswith(
        "error: You have no permission to do that with the deployments of stack 'prod': ask an admin"
    )
    assert desk.prod.settings is None


def test_old_cli(desk: Desk, tmp_path: Path) -> None:
    """A CLI from before `deployment settings edit` is refused by its version."""
    old = tmp_path / "bin"
    old.mkdir()
    (old / "pulumi").write_text("#!/bin/sh\necho v3.250.0\n", encoding="utf-8")
    (old / "pulumi").chmod(0o755)
    printed = desk.refused("connect", "--stack", "prod", PATH=str(old))
    assert printed.startswith("error: The Pulumi CLI must be 3.251.0 or newer (got v3.250.0)")


def test_no_cli(desk: Desk, tmp_path: Path) -> None:
    """Without a CLI the message has the URL of its installation."""
    printed = desk.refused("connect", "--stack", "prod", PATH=str(tmp_path))
    assert printed == "error: There is no `pulumi` on PATH: install it, https://www.pulumi.com/docs/install/"


def test_repository_missing(desk: Desk) -> None:
    """The message about a missing repository has the setting."""
    printed = desk.refused("connect", "--stack", "prod")
    assert printed.endswith("is missing: pulumi config set --stack prod deployments:repository <owner>/<name>")


def test_broken_settings(desk: Desk) -> None:
    """All invalid settings are reported at once, as in `pulumi up`."""
    desk.configure("prod", "config: {deployments:repository: website, deployments:brnch: main}")
    printed = desk.refused("connect", "--stack", "prod")
    assert "The config of stack 'prod' has 2 problems; nothing was touched:" in printed


def test_secret_in_another_setting(desk: Desk) -> None:
    """A secret that Pulumi Cloud would show is refused, and not printed."""
    desk.pulumi(
        "config", "set", "--stack", "prod", "--path", "--secret", "deployments:preRunCommands[0]", "login hunter2"
    )
    printed = desk.refused("connect", "--stack", "prod")
    assert "'deployments:preRunCommands' can't be secret" in printed
    assert "hunter2" not in printed


def test_outside_of_a_project(desk: Desk, tmp_path: Path) -> None:
    """In another folder the command names the folder that it needs."""
    elsewhere = Desk(desk.cloud, tmp_path, desk.env)
    assert elsewhere.refused("status", "--stack", "prod").startswith("error: There is no Pulumi.yaml in")


def test_the_service_is_strict(desk: Desk) -> None:
    """The fake of Pulumi Cloud refuses and records calls that are not in the API."""
    assert desk.run("pulumi", "deployment", "list", "--stack", "prod", "--non-interactive").returncode != 0
    assert (
        desk.run("pulumi", "deployment", "settings", "edit", "--stack", "prod", "--oidc-gcp-region", "x").returncode
        != 0
    )
    assert [complaint.partition("?")[0] for complaint in desk.cloud.complaints] == [
        "GET /api/stacks/acme/site/prod/deployments is not in the API",
        "POST /api/stacks/acme/site/prod/deployments/settings: body.operationContext.oidc.gcp is not a field",
    ]
    desk.cloud.complaints.clear()
