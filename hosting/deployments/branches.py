"""A site for each branch: stacks with a copy of the template's config, each connected to its branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from hosting.config.load import PRODUCTION_STACK, load_section
from hosting.deployments.cli import DeploymentsError, NoSuchStackError, run
from hosting.deployments.commands import connect
from hosting.deployments.settings import NAMESPACE, TEMPLATE, DeploymentsSettings
from hosting.deployments.stack import raw_config, require_cloud, require_repository, require_valid_template
from hosting.stack_names import stack_name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from hosting.deployments.cli import Cli

_EDGE, _BASE = "previews:edge", "previews:base"


def stack_name(branch: str) -> str:
    """Return the name of a branch's stack: ``feature/Login page`` -> ``feature-login-page``.

    Raises:
        DeploymentsError: the branch's name has no letter or digit, or is the name of a stage or the template.
    """
    name = stack_name_of(branch)
    if not name:
        raise DeploymentsError(f"'{branch}' has no letter or digit for the stack's name: rename the branch")
    if name in (PRODUCTION_STACK, TEMPLATE):
        raise DeploymentsError(
            f"Branch '{branch}' would have the stack '{name}', which is a stage or the template: connect that stack, "
            f"python -m hosting.deployments connect --stack {name}"
        )
    return name


def preview_edge(project: Path) -> str | None:
    """Return the stack that is the edge of previews, by the config files in a project's folder; None without one."""
    for file in sorted(project.glob("Pulumi.*.yaml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        if "previews:domain" in (content.get("config") or {}):
            return file.name.removeprefix("Pulumi.").removesuffix(".yaml")
    return None


def add(cli: Cli, branch: str, template: str, say: Callable[[str], None], *, edge: str | None = None) -> None:
    """Create the stack of ``branch`` with the template's config, and connect it; an existing one is connected again.

    If there is an edge of previews, the stack is a preview on it, whose base is the preview of the template's branch.
    The template may name another edge, and another base.

    Raises:
        DeploymentsError: the template does not exist, or the stack belongs to another branch.
    """
    stack = _qualified(template, stack_name(branch))
    require_cloud(cli, stack)
    if not _exists(cli, stack, branch):
        config = raw_config(cli, template)
        settings = load_section(config, NAMESPACE, DeploymentsSettings)
        require_repository(settings, template)
        require_valid_template(config, "{stack}", "{branch}")
        preview = {_EDGE: edge, _BASE: settings.branch} if edge or _EDGE in config.values else {}
        own = {key: value for key, value in preview.items() if value and key not in config.values}
        own |= {f"{NAMESPACE}:branch": branch, f"{NAMESPACE}:pullRequestTemplate": "false"}
        _create(cli, stack, template, own)
    connect(cli, stack, say)
    if raw_config(cli, stack).values.get(_EDGE):
        say(f"It is a preview: pulumi stack output url --stack {stack} shows its URL after the first push.")
    say(f"Commit Pulumi.{stack_name(branch)}.yaml to branch {branch}, the first push deploys it.")


def _create(cli: Cli, stack: str, template: str, own: Mapping[str, str]) -> None:
    """Create the stack with the template's config and its own; after an error remove it, as it would block the next."""
    run(cli, stack, "stack", "init", stack, "--no-select", "--copy-config-from", template)
    try:
        for key, value in own.items():
            run(cli, stack, "config", "set", "--stack", stack, key, value)
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
