"""What `python -m hosting.deployments` does: connect, status, branch."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from hosting.deployments.cli import ask
from hosting.deployments.connection import differences, edit
from hosting.deployments.stack import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from hosting.deployments.cli import Cli
    from hosting.deployments.connection import Wanted


def connect(cli: Cli, stack: str, say: Callable[[str], None], *, dry_run: bool = False) -> None:
    """Make Pulumi Cloud deploy ``stack`` as its config says; ``dry_run`` only shows the command for it."""
    found = read(cli, stack)
    changes = differences(found.wanted, found.connected)
    if dry_run:
        say(shlex.join(["pulumi", *edit(found.wanted, found.connected, hide_secrets=True)]))
        return
    if changes or found.wanted.variables.values:
        # The CLI tells no values of variables, so they are sent each time.
        ask(cli, stack, *edit(found.wanted, found.connected))
    say(_connected(found.wanted))
    for change in changes:
        say(f"  was {change}")


def _connected(wanted: Wanted) -> str:
    connection = wanted.connection
    if connection.template:
        return (
            f"Stack '{wanted.stack}' is the template of review stacks: a pull request to {connection.branch} of "
            f"{connection.repository} gets a stack of its own."
        )
    return f"Stack '{wanted.stack}' is connected: a push to {connection.branch} of {connection.repository} deploys it."


def status(cli: Cli, stack: str, say: Callable[[str], None]) -> None:
    """Tell in what the stack's config and what is connected differ."""
    found = read(cli, stack)
    changes = differences(found.wanted, found.connected)
    if not changes:
        say(_connected(found.wanted))
    else:
        say(f"The config of stack '{stack}' and what is connected differ:")
        for change in changes:
            say(f"  {change}")
        say(f"To connect what the config says: python -m hosting.deployments connect --stack {stack}")
    if found.wanted.variables.values:
        say("The Pulumi CLI tells variables by their names alone: their values were not compared.")
