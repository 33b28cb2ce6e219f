from __future__ import annotations

import pytest

from hosting.config.load import RawConfig, load_room
from hosting.deployments.settings import NAMESPACE, DeploymentsSettings
from hosting.errors import ConfigError


def _settings(*secret: str, **values: str) -> DeploymentsSettings:
    config = {f"deployments:{key}": value for key, value in values.items()}
    raw = RawConfig("prod", config, frozenset(f"deployments:{key}" for key in secret))
    return load_room(raw, NAMESPACE, DeploymentsSettings)


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
    """Variables come as the JSON that the engine keeps, numbers and truth values as one would type them."""
    found = _settings(environment='{"NODE_ENV": "production", "LIMIT": 3, "CI": true}')
    assert found.environment == {"NODE_ENV": "production", "LIMIT": "3", "CI": "true"}


@pytest.mark.parametrize("value", ["plain", "[]", '{"A-B": "x"}', '{"A": {"B": "x"}}', '{"A": null}'])
def test_environment_refuses_what_no_process_can_have(value: str) -> None:
    """Something else than a map, a name with other signs, and a nested value are told with a map that holds."""
    assert _problem(environment=value).endswith("""deployments:environment '{"LOG_LEVEL": "info"}'""")


def test_secret_environment_is_never_shown() -> None:
    """A broken map with a secret in it is told without its values."""
    told = _problem("environment", environment='{"A-B": "hunter2"}')
    assert "hunter2" not in told
    assert "[secret]" in told


def test_secrets_stay_out_of_the_problems_of_other_settings() -> None:
    """What is wrong between two settings is told without the rest of the room."""
    told = _problem(
        "environment",
        environment='{"A": "hunter2"}',
        createRole="true",
        roleArn="arn:aws:iam::123456789012:role/deploy",
    )
    assert told == (
        "'deployments:createRole' must be false where roleArn is given (got true): "
        "pulumi config set --stack prod deployments:createRole false"
    )


@pytest.mark.parametrize(
    "address", ["https://github.com/acme/site", "https://github.com/acme/site.git", "git@github.com:acme/site.git"]
)
def test_repository_address_is_answered_with_its_name(address: str) -> None:
    """Who pastes GitHub's address is told the owner/name to type instead."""
    assert _problem(repository=address).endswith("pulumi config set --stack prod deployments:repository acme/site")


def test_repository_elsewhere_is_refused() -> None:
    """Pulumi's CLI can set up pushes from GitHub alone."""
    told = _problem(repository="https://gitlab.com/acme/site")
    assert told.startswith("'deployments:repository' must be owner/name of a GitHub repository")


def test_branch_is_told_without_refs() -> None:
    """A full ref is answered with the branch's plain name."""
    assert _problem(branch="refs/heads/main").endswith("deployments:branch main")


@pytest.mark.parametrize("key", ["roleArn", "oidcProviderArn"])
def test_arns_are_held_to_their_kind(key: str) -> None:
    """A user's ARN is neither a role's nor a provider's."""
    assert f"'deployments:{key}' must be the ARN" in _problem(**{key: "arn:aws:iam::123456789012:user/someone"})


def test_arns_of_their_kind_hold() -> None:
    """A role's and a provider's ARN are taken as they are."""
    role = "arn:aws-cn:iam::123456789012:role/ci/deploy"
    provider = "arn:aws:iam::123456789012:oidc-provider/api.pulumi.com/oidc"
    assert _settings(roleArn=role).role_arn == role
    assert _settings(createRole="true", oidcProviderArn=provider).oidc_provider_arn == provider


@pytest.mark.parametrize(
    ("key", "value"),
    [("reviewStacks", '["pr-*"]'), ("oidcProviderArn", "arn:aws:iam::123456789012:oidc-provider/api.pulumi.com/oidc")],
)
def test_settings_of_a_role_that_is_not_made(key: str, value: str) -> None:
    """What is about the role does nothing without one: it is told, without the rest of the room."""
    told = _problem("environment", environment='{"A": "hunter2"}', **{key: value})
    assert told.startswith("'deployments:createRole' must be true where reviewStacks or oidcProviderArn is given")
    assert told.endswith(": pulumi config set --stack prod deployments:createRole true")


@pytest.mark.parametrize("pattern", ["*", "a*b", "-x"])
def test_review_stacks_begin_with_a_name(pattern: str) -> None:
    """A pattern for every stack would undo the role's restriction."""
    assert "must be names of stacks" in _problem(reviewStacks=f'["{pattern}"]')


def test_a_template_gets_no_previews() -> None:
    """The template of review stacks is never deployed, so it is not previewed either."""
    assert not _settings(pullRequestTemplate="true").previews
    told = _problem(pullRequestTemplate="true", previewPullRequests="true")
    assert told.endswith("pulumi config set --stack prod deployments:previewPullRequests false")


def test_a_template_makes_no_role() -> None:
    """Every review stack has the template's config: each would make a role, and the OIDC provider again."""
    told = _problem(pullRequestTemplate="true", createRole="true")
    assert told.endswith("pulumi config set --stack prod deployments:pullRequestTemplate false")


def test_previews_can_be_turned_off() -> None:
    """`previewPullRequests false` is kept."""
    assert not _settings(previewPullRequests="false").previews


def test_role_for_github_needs_the_repository() -> None:
    """A role that any repository's workflow could take on is refused."""
    told = _problem(createRole="true", runsOn="github-actions")
    assert told.endswith("pulumi config set --stack prod deployments:repository '<value>'")
    assert _settings(createRole="true", runsOn="github-actions", repository="acme/site").create_role
