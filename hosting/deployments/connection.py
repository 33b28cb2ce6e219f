"""What Pulumi Cloud is to know of a stack and what it knows, the difference, and the flags that settle it. Pure."""

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

# The CLI has no flag that empties the list of pre-run commands; this command does nothing, and takes the place of all.
_NO_COMMAND = "true"

# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html (RoleSessionName)
_LONGEST_SESSION_NAME = 64

HIDDEN = "[secret]"


@dataclass(frozen=True)
class Connection:
    """How a stack is connected.

    Attributes:
        folder: where Pulumi.yaml is in the repository; empty for the root.
        deploy_pushes: whether a push to the branch deploys the stack.
        template: whether pull requests get a stack of their own, modelled on this one.
        role_arn: the role that a deployment takes on in AWS; empty for none.
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
    """The environment of a deployment.

    Attributes:
        values: by name; None to leave alone whatever is connected.
        secret: the names whose values Pulumi Cloud keeps encrypted.
    """

    values: Mapping[str, str] | None = None
    secret: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Wanted:
    """What the stack's config asks for."""

    stack: str
    connection: Connection
    variables: Variables = field(default_factory=Variables)


@dataclass(frozen=True)
class Connected:
    """What Pulumi Cloud has, as the CLI tells it: of variables the names alone."""

    connection: Connection
    variables: tuple[str, ...] = ()


def wanted_connection(settings: DeploymentsSettings, folder: str, role_arn: str | None) -> Connection:
    """Return the connection that ``settings`` ask for; ``role_arn`` is the role given or made, if any."""
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


def connected_from(told: str) -> Connected:
    """Return what is connected, from the JSON of `pulumi deployment settings get --output json`."""
    view: dict[str, Any] = json.loads(told)
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
    return Connected(connection, tuple(view.get("environmentVariables", ())))


def differences(wanted: Wanted, connected: Connected) -> list[str]:
    """Return a line for each thing in which the config and what is connected differ."""
    lines = []
    for each in fields(Connection):
        here, there = getattr(wanted.connection, each.name), getattr(connected.connection, each.name)
        if here != there:
            lines.append(f"{each.name.replace('_', ' ')}: {_shown(here)} in the config, {_shown(there)} connected")
    names = wanted.variables.values
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


def edit(wanted: Wanted, connected: Connected, *, hide_secrets: bool = False) -> list[str]:
    """Return the arguments after ``pulumi`` that make what is connected what is wanted.

    All settings are sent, whatever differs: one command to read, and the same one each time.
    """
    connection = wanted.connection
    arguments = ["deployment", "settings", "edit", "--stack", wanted.stack]
    arguments += ["--github-repo", connection.repository, "--branch", connection.branch]
    arguments += ["--folder", connection.folder]
    arguments += [f"--push-to-deploy={_flag(on=connection.deploy_pushes)}"]
    arguments += [f"--preview-prs={_flag(on=connection.preview_pull_requests)}"]
    arguments += [f"--pr-template={_flag(on=connection.template)}"]
    arguments += list(_lists(connection, connected.connection))
    arguments += list(_role(wanted, connected.connection))
    arguments += list(_environment(wanted.variables, connected.variables, hide_secrets=hide_secrets))
    return arguments


def _flag(*, on: bool) -> str:
    return "true" if on else "false"


def _lists(wanted: Connection, connected: Connection) -> Iterator[str]:
    for path in wanted.paths:
        yield f"--path-filter={_csv(path)}"
    if connected.paths and not wanted.paths:
        yield "--path-filter="
    for command in wanted.pre_run_commands:
        yield f"--pre-run-command={command}"
    if connected.pre_run_commands and not wanted.pre_run_commands:
        yield f"--pre-run-command={_NO_COMMAND}"


def _csv(value: str) -> str:
    """Return ``value`` as one field of CSV, which is how the CLI reads this flag: a glob may hold commas."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([value])
    return line.getvalue()


def _role(wanted: Wanted, connected: Connection) -> Iterator[str]:
    role_arn = wanted.connection.role_arn
    if role_arn:
        yield f"--oidc-aws-role-arn={role_arn}"
        yield f"--oidc-aws-session-name={_session_name(wanted.stack)}"
    elif connected.role_arn:
        yield "--oidc-aws-clear"


def _session_name(stack: str) -> str:
    """Return the name under which CloudTrail shows a deployment's calls."""
    return re.sub(r"[^A-Za-z0-9_=,.@-]", "-", f"pulumi-{stack}")[:_LONGEST_SESSION_NAME]


def _environment(wanted: Variables, connected: tuple[str, ...], *, hide_secrets: bool) -> Iterator[str]:
    if wanted.values is None:
        return
    for name, value in sorted(wanted.values.items()):
        secret = name in wanted.secret
        yield f"--{'secret-env' if secret else 'env'}={name}={HIDDEN if secret and hide_secrets else value}"
    for name in connected:
        if name not in wanted.values:
            yield f"--remove-env={_csv(name)}"
