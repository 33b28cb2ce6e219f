from __future__ import annotations

from typing import Any

import pytest

from hosting.config.load import RawConfig
from hosting.deployments.cli import CommandResult, DeploymentsError, require_version
from hosting.deployments.connection import ConnectedDeployment, Connection
from hosting.deployments.stack import read_stack, require_valid_template
from tests.unit.deployments.fakes import FakeCli


def _refusal(**results: CommandResult | dict[str, Any]) -> str:
    with pytest.raises(DeploymentsError) as caught:
        read_stack(FakeCli(**results), "prod")
    return str(caught.value)


@pytest.mark.parametrize("printed", ["v3.250.9\n", "v2.9.0\n", "", "nonsense"])
def test_old_cli_is_refused(printed: str) -> None:
    """A CLI before 3.251, or without a known version, is refused."""
    with pytest.raises(DeploymentsError, match=r"must be 3\.251\.0 or newer"):
        require_version(FakeCli(version=CommandResult(0, printed)))


@pytest.mark.parametrize("printed", ["v3.251.0\n", "3.259.0", "v4.0.0-alpha.1\n"])
def test_recent_cli_is_accepted(printed: str) -> None:
    """Each version from 3.251 on is accepted, including custom builds."""
    cli = FakeCli(version=CommandResult(0, printed))
    require_version(cli)
    assert cli.recorded == [("version",)]


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (CommandResult(3, "", "error: PULUMI_ACCESS_TOKEN must be set for login"), "You are not logged in"),
        (CommandResult(1, "", "error: Unauthorized: No credentials provided or are invalid."), "You are not logged in"),
        (CommandResult(3, "", "error: resolving: [403] Forbidden: no"), "You have no permission to do that"),
        (
            CommandResult(6, "", "error: no stack named 'prod' found"),
            "There is no stack 'prod': pulumi stack init prod",
        ),
        (CommandResult(255, "", "warning: slow\nerror: no route to host"), "`pulumi config` failed: no route to host"),
        (CommandResult(2, ""), "`pulumi config` failed: exit code 2"),
    ],
)
def test_failures_are_reported_with_the_remedy(result: CommandResult, message: str) -> None:
    """Each known failure of the CLI has its own message; for others it has the CLI's."""
    assert _refusal(config=result).startswith(message)


@pytest.mark.parametrize("url", ["file://~", "s3://bucket", "gs://bucket", "azblob://container"])
def test_own_backend_is_refused(url: str) -> None:
    """Only Pulumi Cloud deploys on a push."""
    assert _refusal(whoami={"url": url}).startswith(f"Stack 'prod' is stored in {url}, and only Pulumi Cloud")


def test_self_hosted_cloud_without_a_console_is_accepted() -> None:
    """A self-hosted Pulumi Cloud may have no URL."""
    assert read_stack(FakeCli(whoami={"url": ""}), "prod").configured.connection.repository == "acme/site"


def test_stack_of_github_actions_is_not_connected() -> None:
    """A stack must not be deployed by two services."""
    config = {"deployments:runsOn": {"value": "github-actions"}}
    assert _refusal(config=config).startswith("Stack 'prod' is deployed by GitHub Actions")


def test_stack_without_deployment_settings() -> None:
    """A stack without deployment settings has an empty connection."""
    result = CommandResult(1, "", "error: getting deployment settings: [404] Not found")
    assert read_stack(FakeCli(deployment_settings_get=result), "prod").connected == ConnectedDeployment(Connection())


def test_secret_variables_are_found_one_by_one() -> None:
    """Each variable of a map with a secret is looked up; one that can't be read counts as secret."""
    results: dict[str, CommandResult | dict[str, Any]] = {
        "config": {
            "deployments:repository": {"value": "acme/site"},
            "deployments:environment": {"value": '{"A": "1", "B": "2", "C": "3"}', "secret": True},
        },
        "config_get_--json_--path_deployments:environment.A": {"value": "1", "secret": False},
        "config_get_--json_--path_deployments:environment.B": {"value": "2", "secret": True},
        "config_get_--json_--path_deployments:environment.C": CommandResult(1, "", "error: no such path"),
    }
    assert read_stack(FakeCli(**results), "prod").configured.variables.secret == {"B", "C"}


def test_plain_map_is_not_looked_up() -> None:
    """Without a secret in the map no variable is looked up."""
    cli = FakeCli(
        config={
            "deployments:repository": {"value": "acme/site"},
            "deployments:environment": {"value": '{"A": "1"}', "secret": False},
        }
    )
    assert read_stack(cli, "prod").configured.variables.secret == frozenset()
    assert cli.commands("config", "get") == []


@pytest.mark.parametrize("names", ['["{stack}.example.com"]', '["{branch}.a.example", "{stack}.b.example"]', None])
def test_host_names_that_differ_for_each_copy_are_accepted(names: str | None) -> None:
    """Host names with the stack or the branch, or no host names, differ for each copy."""
    require_valid_template(RawConfig("pr", {"domain:names": names} if names else {}), "{stack}", "{branch}")


@pytest.mark.parametrize(
    ("names", "got"),
    [
        ('["{stack}.example.com", "www.example.com"]', "www.example.com"),
        ('["{branch}.example.com"]', "{branch}.example.com"),
        ("www.example.com", "www.example.com"),
        ('{"a": 1}', '{"a": 1}'),
    ],
)
def test_a_template_with_a_shared_host_name_is_refused(names: str, got: str) -> None:
    """Each name is checked; pull requests share one branch, so its name does not differ."""
    with pytest.raises(DeploymentsError, match=r"must have \{stack\} in it on a template") as refused:
        require_valid_template(RawConfig("pr", {"domain:names": names}), "{stack}")
    assert f"(got {got}): " in str(refused.value)
    assert str(refused.value).endswith("""pulumi config set --stack pr domain:names '["{stack}.example.com"]'""")


def test_template_of_pull_requests_is_checked() -> None:
    """Shared host names are refused only for a template."""
    config = {
        "deployments:repository": {"value": "acme/site"},
        "domain:names": {"value": '["{branch}.example.com"]'},
    }
    assert read_stack(FakeCli(config=config), "prod").configured.stack == "prod"
    message = _refusal(config={**config, "deployments:pullRequestTemplate": {"value": "true"}})
    assert message.startswith("Each of 'domain:names' must have {stack} in it")


def test_a_template_whose_copies_leave_buckets_is_refused() -> None:
    """Review stacks must be destroyed completely."""
    require_valid_template(RawConfig("pr", {"website:retainBucket": "false"}), "{stack}")
    with pytest.raises(DeploymentsError, match="would leave its bucket behind") as refused:
        require_valid_template(RawConfig("pr", {"website:retainBucket": "true"}), "{stack}")
    assert str(refused.value).endswith("pulumi config rm --stack pr website:retainBucket")
