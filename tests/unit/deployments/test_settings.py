from __future__ import annotations

import pytest

from hosting.config.load import RawConfig, load_section
from hosting.deployments.settings import NAMESPACE, DeploymentsSettings
from hosting.errors import ConfigError


def _settings(*secret: str, **values: str) -> DeploymentsSettings:
    config = {f"deployments:{key}": value for key, value in values.items()}
    raw = RawConfig("prod", config, frozenset(f"deployments:{key}" for key in secret))
    return load_section(raw, NAMESPACE, DeploymentsSettings)


def _problem(*secret: str, **values: str) -> str:
    with pytest.raises(ConfigError) as caught:
        _settings(*secret, **values)
    (only,) = caught.value.problems
    return only


def test_nothing_set_connects_main_and_runs_nothing_before() -> None:
    """Without settings the branch is main, every path deploys, and nothing runs before the program."""
    found = _settings()
    assert (found.branch, found.paths, found.pre_run_commands, found.environment) == ("main", (), (), None)
    assert found.previews


def test_environment_is_a_map_of_texts() -> None:
    """Numbers and booleans become text."""
    found = _settings(environment='{"NODE_ENV": "production", "LIMIT": 3, "CI": true}')
    assert found.environment == {"NODE_ENV": "production", "LIMIT": "3", "CI": "true"}


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("plain", "must be a map of variables"),
        ("[]", "must be a map of variables"),
        ('{"A-B": "x"}', "must have variable names of letters, digits and '_', without a digit in front"),
        ('{"A": {"B": "x"}}', "must have a text for each variable"),
        ('{"A": null}', "must have a text for each variable"),
    ],
)
def test_environment_refuses_what_no_process_can_have(value: str, rule: str) -> None:
    """A value that is not a map, another name and a nested value are refused."""
    problem = _problem(environment=value)
    assert problem.startswith(f"'deployments:environment' {rule} (got ")
    assert problem.endswith(" deployments:environment '<value>'")


def test_secret_environment_is_never_shown() -> None:
    """The message about an invalid map does not show its values."""
    problem = _problem("environment", environment='{"A-B": "hunter2"}')
    assert "hunter2" not in problem
    assert "[secret]" in problem


def test_secrets_stay_out_of_the_problems_of_other_settings() -> None:
    """A problem between two settings is reported without the values of others."""
    problem = _problem(
        "environment",
        environment='{"A": "hunter2"}',
        createRole="true",
        roleArn="arn:aws:iam::123456789012:role/deploy",
    )
    assert problem == (
        "'deployments:createRole' must be false if roleArn is set (got true): "
        "pulumi config set --stack prod deployments:createRole false"
    )


@pytest.mark.parametrize(
    "address", ["https://github.com/acme/site", "https://github.com/acme/site.git", "git@github.com:acme/site.git"]
)
def test_repository_address_is_replaced_by_its_name(address: str) -> None:
    """The command has the owner and name of a pasted address."""
    assert _problem(repository=address).endswith("pulumi config set --stack prod deployments:repository acme/site")


def test_repository_elsewhere_is_refused() -> None:
    """The Pulumi CLI only sets up pushes from GitHub."""
    problem = _problem(repository="https://gitlab.com/acme/site")
    assert problem.startswith("'deployments:repository' must be the 'owner/name' of a GitHub repository")


def test_branch_has_no_refs() -> None:
    """The command has the branch's name; a tag has none."""
    assert _problem(branch="refs/tags/v1").endswith("deployments:branch '<value>'")
    assert _problem(branch="refs/heads/main").endswith("deployments:branch main")


@pytest.mark.parametrize("key", ["roleArn", "oidcProviderArn"])
def test_arns_are_checked(key: str) -> None:
    """The ARN of a user is neither one of a role nor one of a provider."""
    assert f"'deployments:{key}' must be the ARN" in _problem(**{key: "arn:aws:iam::123456789012:user/someone"})


def test_valid_arns() -> None:
    """The ARN of a role and the ARN of a provider are accepted."""
    role = "arn:aws-cn:iam::123456789012:role/ci/deploy"
    provider = "arn:aws:iam::123456789012:oidc-provider/api.pulumi.com/oidc"
    assert _settings(roleArn=role).role_arn == role
    assert _settings(createRole="true", oidcProviderArn=provider).oidc_provider_arn == provider


@pytest.mark.parametrize(
    ("key", "value"),
    [("reviewStacks", '["pr-*"]'), ("oidcProviderArn", "arn:aws:iam::123456789012:oidc-provider/api.pulumi.com/oidc")],
)
def test_settings_of_a_role_that_is_not_created(key: str, value: str) -> None:
    """Settings of the role require it; the message does not show the values of others."""
    problem = _problem("environment", environment='{"A": "hunter2"}', **{key: value})
    assert problem.startswith("'deployments:createRole' must be true if reviewStacks or oidcProviderArn is set, ")
    assert problem.endswith(": pulumi config set --stack prod deployments:createRole true")


@pytest.mark.parametrize("pattern", ["*", "a*b", "-x"])
def test_review_stacks_begin_with_a_name(pattern: str) -> None:
    """A pattern that matches every stack would remove the role's restriction."""
    assert "must be names of stacks" in _problem(reviewStacks=f'["{pattern}"]')


def test_a_template_gets_no_previews() -> None:
    """The template of review stacks is never deployed, so it is not previewed either."""
    assert not _settings(pullRequestTemplate="true").previews
    problem = _problem(pullRequestTemplate="true", previewPullRequests="true")
    assert problem.endswith("pulumi config set --stack prod deployments:previewPullRequests false")


def test_a_template_creates_no_role() -> None:
    """Every review stack has the template's config: each would create the role and the OIDC provider."""
    problem = _problem(pullRequestTemplate="true", createRole="true")
    assert problem.endswith("pulumi config set --stack prod deployments:pullRequestTemplate false")


def test_previews_can_be_turned_off() -> None:
    """`previewPullRequests false` is kept."""
    assert not _settings(previewPullRequests="false").previews


def test_role_for_github_needs_the_repository() -> None:
    """A role that the workflows of any repository could use is refused."""
    problem = _problem(createRole="true", runsOn="github-actions")
    assert problem.endswith("pulumi config set --stack prod deployments:repository '<value>'")
    assert _settings(createRole="true", runsOn="github-actions", repository="acme/site").create_role
