"""A stack as the Pulumi CLI tells it: its config, its outputs, and what of it Pulumi Cloud has connected."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hosting.config.load import RawConfig, load_section
from hosting.deployments.cli import DeploymentsError, ask, checked, require_version
from hosting.deployments.connection import Connected, Variables, Wanted, connected_from, wanted_connection
from hosting.deployments.settings import NAMESPACE, DeploymentsSettings

if TYPE_CHECKING:
    from hosting.deployments.cli import Cli

# The stack output with the role's ARN.
ROLE_OUTPUT = "deploymentRoleArn"


@dataclass(frozen=True)
class Situation:
    """What the config asks for, and what is connected."""

    wanted: Wanted
    connected: Connected


def require_cloud(cli: Cli, stack: str) -> None:
    """Refuse what can't be connected: an old CLI, nobody logged in, a backend that deploys nothing.

    Raises:
        DeploymentsError: with what to do about it.
    """
    require_version(cli)
    url = str(json.loads(ask(cli, stack, "whoami", "--json")).get("url", ""))
    # A self-hosted Pulumi Cloud may have no URL to show here.
    if url and not url.startswith(("https://", "http://")):
        raise DeploymentsError(
            f"Stack '{stack}' is kept in {url}, and only Pulumi Cloud deploys on a push: "
            f"`pulumi login`, or deploy from your own CI, see docs/git-push.md"
        )


def raw_config(cli: Cli, stack: str) -> RawConfig:
    """Return the stack's whole config, secrets decrypted."""
    told: dict[str, dict[str, Any]] = json.loads(
        ask(cli, stack, "config", "--json", "--show-secrets", "--stack", stack)
    )
    values = {key: str(entry.get("value", "")) for key, entry in told.items()}
    return RawConfig(stack, values, frozenset(key for key, entry in told.items() if entry.get("secret")))


def read(cli: Cli, stack: str) -> Situation:
    """Return what the stack's config asks for and what is connected.

    Raises:
        DeploymentsError: if that can't be found out, or there is no repository to connect.
        ConfigError: the `deployments:` settings are invalid.
    """
    require_cloud(cli, stack)
    raw = raw_config(cli, stack)
    settings = load_section(raw, NAMESPACE, DeploymentsSettings)
    if settings.pull_request_template:
        # All pull requests have one deployments:branch: the one that they are to.
        require_fit_for_copies(raw, "{stack}")
    _require_only_variables_secret(raw)
    require_repository(settings, stack)
    connection = wanted_connection(settings, cli.folder(), _role_arn(cli, stack, settings))
    wanted = Wanted(stack, connection, Variables(settings.environment, _secret_names(cli, raw, settings)))
    return Situation(wanted, _connected(cli, stack))


def _connected(cli: Cli, stack: str) -> Connected:
    command = ("deployment", "settings", "get", "--output", "json", "--stack", stack)
    answer = cli.ask(*command)
    if answer.code != 0 and "[404]" in answer.err:
        # The stack is there, its deployments were never set up.
        return connected_from("{}")
    return connected_from(checked(answer, stack, *command))


def require_fit_for_copies(raw: RawConfig, *told_apart_by: str) -> None:
    """Refuse a template that gives every copy the same bucket or host names, or whose copies leave something behind.

    The second copy would overwrite the first's site; a host name is one distribution's alone.

    Args:
        raw: the template's config.
        told_apart_by: what a host name must have in it, one of these, to be another one for each copy.

    Raises:
        DeploymentsError: if it does.
    """
    if "website:bucketName" in raw.values:
        raise DeploymentsError(
            f"'website:bucketName' can't be set on a template, its copies would share the bucket: "
            f"pulumi config rm --stack {raw.stack} website:bucketName"
        )
    if raw.values.get("website:retainBucket") == "true":
        raise DeploymentsError(
            f"'website:retainBucket' must be false on a template, or each copy would leave its bucket behind: "
            f"pulumi config rm --stack {raw.stack} website:retainBucket"
        )
    for name in _names(raw.values.get("domain:names", "[]")):
        if not any(placeholder in name for placeholder in told_apart_by):
            raise DeploymentsError(
                f"Each of 'domain:names' must have {' or '.join(told_apart_by)} in it on a template, its copies would "
                f"share the name (got {name}): "
                f"pulumi config set --stack {raw.stack} domain:names '[\"{told_apart_by[0]}.example.com\"]'"
            )


def _names(text: str) -> list[str]:
    """Return the names in the setting; what is no list is the program's to refuse."""
    try:
        names = json.loads(text)
    except (ValueError, RecursionError):
        return [text]
    return [str(name) for name in names] if isinstance(names, list) else [text]


def _require_only_variables_secret(raw: RawConfig) -> None:
    """Refuse secrets that would not stay any: Pulumi Cloud keeps the values of variables encrypted, nothing else."""
    for key in sorted(raw.secrets_of(NAMESPACE) - {"environment"}):
        raise DeploymentsError(
            f"'{NAMESPACE}:{key}' can't be secret, Pulumi Cloud would show it: pulumi config set --stack {raw.stack} "
            f"{NAMESPACE}:{key} <value>, with secrets as variables in {NAMESPACE}:environment"
        )


def require_repository(settings: DeploymentsSettings, stack: str) -> None:
    """Refuse a stack that nothing can be connected to.

    Raises:
        DeploymentsError: if it has no repository, or another one deploys it.
    """
    if settings.runs_on == "github-actions":
        raise DeploymentsError(
            f"Stack '{stack}' is deployed by GitHub Actions, there is nothing to connect; for Pulumi Cloud: "
            f"pulumi config set --stack {stack} deployments:runsOn pulumi-cloud"
        )
    if settings.repository is None:
        raise DeploymentsError(
            f"'deployments:repository' is missing: "
            f"pulumi config set --stack {stack} deployments:repository <owner>/<name>"
        )


def _role_arn(cli: Cli, stack: str, settings: DeploymentsSettings) -> str | None:
    if not settings.create_role:
        return settings.role_arn
    outputs: dict[str, Any] = json.loads(ask(cli, stack, "stack", "output", "--json", "--stack", stack))
    if not outputs.get(ROLE_OUTPUT):
        raise DeploymentsError(
            f"Stack '{stack}' is to make its role (deployments:createRole) and has not yet: pulumi up --stack {stack}"
        )
    return str(outputs[ROLE_OUTPUT])


def _secret_names(cli: Cli, raw: RawConfig, settings: DeploymentsSettings) -> frozenset[str]:
    """Return which variables are secret; of a whole map the CLI tells only whether any of it is."""
    key = f"{NAMESPACE}:environment"
    if key not in raw.secret_keys or settings.environment is None:
        return frozenset()
    return frozenset(name for name in settings.environment if _is_secret(cli, raw.stack, f"{key}.{name}"))


def _is_secret(cli: Cli, stack: str, path: str) -> bool:
    """Whether the variable is secret; the whole map may be one, and then it has no paths inside."""
    answer = cli.ask("config", "get", "--json", "--path", path, "--stack", stack)
    return answer.code != 0 or bool(json.loads(answer.out).get("secret", True))
