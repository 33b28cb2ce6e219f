"""The Pulumi CLI, with its errors as messages that have the next command."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hosting.errors import HostingError

if TYPE_CHECKING:
    from pathlib import Path

# The first version with `pulumi deployment settings edit`.
OLDEST_CLI = (3, 251, 0)

# https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/util/cmdutil/exit.go
_NOT_LOGGED_IN = 3
_NO_SUCH_STACK = 6

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


class DeploymentsError(HostingError):
    """The connection can't be changed or read: because of the login, the stack or missing permissions."""


@dataclass(frozen=True)
class CommandResult:
    """The exit code and output of a command."""

    code: int
    out: str
    err: str = ""


class NoSuchStackError(DeploymentsError):
    """The stack does not exist."""


class Cli(Protocol):
    """The Pulumi CLI in the project's folder."""

    def run(self, *arguments: str) -> CommandResult:
        """Run ``pulumi`` with ``arguments`` and return its result."""
        ...

    def run_interactively(self, *arguments: str) -> int:
        """Run ``pulumi`` with ``arguments`` in the user's terminal and return its exit code."""
        ...

    def folder(self) -> str:
        """Return the project's folder inside its git repository; empty for the root, or without a repository."""
        ...


def require_project(folder: Path) -> None:
    """Check that a folder has a Pulumi project.

    Raises:
        HostingError: it has no Pulumi.yaml.
    """
    if not (folder / "Pulumi.yaml").is_file():
        raise HostingError(f"There is no Pulumi.yaml in {folder}: cd to the project's folder")


class PulumiCli:
    """The ``pulumi`` on PATH.

    Args:
        project: the folder with Pulumi.yaml.

    Raises:
        DeploymentsError: it does not exist.
    """

    def __init__(self, project: Path) -> None:
        found = shutil.which("pulumi")
        if found is None:
            raise DeploymentsError("There is no `pulumi` on PATH: install it, https://www.pulumi.com/docs/install/")
        self._pulumi = found
        self._project = project
        self._environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}

    def run(self, *arguments: str) -> CommandResult:
        """Run ``pulumi`` with ``arguments`` and return its result."""
        done = subprocess.run(  # noqa: S603 - a fixed command; its arguments are the user's own config
            [self._pulumi, *arguments, "--non-interactive", "--color=never"],
            cwd=self._project,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return CommandResult(done.returncode, done.stdout, done.stderr)

    def run_interactively(self, *arguments: str) -> int:
        """Run ``pulumi`` with ``arguments`` in the user's terminal and return its exit code."""
        command = [self._pulumi, *arguments]
        return subprocess.run(command, cwd=self._project, env=self._environment, check=False).returncode  # noqa: S603 - the same

    def folder(self) -> str:
        """Return the project's folder inside its git repository; empty for the root, or without a repository."""
        git = shutil.which("git")
        if git is None:
            return ""
        command = [git, "rev-parse", "--show-prefix"]
        done = subprocess.run(command, cwd=self._project, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
        return done.stdout.strip().rstrip("/") if done.returncode == 0 else ""


def require_version(cli: Cli) -> None:
    """Check that the CLI has `deployment settings edit`.

    Raises:
        DeploymentsError: the CLI is too old, or its version is unknown.
    """
    printed = cli.run("version").out.strip()
    version = _VERSION.match(printed)
    oldest = ".".join(str(part) for part in OLDEST_CLI)
    if version is None or tuple(int(part) for part in version.groups()) < OLDEST_CLI:
        raise DeploymentsError(
            f"The Pulumi CLI must be {oldest} or newer (got {printed or 'no version'}): "
            f"update it, https://www.pulumi.com/docs/install/"
        )


def run(cli: Cli, stack: str, *arguments: str) -> str:
    """Run ``pulumi`` with ``arguments`` and return its output.

    Raises:
        DeploymentsError: it failed; the message has the remedy.
    """
    return output_of(cli.run(*arguments), stack, *arguments)


def output_of(result: CommandResult, stack: str, *arguments: str) -> str:
    """Return the output of ``pulumi`` with ``arguments``.

    Raises:
        DeploymentsError: it failed; the message has the remedy.
    """
    if result.code != 0:
        raise _error(result, stack, arguments)
    return result.out


def _error(result: CommandResult, stack: str, arguments: tuple[str, ...]) -> DeploymentsError:
    output = result.err.strip() or result.out.strip()
    # Before the exit codes: missing permissions have the same one as a missing login.
    if "[403]" in output:
        return DeploymentsError(
            f"You have no permission to do that with the deployments of stack '{stack}': ask an admin of its "
            f"organization, or use another account with `pulumi login`. Pulumi Cloud answered: {_last_line(output)}"
        )
    if result.code == _NOT_LOGGED_IN or "must be set for login" in output or "Unauthorized" in output:
        return DeploymentsError("You are not logged in to Pulumi Cloud: pulumi login")
    if result.code == _NO_SUCH_STACK or "no stack named" in output:
        return NoSuchStackError(f"There is no stack '{stack}': pulumi stack init {stack}")
    # Only the subcommand, as an argument may be a secret.
    command = " ".join(argument for argument in arguments[:3] if argument.isalpha())
    return DeploymentsError(f"`pulumi {command}` failed: {_last_line(output) or f'exit code {result.code}'}")


def _last_line(output: str) -> str:
    return output.splitlines()[-1].removeprefix("error: ") if output else ""
