from __future__ import annotations

from typing import Any

import pytest

from hosting.config.load import RawConfig
from hosting.deployments.cli import Answer, DeploymentsError, require_version
from hosting.deployments.connection import Connected, Connection
from hosting.deployments.stack import read, require_fit_for_copies
from tests.unit.deployments.fakes import FakeCli


def _refusal(**answers: Answer | dict[str, Any]) -> str:
    with pytest.raises(DeploymentsError) as caught:
        read(FakeCli(**answers), "prod")
    return str(caught.value)


@pytest.mark.parametrize("told", ["v3.250.9\n", "v2.9.0\n", "", "nonsense"])
def test_old_cli_is_refused(told: str) -> None:
    """A CLI before 3.251, and what tells no version, is no use."""
    with pytest.raises(DeploymentsError, match=r"must be 3\.251\.0 or newer"):
        require_version(FakeCli(version=Answer(0, told)))


@pytest.mark.parametrize("told", ["v3.251.0\n", "3.259.0", "v4.0.0-alpha.1\n"])
def test_recent_cli_will_do(told: str) -> None:
    """Anything from 3.251 on is taken, a build of one's own too."""
    cli = FakeCli(version=Answer(0, told))
    require_version(cli)
    assert cli.asked == [("version",)]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(3, "", "error: PULUMI_ACCESS_TOKEN must be set for login"), "You are not logged in"),
        (Answer(1, "", "error: Unauthorized: No credentials provided or are invalid."), "You are not logged in"),
        (Answer(3, "", "error: resolving: [403] Forbidden: no"), "You may not do that"),
        (Answer(6, "", "error: no stack named 'prod' found"), "There is no stack 'prod': pulumi stack init prod"),
        (Answer(255, "", "warning: slow\nerror: no route to host"), "`pulumi config` failed: no route to host"),
        (Answer(2, ""), "`pulumi config` failed: exit code 2"),
    ],
)
def test_failures_are_told_with_what_to_do(answer: Answer, told: str) -> None:
    """Each way in which the CLI fails has its own sentence, and an unknown one the CLI's own."""
    assert _refusal(config=answer).startswith(told)


@pytest.mark.parametrize("url", ["file://~", "s3://bucket", "gs://bucket", "azblob://container"])
def test_own_backend_is_refused(url: str) -> None:
    """Only Pulumi Cloud deploys on a push."""
    assert _refusal(whoami={"url": url}).startswith(f"Stack 'prod' is kept in {url}, and only Pulumi Cloud")


def test_self_hosted_cloud_without_a_console_will_do() -> None:
    """A self-hosted Pulumi Cloud may tell no URL."""
    assert read(FakeCli(whoami={"url": ""}), "prod").wanted.connection.repository == "acme/site"


def test_stack_of_github_actions_is_not_connected() -> None:
    """Two that deploy one stack would get in each other's way."""
    config = {"deployments:runsOn": {"value": "github-actions"}}
    assert _refusal(config=config).startswith("Stack 'prod' is deployed by GitHub Actions")


def test_never_connected_is_no_failure() -> None:
    """A stack without deployment settings reads as connected to nothing."""
    answer = Answer(1, "", "error: getting deployment settings: [404] Not found")
    assert read(FakeCli(deployment_settings_get=answer), "prod").connected == Connected(Connection())


def test_secret_variables_are_found_one_by_one() -> None:
    """A map with a secret in it is asked for each of its variables; one that can't be told is taken for secret."""
    answers: dict[str, Answer | dict[str, Any]] = {
        "config": {
            "deployments:repository": {"value": "acme/site"},
            "deployments:environment": {"value": '{"A": "1", "B": "2", "C": "3"}', "secret": True},
        },
        "config_get_--json_--path_deployments:environment.A": {"value": "1", "secret": False},
        "config_get_--json_--path_deployments:environment.B": {"value": "2", "secret": True},
        "config_get_--json_--path_deployments:environment.C": Answer(1, "", "error: no such path"),
    }
    assert read(FakeCli(**answers), "prod").wanted.variables.secret == {"B", "C"}


def test_plain_map_is_not_asked_about() -> None:
    """Without a secret in the map there is nothing to ask."""
    cli = FakeCli(
        config={
            "deployments:repository": {"value": "acme/site"},
            "deployments:environment": {"value": '{"A": "1"}', "secret": False},
        }
    )
    assert read(cli, "prod").wanted.variables.secret == frozenset()
    assert cli.commands("config", "get") == []


@pytest.mark.parametrize("names", ['["{stack}.example.com"]', '["{branch}.a.example", "{stack}.b.example"]', None])
def test_copies_of_a_template_have_names_of_their_own(names: str | None) -> None:
    """Host names with the stack or the branch in them, and none, are every copy's own."""
    require_fit_for_copies(RawConfig("pr", {"domain:names": names} if names else {}), "{stack}", "{branch}")


@pytest.mark.parametrize(
    ("names", "got"),
    [
        ('["{stack}.example.com", "www.example.com"]', "www.example.com"),
        ('["{branch}.example.com"]', "{branch}.example.com"),
        ("www.example.com", "www.example.com"),
        ('{"a": 1}', '{"a": 1}'),
    ],
)
def test_a_template_with_a_name_for_all_is_refused(names: str, got: str) -> None:
    """Each name is looked at; pull requests have one branch, so its name tells none apart."""
    with pytest.raises(DeploymentsError, match=r"must have \{stack\} in it on a template") as refused:
        require_fit_for_copies(RawConfig("pr", {"domain:names": names}), "{stack}")
    assert f"(got {got}): " in str(refused.value)
    assert str(refused.value).endswith("""pulumi config set --stack pr domain:names '["{stack}.example.com"]'""")


def test_template_of_pull_requests_is_held_to_that() -> None:
    """What is read to be connected is refused, or not, by whether it is a template."""
    config = {
        "deployments:repository": {"value": "acme/site"},
        "domain:names": {"value": '["{branch}.example.com"]'},
    }
    assert read(FakeCli(config=config), "prod").wanted.stack == "prod"
    told = _refusal(config={**config, "deployments:pullRequestTemplate": {"value": "true"}})
    assert told.startswith("Each of 'domain:names' must have {stack} in it")


def test_a_template_whose_copies_leave_buckets_is_refused() -> None:
    """A review stack is destroyed without leftovers, or is none."""
    require_fit_for_copies(RawConfig("pr", {"website:retainBucket": "false"}), "{stack}")
    with pytest.raises(DeploymentsError, match="would leave its bucket behind") as refused:
        require_fit_for_copies(RawConfig("pr", {"website:retainBucket": "true"}), "{stack}")
    assert str(refused.value).endswith("pulumi config rm --stack pr website:retainBucket")
