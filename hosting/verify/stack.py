"""The stack as the Pulumi CLI shows it: its settings, with the password, and its outputs."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hosting.config.load import load_settings
from hosting.deployments.cli import PulumiCli, require_project, run
from hosting.deployments.stack import raw_config
from hosting.verify.errors import VerifyError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hosting.config.load import Settings


@dataclass(frozen=True)
class Stack:
    """A deployed stack.

    Attributes:
        name: its name, as the user typed it.
        settings: its settings.
        outputs: its outputs.
    """

    name: str
    settings: Settings
    outputs: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """The digest of the live files."""
        return str(self.outputs["digest"])


def read_stack(project: Path, name: str) -> Stack:
    """Return the stack ``name`` of the project in the folder ``project``.

    Raises:
        HostingError: the stack does not exist, or is not deployed.
        ConfigError: its config is invalid.
    """
    require_project(project)
    cli = PulumiCli(project)
    outputs: dict[str, Any] = json.loads(run(cli, name, "stack", "output", "--json", "--stack", name))
    if not (outputs.get("url") and outputs.get("digest")):
        raise VerifyError(f"Stack '{name}' is not deployed: pulumi up --stack {name}")
    raw = replace(raw_config(cli, name), stack=name.rpartition("/")[2])
    return Stack(name, load_settings(raw, os.environ), outputs)
