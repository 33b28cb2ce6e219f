"""The connection of a stack: in its config, in Pulumi Cloud, their differences, and the flags that apply the config."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hosting.deployments.settings import DeploymentsSettings

# The CLI has no flag that clears the pre-run commands. This command does nothing, and replaces them all.
_NO_COMMAND = "true"

# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html (RoleSessionName)
_MAX_SESSION_NAME_LENGTH = 64

HIDDEN_VALUE = "[secret]"


@dataclass(frozen=True)
class Connection:
    """The settings of a stack's deployments.

    Attributes:
        repository: owner and name on GitHub.
        branch: the branch whose pushes deploy the stack.
        folder: the folder of Pulumi.yaml in the repository; empty for the root.
        paths: globs of the files whose changes deploy the stack.
        pre_run_commands: commands that run before each deployment.
        deploy_pushes: whether a push to the branch deploys the stack.
        preview_pull_requests: whether pull requests get a preview.
        template: whether pull requests get their own stacks, as copies of this one.
        role_arn: the AWS role that a deployment assumes; empty for none.
    """

    repository: str = ""
    branch: str = ""
    folder: str = ""
    paths: tuple[str, ...] = ()
    pre_run_commands: tuple[str, ...] = ()
    deploy_pushes: bool = False
    preview_pull_requests: bool = False
    template: bool = False
    role_arn: str = ""


@dataclass(frozen=True)
class Variables:
    """The environment variables of a deployment.

    Attributes:
        values: the values by name; None to keep those in Pulumi Cloud.
        secret: the names of variables that Pulumi Cloud encrypts.
    """

    values: Mapping[str, str] | None = None
    secret: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ConfiguredDeployment:
    """The deployment settings in the stack's config."""

    stack: str
    connection: Connection
    variables: Variables = field(default_factory=Variables)


@dataclass(frozen=True)
class ConnectedDeployment:
    """The deployment settings in Pulumi Cloud, as the CLI prints them: of variables only the names."""

    connection: Connection
    variables: tuple[str, ...] = ()


def configured_connection(settings: DeploymentsSettings, folder: str, role_arn: str | None) -> Connection:
    """Return the connection of ``settings``; ``role_arn`` is the given or created role, if there is one."""
    return Connection(
        repository=settings.repository or "",
        branch=settings.branch,
        folder=folder,
        paths=settings.paths,
        pre_run_commands=settings.pre_run_commands,
        deploy_pushes=not settings.pull_request_template,
        preview_pull_requests=settings.previews,
        template=settings.pull_request_template,
        role_arn=role_arn or "",
    )


def parse_connected(text: str) -> ConnectedDeployment:
    """Return the settings in the JSON of `pulumi deployment settings get --output json`."""
    view: dict[str, Any] = json.loads(text)
    source = view.get("source", {})
    commands = tuple(view.get("preRunCommands", ()))
    connection = Connection(
        repository=source.get("repository", ""),
        branch=source.get("branch", "").removeprefix("refs/heads/"),
        folder=source.get("folder", "").strip("/").removeprefix("."),
        paths=tuple(source.get("pathFilters", ())),
        pre_run_commands=() if commands == (_NO_COMMAND,) else commands,
        deploy_pushes=source.get("runUpdatesOnPush", False),
        preview_pull_requests=source.get("previewPullRequests", False),
        template=source.get("pullRequestTemplate", False),
        role_arn=view.get("oidc", {}).get("aws", {}).get("roleArn", ""),
    )
    return ConnectedDeployment(connection, tuple(view.get("environmentVariables", ())))


def differences(configured: ConfiguredDeployment, connected: ConnectedDeployment) -> list[str]:
    """Return a line for each difference between the config and Pulumi Cloud."""
    lines = []
    for each in fields(Connection):
        ours, theirs = getattr(configured.connection, each.name), getattr(connected.connection, each.name)
        if ours != theirs:
            lines.append(f"{each.name.replace('_', ' ')}: {_shown(ours)} in the config, {_shown(theirs)} connected")
    names = configured.variables.values
    if names is not None:
        lines += [f"variable {name}: only in the config" for name in sorted(names) if name not in connected.variables]
        lines += [f"variable {name}: only connected" for name in connected.variables if name not in names]
    return lines


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return str(value) or "none"


def edit_arguments(
    configured: ConfiguredDeployment, connected: ConnectedDeployment, *, hide_secrets: bool = False
) -> list[str]:
    """Return the arguments of ``pulumi`` that apply the config to Pulumi Cloud.

    They have all settings, not only those that differ, so the command is the same each time.
    """
    connection = configured.connection
    arguments = ["deployment", "settings", "edit", "--stack", configured.stack]
    arguments += ["--github-repo", connection.repository, "--branch", connection.branch]
    arguments += ["--folder", connection.folder]
    arguments += [f"--push-to-deploy={_flag(on=connection.deploy_pushes)}"]
    arguments += [f"--preview-prs={_flag(on=connection.preview_pull_requests)}"]
    arguments += [f"--pr-template={_flag(on=connection.template)}"]
    arguments += list(_lists(connection, connected.connection))
    arguments += list(_role(configured, connected.connection))
    arguments += list(_environment(configured.variables, connected.variables, hide_secrets=hide_secrets))
    return arguments


def _flag(*, on: bool) -> str:
    return "true" if on else "false"


def _lists(configured: Connection, connected: Connection) -> Iterator[str]:
    for path in configured.paths:
        yield f"--path-filter={_csv(path)}"
    if connected.paths and not configured.paths:
        yield "--path-filter="
    for command in configured.pre_run_commands:
        yield f"--pre-run-command={command}"
    if connected.pre_run_commands and not configured.pre_run_commands:
        yield f"--pre-run-command={_NO_COMMAND}"


def _csv(value: str) -> str:
    """Return ``value`` as a CSV field, as the CLI reads this flag: a glob may contain commas."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([value])
    return line.getvalue()


def _role(configured: ConfiguredDeployment, connected: Connection) -> Iterator[str]:
    role_arn = configured.connection.role_arn
    if role_arn:
        yield f"--oidc-aws-role-arn={role_arn}"
        yield f"--oidc-aws-session-name={_session_name(configured.stack)}"
    elif connected.role_arn:
        yield "--oidc-aws-clear"


def _session_name(stack: str) -> str:
    """Return the session name that CloudTrail shows for a deployment's calls."""
    return re.sub(r"[^A-Za-z0-9_=,.@-]", "-", f"pulumi-{stack}")[:_MAX_SESSION_NAME_LENGTH]


def _environment(configured: Variables, connected: tuple[str, ...], *, hide_secrets: bool) -> Iterator[str]:
    if configured.values is None:
        return
    for name, value in sorted(configured.values.items()):
        secret = name in configured.secret
        yield f"--{'secret-env' if secret else 'env'}={name}={HIDDEN_VALUE if secret and hide_secrets else value}"
    for name in connected:
        if name not in configured.values:
            yield f"--remove-env={_csv(name)}"
