"""A site for each branch: stacks with a copy of the template's config, each connected to its branch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hosting.config.load import PRODUCTION_STACK, load_section
from hosting.deployments.cli import DeploymentsError, NoSuchStackError, run
from hosting.deployments.commands import connect
from hosting.deployments.settings import NAMESPACE, TEMPLATE, DeploymentsSettings
from hosting.deployments.stack import raw_config, require_cloud, require_repository, require_valid_template

if TYPE_CHECKING:
    from collections.abc import Callable

    from hosting.deployments.cli import Cli

# https://www.pulumi.com/docs/iac/concepts/stacks/#create-stack
_MAX_NAME_LENGTH = 100


def stack_name(branch: str) -> str:
    """Return the name of a branch's stack: ``feature/Login page`` -> ``feature-login-page``.

    Raises:
        DeploymentsError: the branch's name has no letter or digit, or is the name of a stage or the template.
    """
    name = re.sub(r"[^a-z0-9._-]+", "-", branch.lower())[:_MAX_NAME_LENGTH].strip("-._")
    if not name:
        raise DeploymentsError(f"'{branch}' has no letter or digit for the stack's name: rename the branch")
    if name in (PRODUCTION_STACK, TEMPLATE):
        raise DeploymentsError(
            f"Branch '{branch}' would have the stack '{name}', which is a stage or the template: connect that stack, "
            f"python -m hosting.deployments connect --stack {name}"
        )
    return name


def add(cli: Cli, branch: str, template: str, say: Callable[[str], None]) -> None:
    """Create the stack of ``branch`` with the template's config, and connect it; an existing one is connected again.

    Raises:
        DeploymentsError: the template does not exist, or the stack belongs to another branch.
    """
    stack = _qualified(template, stack_name(branch))
    require_cloud(cli, stack)
    if not _exists(cli, stack, branch):
        config = raw_config(cli, template)
        require_repository(load_section(config, NAMESPACE, DeploymentsSettings), template)
        require_valid_template(config, "{stack}", "{branch}")
        _create(cli, stack, branch, template)
    connect(cli, stack, say)
    say(f"Commit Pulumi.{stack_name(branch)}.yaml to branch {branch}, the first push deploys it.")


def _create(cli: Cli, stack: str, branch: str, template: str) -> None:
    """Create the stack; after an error remove it again, as it would block the next attempt."""
    run(cli, stack, "stack", "init", stack, "--no-select", "--copy-config-from", template)
    try:
        run(cli, stack, "config", "set", "--stack", stack, f"{NAMESPACE}:branch", branch)
        run(cli, stack, "config", "set", "--stack", stack, f"{NAMESPACE}:pullRequestTemplate", "false")
    except BaseException:
        # The stack has no resources yet.
        cli.run("stack", "rm", stack, "--yes")
        raise


def remove(cli: Cli, branch: str, template: str, *, yes: bool) -> None:
    """Destroy the site of ``branch`` and remove its stack and config file; the CLI asks first, unless ``yes``.

    Raises:
        DeploymentsError: the stack does not exist, belongs to another branch, or could not be destroyed completely.
    """
    stack = _qualified(template, stack_name(branch))
    if not _exists(cli, stack, branch):
        raise DeploymentsError(f"Branch '{branch}' has no stack '{stack}': see pulumi stack ls")
    if cli.run_interactively("destroy", "--remove", "--stack", stack, *(["--yes"] if yes else [])) != 0:
        raise DeploymentsError(
            f"Stack '{stack}' is not removed, see above; then: python -m hosting.deployments branch {branch} --remove"
        )


def _qualified(template: str, name: str) -> str:
    """Return ``name`` with the template's organization, if the template has one."""
    organization, slash, _ = template.rpartition("/")
    return f"{organization}{slash}{name}"


def _exists(cli: Cli, stack: str, branch: str) -> bool:
    """Return whether the branch's stack exists.

    Raises:
        DeploymentsError: the stack belongs to another branch.
    """
    try:
        configured = raw_config(cli, stack).of(NAMESPACE).get("branch")
    except NoSuchStackError:
        return False
    if configured != branch:
        raise DeploymentsError(
            f"Stack '{stack}' exists, and its config has {configured or 'no branch'} and not branch '{branch}': rename "
            f"the branch, or pulumi config set --stack {stack} {NAMESPACE}:branch {branch}"
        )
    return True
