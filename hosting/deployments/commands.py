"""The commands `connect` and `status` of `python -m hosting.deployments`."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from hosting.deployments.cli import run
from hosting.deployments.connection import differences, edit_arguments
from hosting.deployments.stack import read_stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from hosting.deployments.cli import Cli
    from hosting.deployments.connection import ConfiguredDeployment


def connect(cli: Cli, stack: str, say: Callable[[str], None], *, dry_run: bool = False) -> None:
    """Make Pulumi Cloud deploy ``stack`` by its config; ``dry_run`` only shows the command."""
    state = read_stack(cli, stack)
    changes = differences(state.configured, state.connected)
    if dry_run:
        say(shlex.join(["pulumi", *edit_arguments(state.configured, state.connected, hide_secrets=True)]))
        return
    if changes or state.configured.variables.values:
        # The CLI does not show the values of variables, so they are sent each time.
        run(cli, stack, *edit_arguments(state.configured, state.connected))
    say(_summary(state.configured))
    for change in changes:
        say(f"  was {change}")


def _summary(configured: ConfiguredDeployment) -> str:
    connection = configured.connection
    if connection.template:
        return (
            f"Stack '{configured.stack}' is the template of review stacks: a pull request to {connection.branch} of "
            f"{connection.repository} gets its own stack."
        )
    return (
        f"Stack '{configured.stack}' is connected: a push to {connection.branch} of {connection.repository} deploys it."
    )


def status(cli: Cli, stack: str, say: Callable[[str], None]) -> None:
    """List the differences between the stack's config and Pulumi Cloud."""
    state = read_stack(cli, stack)
    changes = differences(state.configured, state.connected)
    if not changes:
        say(_summary(state.configured))
    else:
        say(f"The config of stack '{stack}' and Pulumi Cloud differ:")
        for change in changes:
            say(f"  {change}")
        say(f"To connect the stack by its config: python -m hosting.deployments connect --stack {stack}")
    if state.configured.variables.values:
        say("The Pulumi CLI lists only the names of variables, so their values were not compared.")
