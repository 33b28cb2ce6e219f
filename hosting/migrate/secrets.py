"""Secrets: the Pulumi CLI encrypts them into the stack's file; without it, the report lists commands for the user."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import ENVIRONMENT
from hosting.migrate.request import create_command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hosting.migrate.findings import Secret
    from hosting.migrate.request import Request

_LONGEST_WAIT_S = 60


def set_secrets(
    secrets: Mapping[str, Secret], config: Mapping[str, Any], request: Request, home: Path
) -> list[tuple[str, Sequence[str]]]:
    """Set the secrets that the stack does not have, and return sections for the report, without any value."""
    missing = {key: one for key, one in secrets.items() if request.force or not _has(config, key)}
    done = [key for key, one in missing.items() if _is_set(request.stack, key, one.value, home)]
    left = [key for key in missing if key not in done]
    sections: list[tuple[str, Sequence[str]]] = []
    if done:
        sections.append(("Encrypted into the stack's file", [f"{key}    <- {secrets[key].source}" for key in done]))
    if left:
        commands = [f"{secrets[key].read_by} | {_command(request.stack, key)}" for key in left]
        sections.append(
            ("Secrets, which are set by these commands without being shown", [create_command(request.stack), *commands])
        )
    return sections


def _has(config: Mapping[str, Any], key: str) -> bool:
    namespace_key, _, name = key.partition(".")
    value = config.get(namespace_key)
    return name in value if namespace_key == ENVIRONMENT and isinstance(value, dict) else value is not None


def _arguments(stack: str, key: str) -> list[str]:
    path = ["--path"] if "." in key else []
    return ["pulumi", "config", "set", "--stack", stack, "--secret", *path, key]


def _command(stack: str, key: str) -> str:
    return shlex.join(_arguments(stack, key))


def _is_set(stack: str, key: str, value: str, home: Path) -> bool:
    """Return whether the CLI has set a secret, which it reads from its standard input."""
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        return False
    command = [pulumi, *_arguments(stack, key)[1:], "--non-interactive"]
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command with the name of a setting
            command,
            cwd=home,
            env=environment,
            input=value,
            capture_output=True,
            text=True,
            check=False,
            timeout=_LONGEST_WAIT_S,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
