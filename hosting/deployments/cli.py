"""The Pulumi CLI, behind the narrowest port; its failures as sentences that tell what to type."""

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

# The first with `pulumi deployment settings edit`.
OLDEST_CLI = (3, 251, 0)

# https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/util/cmdutil/exit.go
_NOT_LOGGED_IN = 3
_NO_SUCH_STACK = 6

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


class DeploymentsError(HostingError):
    """The connection can't be made or read: who is logged in where, which stack, with what rights."""


@dataclass(frozen=True)
class Answer:
    """What a finished command left behind."""

    code: int
    out: str
    err: str = ""


class NoSuchStackError(DeploymentsError):
    """The stack was never made, or is gone."""


class Cli(Protocol):
    """The Pulumi CLI in the project's folder."""

    def ask(self, *arguments: str) -> Answer:
        """Run ``pulumi`` with ``arguments`` and return what it answered."""
        ...

    def show(self, *arguments: str) -> int:
        """Run ``pulumi`` with ``arguments`` before the user's eyes and return its exit code."""
        ...

    def folder(self) -> str:
        """Return the project's folder inside of its git repository; empty in the root, or without a repository."""
        ...


class InstalledCli:
    """The ``pulumi`` on PATH.

    Args:
        project: the folder with Pulumi.yaml.

    Raises:
        DeploymentsError: if there is none.
    """

    def __init__(self, project: Path) -> None:
        found = shutil.which("pulumi")
        if found is None:
            raise DeploymentsError("There is no `pulumi` on PATH: install it, https://www.pulumi.com/docs/install/")
        self._pulumi = found
        self._project = project
        self._environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}

    def ask(self, *arguments: str) -> Answer:
        """Run ``pulumi`` with ``arguments`` and return what it answered."""
        done = subprocess.run(  # noqa: S603 - the command is ours, its arguments the user's own config
            [self._pulumi, *arguments, "--non-interactive", "--color=never"],
            cwd=self._project,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def show(self, *arguments: str) -> int:
        """Run ``pulumi`` with ``arguments`` before the user's eyes and return its exit code."""
        command = [self._pulumi, *arguments]
        return subprocess.run(command, cwd=self._project, env=self._environment, check=False).returncode  # noqa: S603 - the same

    def folder(self) -> str:
        """Return the project's folder inside of its git repository; empty in the root, or without a repository."""
        git = shutil.which("git")
        if git is None:
            return ""
        command = [git, "rev-parse", "--show-prefix"]
        done = subprocess.run(command, cwd=self._project, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
        return done.stdout.strip().rstrip("/") if done.returncode == 0 else ""


def require_version(cli: Cli) -> None:
    """Refuse a CLI that has no `deployment settings edit`.

    Raises:
        DeploymentsError: if the CLI is older, or doesn't tell its version.
    """
    told = cli.ask("version").out.strip()
    version = _VERSION.match(told)
    oldest = ".".join(str(part) for part in OLDEST_CLI)
    if version is None or tuple(int(part) for part in version.groups()) < OLDEST_CLI:
        raise DeploymentsError(
            f"The Pulumi CLI must be {oldest} or newer (got {told or 'no version'}): "
            f"update it, https://www.pulumi.com/docs/install/"
        )


def ask(cli: Cli, stack: str, *arguments: str) -> str:
    """Return what ``pulumi`` printed.

    Raises:
        DeploymentsError: if it failed, with what to do about it.
    """
    return checked(cli.ask(*arguments), stack, *arguments)


def checked(answer: Answer, stack: str, *arguments: str) -> str:
    """Return what ``pulumi`` printed, run with ``arguments``.

    Raises:
        DeploymentsError: if it failed, with what to do about it.
    """
    if answer.code != 0:
        raise _failure(answer, stack, arguments)
    return answer.out


def _failure(answer: Answer, stack: str, arguments: tuple[str, ...]) -> DeploymentsError:
    told = answer.err.strip() or answer.out.strip()
    # Before the exit codes: lacking rights has the same one as not being logged in.
    if "[403]" in told:
        return DeploymentsError(
            f"You may not do that to the deployments of stack '{stack}': ask an admin of its organization, or log in "
            f"as someone else with `pulumi login`. Pulumi Cloud says: {_last_line(told)}"
        )
    if answer.code == _NOT_LOGGED_IN or "must be set for login" in told or "Unauthorized" in told:
        return DeploymentsError("You are not logged in to Pulumi Cloud: pulumi login")
    if answer.code == _NO_SUCH_STACK or "no stack named" in told:
        return NoSuchStackError(f"There is no stack '{stack}': pulumi stack init {stack}")
    # The subcommand alone: an argument may be a secret.
    command = " ".join(argument for argument in arguments[:3] if argument.isalpha())
    return DeploymentsError(f"`pulumi {command}` failed: {_last_line(told) or f'exit code {answer.code}'}")


def _last_line(told: str) -> str:
    return told.splitlines()[-1].removeprefix("error: ") if told else ""
