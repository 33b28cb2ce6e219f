"""A fake of the Pulumi CLI with given results."""

from __future__ import annotations

import json
from typing import Any

from hosting.deployments.cli import CommandResult


class FakeCli:
    """CommandResults by the first words of the command; keeps what it was asked.

    Attributes:
        recorded: each command, in order.
    """

    def __init__(self, **results: CommandResult | dict[str, Any]) -> None:
        self.recorded: list[tuple[str, ...]] = []
        standard: dict[str, CommandResult | dict[str, Any]] = {
            "version": CommandResult(0, "v3.259.0\n"),
            "whoami": {"user": "ada", "url": "https://app.pulumi.com/ada"},
            "config": {"deployments:repository": {"value": "acme/site", "secret": False}},
            "deployment_settings_get": {},
        }
        self._results = {**standard, **results}

    def run(self, *arguments: str) -> CommandResult:
        self.recorded.append(arguments)
        command = "_".join(arguments)
        known = [name for name in self._results if command.startswith(name)]
        result = self._results[max(known, key=len)] if known else CommandResult(0, "")
        return result if isinstance(result, CommandResult) else CommandResult(0, json.dumps(result))

    def run_interactively(self, *arguments: str) -> int:
        return self.run(*arguments).code

    def folder(self) -> str:
        return ""

    def commands(self, *first: str) -> list[tuple[str, ...]]:
        """Return the recorded commands that begin with ``first``."""
        return [command for command in self.recorded if command[: len(first)] == first]
