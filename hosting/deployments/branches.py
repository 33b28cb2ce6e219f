"""A site for each branch: stacks that are copies of the template's config, connected to a branch of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hosting.config.load import PRODUCTION_STACK, load_section
from hosting.deployments.cli import DeploymentsError, NoSuchStackError, ask
from hosting.deployments.commands import connect
from hosting.deployments.settings import NAMESPACE, DeploymentsSettings
from hosting.deployments.stack import raw_config, require_cloud, require_fit_for_copies, require_repository

if TYPE_CHECKING:
    from collections.abc import Callable

    from hosting.deployments.cli import Cli

# As Pulumi names it: https://www.pulumi.com/docs/deployments/concepts/review-stacks/
TEMPLATE = "pr"

# https://www.pulumi.com/docs/iac/concepts/stacks/#create-stack
_LONGEST_NAME = 100


def stack_name(branch: str) -> str:
    """Return the name of a branch's stack: ``feature/Login page`` -> ``feature-login-page``.

    Raises:
        DeploymentsError: if nothing of the branch's name is left, or it is a stage's.
    """
    name = re.sub(r"[^a-z0-9._-]+", "-", branch.lower())[:_LONGEST_NAME].strip("-._")
    if not name:
        raise DeploymentsError(f"'{branch}' has no letter or digit to name a stack after: name the branch otherwise")
    if name in (PRODUCTION_STACK, TEMPLATE):
        raise DeploymentsError(
            f"Branch '{branch}' would have the stack '{name}', which is not a branch's: connect that stack itself, "
            f"python -m hosting.deployments connect --stack {name}"
        )
    return name


def add(cli: Cli, branch: str, template: str, say: Callable[[str], None]) -> None:
    """Make the stack of ``branch`` from the template's config and connect it; one that is there is connected again.

    Raises:
        DeploymentsError: if there is no template, or another branch's stack has the name.
    """
    stack = _beside(template, stack_name(branch))
    require_cloud(cli, stack)
    if not _exists(cli, stack, branch):
        config = raw_config(cli, template)
        require_repository(load_section(config, NAMESPACE, DeploymentsSettings), template)
        require_fit_for_copies(config, "{stack}", "{branch}")
        _make(cli, stack, branch, template)
    connect(cli, stack, say)
    say(f"Commit Pulumi.{stack_name(branch)}.yaml to branch {branch}, the first push deploys it.")


def _make(cli: Cli, stack: str, branch: str, template: str) -> None:
    """Make the stack, or nothing: a half of it would not be the branch's, and in the way of the next try."""
    ask(cli, stack, "stack", "init", stack, "--no-select", "--copy-config-from", template)
    try:
        ask(cli, stack, "config", "set", "--stack", stack, f"{NAMESPACE}:branch", branch)
        ask(cli, stack, "config", "set", "--stack", stack, f"{NAMESPACE}:pullRequestTemplate", "false")
    except BaseException:
        # It has no resources yet.
        cli.ask("stack", "rm", stack, "--yes")
        raise


def remove(cli: Cli, branch: str, template: str, *, yes: bool) -> None:
    """Destroy the site of ``branch`` and remove its stack and config file; the CLI asks first, unless ``yes``.

    Raises:
        DeploymentsError: if there is no such stack, it is another branch's, or not all of it could be destroyed.
    """
    stack = _beside(template, stack_name(branch))
    if not _exists(cli, stack, branch):
        raise DeploymentsError(f"Branch '{branch}' has no stack '{stack}': see pulumi stack ls")
    if cli.show("destroy", "--remove", "--stack", stack, *(["--yes"] if yes else [])) != 0:
        raise DeploymentsError(
            f"Stack '{stack}' is not removed, see above; then: python -m hosting.deployments branch {branch} --remove"
        )


def _beside(template: str, name: str) -> str:
    """Return ``name`` in the template's organization, where that is named."""
    organization, slash, _ = template.rpartition("/")
    return f"{organization}{slash}{name}"


def _exists(cli: Cli, stack: str, branch: str) -> bool:
    """Whether the branch has its stack.

    Raises:
        DeploymentsError: if the stack is another branch's.
    """
    try:
        of = raw_config(cli, stack).of(NAMESPACE).get("branch")
    except NoSuchStackError:
        return False
    if of != branch:
        raise DeploymentsError(
            f"Stack '{stack}' is there, and not branch '{branch}' but {of or 'no branch'} is in its config: name the "
            f"branch otherwise, or pulumi config set --stack {stack} {NAMESPACE}:branch {branch}"
        )
    return True
