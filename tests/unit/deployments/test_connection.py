from __future__ import annotations

import json

import pytest

from hosting.deployments.connection import (
    Connected,
    Connection,
    Variables,
    Wanted,
    connected_from,
    differences,
    edit,
    wanted_connection,
)
from hosting.deployments.settings import DeploymentsSettings

NOTHING = Connected(Connection())


def _wanted(connection: Connection | None = None, **values: str) -> Wanted:
    return Wanted("prod", connection or Connection(repository="acme/site", branch="main"), Variables(values or None))


def test_nothing_connected_reads_as_nothing() -> None:
    """A stack whose deployments were never set up has an empty connection."""
    assert connected_from("{}") == NOTHING


def test_connected_is_read_with_plain_names() -> None:
    """A full ref, slashes around the folder and `.` for the root mean what the config says more plainly."""
    told = {"source": {"kind": "github", "repository": "acme/site", "branch": "refs/heads/main", "folder": "/infra/"}}
    assert connected_from(json.dumps(told)).connection == Connection("acme/site", "main", "infra")
    assert connected_from('{"source": {"folder": "."}}').connection.folder == ""


def test_settings_become_a_connection() -> None:
    """A stack that is no template is deployed by pushes and previewed for pull requests."""
    settings = DeploymentsSettings(repository="acme/site", paths=("site/**",))
    assert wanted_connection(settings, "infra", None) == Connection(
        "acme/site", "main", "infra", ("site/**",), deploy_pushes=True, preview_pull_requests=True
    )


def test_no_difference_is_no_line() -> None:
    """The same on both sides is nothing to tell."""
    assert differences(_wanted(), Connected(Connection(repository="acme/site", branch="main"))) == []


def test_differences_are_told_in_words() -> None:
    """Lists, truth values and what is empty are told as one would say them."""
    wanted = _wanted(Connection("acme/site", "main", paths=("a/**", "!b"), deploy_pushes=True))
    assert differences(wanted, NOTHING) == [
        "repository: acme/site in the config, none connected",
        "branch: main in the config, none connected",
        "paths: a/**, !b in the config, none connected",
        "deploy pushes: yes in the config, no connected",
    ]


def test_variables_are_compared_by_name() -> None:
    """Which variables are missing or too many is told; without a map in the config none are."""
    connected = Connected(Connection(repository="acme/site", branch="main"), ("A", "B"))
    assert differences(_wanted(B="1", C="2"), connected) == [
        "variable C: only in the config",
        "variable A: only connected",
    ]
    assert differences(_wanted(), connected) == []


def test_edit_always_says_the_switches() -> None:
    """A switch that is off is sent as well: left out it would stay as it was."""
    assert edit(_wanted(), NOTHING) == [
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
def test_edit_takes_away_what_is_not_wanted(connected: Connection, flag: str) -> None:
    """A list or role that the config no longer has is taken away, and only where there is one."""
    assert edit(_wanted(), Connected(connected))[-1] == flag
    assert flag not in edit(_wanted(), NOTHING)


def test_no_command_reads_as_none() -> None:
    """The command that stands for no commands is not a difference."""
    assert connected_from('{"preRunCommands": ["true"]}').connection.pre_run_commands == ()


def test_commands_are_sent_one_by_one() -> None:
    """Pre-run commands keep their order, and are not taken away again."""
    connection = Connection(pre_run_commands=("npm ci", "npm test"))
    assert edit(_wanted(connection), Connected(connection))[-2:] == [
        "--pre-run-command=npm ci",
        "--pre-run-command=npm test",
    ]


def test_paths_with_commas_stay_one() -> None:
    """The CLI splits this flag at commas unless the value is quoted as in CSV."""
    assert '--path-filter="site/{a,b}/**"' in edit(_wanted(Connection(paths=("site/{a,b}/**",))), NOTHING)


def test_session_is_named_after_the_stack() -> None:
    """CloudTrail shows which stack was deployed, within what a session's name may be."""
    wanted = Wanted("acme/site/" + "x" * 80, Connection(role_arn="arn:aws:iam::123456789012:role/deploy"))
    assert edit(wanted, NOTHING)[-1] == "--oidc-aws-session-name=pulumi-acme-site-" + "x" * 47


def test_variables_are_set_and_removed() -> None:
    """Plain and secret variables are set, others are removed; secrets are hidden on request."""
    wanted = Wanted("prod", Connection(), Variables({"A": "1", "B": "2"}, frozenset({"B"})))
    connected = Connected(Connection(), ("A", "C"))
    assert edit(wanted, connected)[-3:] == ["--env=A=1", "--secret-env=B=2", "--remove-env=C"]
    assert edit(wanted, connected, hide_secrets=True)[-2] == "--secret-env=B=[secret]"
