"""A stack as the Pulumi CLI shows it: its config, its outputs, and its deployment settings in Pulumi Cloud."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hosting.config.load import RawConfig, load_section
from hosting.deployments.cli import DeploymentsError, output_of, require_version, run
from hosting.deployments.connection import (
    ConfiguredDeployment,
    ConnectedDeployment,
    Variables,
    configured_connection,
    parse_connected,
)
from hosting.deployments.settings import NAMESPACE, DeploymentsSettings

if TYPE_CHECKING:
    from hosting.deployments.cli import Cli

# The stack output with the role's ARN.
ROLE_OUTPUT = "deploymentRoleArn"


@dataclass(frozen=True)
class StackState:
    """The deployment settings in the stack's config and in Pulumi Cloud."""

    configured: ConfiguredDeployment
    connected: ConnectedDeployment


def require_cloud(cli: Cli, stack: str) -> None:
    """Check that the stack is in Pulumi Cloud, and that the CLI is new enough and logged in.

    Raises:
        DeploymentsError: with the remedy.
    """
    require_version(cli)
    url = str(json.loads(run(cli, stack, "whoami", "--json")).get("url", ""))
    # A self-hosted Pulumi Cloud may have no URL.
    if url and not url.startswith(("https://", "http://")):
        raise DeploymentsError(
            f"Stack '{stack}' is stored in {url}, and only Pulumi Cloud deploys on a push: "
            f"`pulumi login`, or deploy from your own CI, see docs/git-push.md"
        )


def raw_config(cli: Cli, stack: str) -> RawConfig:
    """Return the stack's whole config, with secrets decrypted."""
    entries: dict[str, dict[str, Any]] = json.loads(
        run(cli, stack, "config", "--json", "--show-secrets", "--stack", stack)
    )
    values = {key: str(entry.get("value", "")) for key, entry in entries.items()}
    return RawConfig(stack, values, frozenset(key for key, entry in entries.items() if entry.get("secret")))


def read_stack(cli: Cli, stack: str) -> StackState:
    """Return the deployment settings in the stack's config and in Pulumi Cloud.

    Raises:
        DeploymentsError: they can't be read, or the stack can't be connected.
        ConfigError: the `deployments:` settings are invalid.
    """
    require_cloud(cli, stack)
    raw = raw_config(cli, stack)
    settings = load_section(raw, NAMESPACE, DeploymentsSettings)
    if settings.pull_request_template:
        # All pull requests share one deployments:branch, the one that they merge into.
        require_valid_template(raw, "{stack}")
    _require_only_variables_secret(raw)
    require_repository(settings, stack)
    connection = configured_connection(settings, cli.folder(), _role_arn(cli, stack, settings))
    variables = Variables(settings.environment, _secret_names(cli, raw, settings))
    return StackState(ConfiguredDeployment(stack, connection, variables), _connected(cli, stack))


def _connected(cli: Cli, stack: str) -> ConnectedDeployment:
    command = ("deployment", "settings", "get", "--output", "json", "--stack", stack)
    result = cli.run(*command)
    if result.code != 0 and "[404]" in result.err:
        # The stack exists, but has no deployment settings.
        return parse_connected("{}")
    return parse_connected(output_of(result, stack, *command))


def require_valid_template(raw: RawConfig, *placeholders: str) -> None:
    """Check that the copies of a template do not share a bucket or host names, and are destroyed completely.

    Two stacks with one bucket overwrite each other's site, and only one distribution can have a host name.

    Args:
        raw: the template's config.
        placeholders: each host name must have one of these, so that it differs for each copy.

    Raises:
        DeploymentsError: the config is not valid for a template.
    """
    if "website:bucketName" in raw.values:
        raise DeploymentsError(
            f"'website:bucketName' can't be set on a template, as its copies would share the bucket: "
            f"pulumi config rm --stack {raw.stack} website:bucketName"
        )
    if raw.values.get("website:retainBucket") == "true":
        raise DeploymentsError(
            f"'website:retainBucket' must be false on a template, as each copy would leave its bucket behind: "
            f"pulumi config rm --stack {raw.stack} website:retainBucket"
        )
    for name in _names(raw.values.get("domain:names", "[]")):
        if not any(placeholder in name for placeholder in placeholders):
            raise DeploymentsError(
                f"Each of 'domain:names' must have {' or '.join(placeholders)} in it on a template, as its copies "
                f"would share the name (got {name}): "
                f"pulumi config set --stack {raw.stack} domain:names '[\"{placeholders[0]}.example.com\"]'"
            )


def _names(text: str) -> list[str]:
    """Return the names in the setting; the program itself refuses a value that is not a list."""
    try:
        names = json.loads(text)
    except (ValueError, RecursionError):
        return [text]
    return [str(name) for name in names] if isinstance(names, list) else [text]


def _require_only_variables_secret(raw: RawConfig) -> None:
    """Check that only variables are secret: Pulumi Cloud encrypts nothing else."""
    for key in sorted(raw.secrets_of(NAMESPACE) - {"environment"}):
        raise DeploymentsError(
            f"'{NAMESPACE}:{key}' can't be secret, as Pulumi Cloud would show it: pulumi config set --stack "
            f"{raw.stack} {NAMESPACE}:{key} <value>; secrets can be variables in {NAMESPACE}:environment"
        )


def require_repository(settings: DeploymentsSettings, stack: str) -> None:
    """Check that the stack has a repository that Pulumi Cloud can deploy.

    Raises:
        DeploymentsError: it has no repository, or GitHub Actions deploys it.
    """
    if settings.runs_on == "github-actions":
        raise DeploymentsError(
            f"Stack '{stack}' is deployed by GitHub Actions and needs no connection; for Pulumi Cloud: "
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
    outputs: dict[str, Any] = json.loads(run(cli, stack, "stack", "output", "--json", "--stack", stack))
    if not outputs.get(ROLE_OUTPUT):
        raise DeploymentsError(f"Stack '{stack}' has deployments:createRole but no role yet: pulumi up --stack {stack}")
    return str(outputs[ROLE_OUTPUT])


def _secret_names(cli: Cli, raw: RawConfig, settings: DeploymentsSettings) -> frozenset[str]:
    """Return the names of secret variables; for the whole map the CLI shows only whether any is secret."""
    key = f"{NAMESPACE}:environment"
    if key not in raw.secret_keys or settings.environment is None:
        return frozenset()
    return frozenset(name for name in settings.environment if _is_secret(cli, raw.stack, f"{key}.{name}"))


def _is_secret(cli: Cli, stack: str, path: str) -> bool:
    """Return whether the variable is secret; if the whole map is one secret, the path does not exist."""
    result = cli.run("config", "get", "--json", "--path", path, "--stack", stack)
    return result.code != 0 or bool(json.loads(result.out).get("secret", True))
