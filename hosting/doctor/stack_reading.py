"""Checks of the stack in its backend, and what the other checks read from there: config and state."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import yaml

from hosting.config.load import load_settings
from hosting.deployments.cli import DeploymentsError, NoSuchStackError, require_project, run
from hosting.deployments.stack import raw_config
from hosting.doctor import backend
from hosting.doctor.aws_clients import AWS_ERRORS, backend_client
from hosting.doctor.lines import Line
from hosting.doctor.state import StackState, parse_state
from hosting.errors import ConfigError, HostingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from hosting.config.load import Settings
    from hosting.deployments.cli import Cli

_BROKEN = "failed to load checkpoint"


@dataclass(frozen=True)
class StackReading:
    """The stack as the backend has it.

    Attributes:
        lines: the results of the checks.
        project: the project's name.
        settings: the stack's settings; None if they can't be read, or are invalid.
        state: the stack's state; None if it can't be read.
    """

    lines: tuple[Line, ...]
    project: str
    settings: Settings | None = None
    state: StackState | None = None


def selected_stack(cli: Cli) -> str:
    """Return the stack that `pulumi stack select` has selected.

    Raises:
        HostingError: no stack is selected.
    """
    result = cli.run("stack", "--show-name")
    if result.code != 0 or not result.out.strip():
        raise HostingError("No stack is selected: python -m hosting.doctor --stack prod")
    return result.out.strip()


def project_name(folder: Path) -> str:
    """Return the project's name.

    Raises:
        HostingError: the folder has no project.
    """
    require_project(folder)
    try:
        content = yaml.safe_load((folder / "Pulumi.yaml").read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise HostingError(f"Pulumi.yaml is not valid YAML ({str(error).splitlines()[0]}): edit it") from None
    name = content.get("name") if isinstance(content, dict) else None
    if not name:
        raise HostingError("Pulumi.yaml has no name: add a line such as `name: my-site`")
    return str(name)


def read_stack(cli: Cli, project: str, stack: str, environment: Mapping[str, str]) -> StackReading:
    """Check the login, the state, the locks and the config of a stack, and return what was read."""
    try:
        url = str(json.loads(run(cli, stack, "whoami", "--json")).get("url", ""))
    except DeploymentsError as error:
        return StackReading((_failed(error),), project)
    lines = [Line("ok", f"The state is in {url or 'Pulumi Cloud'}")]
    name = stack.rpartition("/")[2]
    state, state_lines = _state(cli, url, project, stack)
    lines += state_lines
    lines += _lock_lines(cli, url, project, stack)
    settings, config_lines = _settings(cli, stack, name, project, environment)
    return StackReading((*lines, *config_lines), project, settings, state)


def _failed(error: HostingError) -> Line:
    """Return an error's message, which ends with what to type, as a line."""
    text, _, next_step = str(error).partition(": ")
    return Line("error", text, next_step)


def _state(cli: Cli, url: str, project: str, stack: str) -> tuple[StackState | None, list[Line]]:
    try:
        state = parse_state(run(cli, stack, "stack", "export", "--stack", stack))
    except NoSuchStackError as error:
        return None, [_failed(error)]
    except DeploymentsError as error:
        return None, [_broken(url, project, stack) if _BROKEN in str(error) else _failed(error)]
    if state.pending:
        text = f"A `pulumi up` was killed while it was {', '.join(state.pending)}"
        step = f"pulumi up; if a name is taken, see the left-overs below; then {_forget(stack)}"
        return state, [Line("warning", text, step)]
    deployed = f"{len(state.resources)} resources" if state.resources else "nothing yet"
    return state, [Line("ok", f"Stack '{stack}' has deployed {deployed}")]


def _forget(stack: str) -> str:
    """Return the command that removes unfinished creations from the state."""
    return f"pulumi refresh --stack {shlex.quote(stack)} --clear-pending-creates"


def _broken(url: str, project: str, stack: str) -> Line:
    """Return the line about a state that was cut off, with the command that restores it."""
    text = "The state is incomplete: a `pulumi` command was killed while it wrote it"
    folder, name = backend.local_folder(url), stack.rpartition("/")[2]
    copy = backend.newest_copy(folder, project, name) if folder else None
    if folder is None or copy is None:
        paths = f".pulumi/backups/{project}/{name}/ over .pulumi/stacks/{project}/{name}.json"
        return Line("error", text, f"copy the newest file of {paths} in {url}, then pulumi refresh")
    state = backend.checkpoint(folder, project, name)
    restore = [shlex.join(["cp", str(copy), str(state)]), shlex.join(["rm", "-f", str(backend.attributes(state))])]
    return Line("error", text, " && ".join([*restore, f"pulumi refresh --stack {shlex.quote(stack)}"]))


def _lock_lines(cli: Cli, url: str, project: str, stack: str) -> Iterator[Line]:
    """Yield the lines about other updates of the stack."""
    folder, name = backend.local_folder(url), stack.rpartition("/")[2]
    bucket = backend.bucket_backend(url)
    try:
        if folder is not None:
            owners = list(backend.locks(folder, project, name))
        elif url.startswith(("http://", "https://")) or not url:
            owners = ["by an update that Pulumi Cloud lists as running"] if _is_updating(cli, name) else []
        elif bucket is not None:
            s3 = backend_client(bucket.region, bucket.profile)
            owners = list(backend.bucket_locks(s3, bucket, project, name))
        else:
            yield _unread_locks(stack, f"Locks in {url} are not read")
            return
    except AWS_ERRORS as error:
        yield _unread_locks(stack, f"Locks in {url} can't be read ({error})")
        return
    step = f"if no other `pulumi` command runs: pulumi cancel --stack {shlex.quote(stack)}"
    yield from (Line("error", f"The stack is locked {owner}", step) for owner in owners)


def _unread_locks(stack: str, text: str) -> Line:
    step = f"if `pulumi up` says that the stack is locked: pulumi cancel --stack {shlex.quote(stack)}"
    return Line("not checked", text, step)


def _is_updating(cli: Cli, name: str) -> bool:
    result = cli.run("stack", "ls", "--json")
    stacks: list[dict[str, Any]] = json.loads(result.out or "[]") if result.code == 0 else []
    return any(each["name"].rpartition("/")[2] == name and each.get("updateInProgress") for each in stacks)


def _settings(
    cli: Cli, stack: str, name: str, project: str, environment: Mapping[str, str]
) -> tuple[Settings | None, list[Line]]:
    try:
        raw = replace(raw_config(cli, stack), stack=name, project=project)
        settings = load_settings(raw, environment)
    except ConfigError as error:
        parts = [problem.rpartition(": ") for problem in error.problems]
        return None, [Line("error", text, step) for text, _, step in parts]
    except NoSuchStackError:
        # The line about the state says it.
        return None, []
    except HostingError as error:
        return None, [_failed(error)]
    return settings, [Line("ok", f"The config is valid; the region is {settings.aws.region}")]
