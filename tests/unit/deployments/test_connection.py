from __future__ import annotations

import json

import pytest

from hosting.deployments.connection import (
    ConfiguredDeployment,
    ConnectedDeployment,
    Connection,
    Variables,
    configured_connection,
    differences,
    edit_arguments,
    parse_connected,
)
from hosting.deployments.settings import DeploymentsSettings

NOTHING = ConnectedDeployment(Connection())


def _configured(connection: Connection | None = None, **values: str) -> ConfiguredDeployment:
    default = Connection(repository="acme/site", branch="main")
    return ConfiguredDeployment("prod", connection or default, Variables(values or None))


def test_nothing_connected_reads_as_nothing() -> None:
    """A stack whose deployments were never set up has an empty connection."""
    assert parse_connected("{}") == NOTHING


def test_connected_is_read_with_plain_names() -> None:
    """A full ref, slashes around the folder and `.` for the root are the same as the config's plain names."""
    printed = {
        "source": {"kind": "github", "repository": "acme/site", "branch": "refs/heads/main", "folder": "/infra/"}
    }
    assert parse_connected(json.dumps(printed)).connection == Connection("acme/site", "main", "infra")
    assert parse_connected('{"source": {"folder": "."}}').connection.folder == ""


def test_settings_become_a_connection() -> None:
    """A stack that is not a template is deployed on pushes and previewed for pull requests."""
    settings = DeploymentsSettings(repository="acme/site", paths=("site/**",))
    assert configured_connection(settings, "infra", None) == Connection(
        "acme/site", "main", "infra", ("site/**",), deploy_pushes=True, preview_pull_requests=True
    )


def test_equal_connections_have_no_differences() -> None:
    """Equal settings on both sides give no line."""
    assert differences(_configured(), ConnectedDeployment(Connection(repository="acme/site", branch="main"))) == []


def test_differences_are_readable() -> None:
    """Lists, booleans and empty values are written as text."""
    configured = _configured(Connection("acme/site", "main", paths=("a/**", "!b"), deploy_pushes=True))
    assert differences(configured, NOTHING) == [
        "repository: acme/site in the config, none connected",
        "branch: main in the config, none connected",
        "paths: a/**, !b in the config, none connected",
        "deploy pushes: yes in the config, no connected",
    ]


def test_variables_are_compared_by_name() -> None:
    """Missing and additional variables are listed; without a map in the config none are."""
    connected = ConnectedDeployment(Connection(repository="acme/site", branch="main"), ("A", "B"))
    assert differences(_configured(B="1", C="2"), connected) == [
        "variable C: only in the config",
        "variable A: only connected",
    ]
    assert differences(_configured(), connected) == []


def test_edit_always_has_the_switches() -> None:
    """A switch that is off is sent too, as it would stay on otherwise."""
    assert edit_arguments(_configured(), NOTHING) == [
        *("deployment", "settings", "edit", "--stack", "prod"),
        *("--github-repo", "acme/site", "--branch", "main", "--folder", ""),
        *("--push-to-deploy=false", "--preview-prs=false", "--pr-template=false"),
    ]


@pytest.mark.parametrize(
    ("connected", "flag"),
    [
        (Connection(paths=("site/**",)), "--path-filter="),
        (Connection(pre_run_commands=("npm ci",)), "--pre-run-command=true"),
        (Connection(role_arn="arn:aws:iam::123456789012:role/deploy"), "--oidc-aws-clear"),
    ],
)
def test_edit_clears_removed_settings(connected: Connection, flag: str) -> None:
    """A list or role that the config no longer has is cleared, but only if Pulumi Cloud has one."""
    assert edit_arguments(_configured(), ConnectedDeployment(connected))[-1] == flag
    assert flag not in edit_arguments(_configured(), NOTHING)


def test_placeholder_command_counts_as_none() -> None:
    """The command that replaces cleared commands is not a difference."""
    assert parse_connected('{"preRunCommands": ["true"]}').connection.pre_run_commands == ()


def test_commands_are_sent_one_by_one() -> None:
    """Pre-run commands keep their order, and are not cleared."""
    connection = Connection(pre_run_commands=("npm ci", "npm test"))
    assert edit_arguments(_configured(connection), ConnectedDeployment(connection))[-2:] == [
        "--pre-run-command=npm ci",
        "--pre-run-command=npm test",
    ]


def test_paths_with_commas_stay_one() -> None:
    """The CLI splits this flag at commas unless the value is quoted as in CSV."""
    assert '--path-filter="site/{a,b}/**"' in edit_arguments(_configured(Connection(paths=("site/{a,b}/**",))), NOTHING)


def test_session_is_named_after_the_stack() -> None:
    """The session name in CloudTrail has the stack, within the allowed characters and length."""
    configured = ConfiguredDeployment(
        "acme/site/" + "x" * 80, Connection(role_arn="arn:aws:iam::123456789012:role/deploy")
    )
    assert edit_arguments(configured, NOTHING)[-1] == "--oidc-aws-session-name=pulumi-acme-site-" + "x" * 47


def test_variables_are_set_and_removed() -> None:
    """Plain and secret variables are set, others are removed; secrets are hidden on request."""
    configured = ConfiguredDeployment("prod", Connection(), Variables({"A": "1", "B": "2"}, frozenset({"B"})))
    connected = ConnectedDeployment(Connection(), ("A", "C"))
    assert edit_arguments(configured, connected)[-3:] == ["--env=A=1", "--secret-env=B=2", "--remove-env=C"]
    assert edit_arguments(configured, connected, hide_secrets=True)[-2] == "--secret-env=B=[secret]"
