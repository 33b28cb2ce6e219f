"""A Pulumi CLI that answers what it was told to."""

from __future__ import annotations

import json
from typing import Any

from hosting.deployments.cli import Answer


class FakeCli:
    """Answers by the first words of the command; keeps what it was asked.

    Attributes:
        asked: each command, in order.
    """

    def __init__(self, **answers: Answer | dict[str, Any]) -> None:
        self.asked: list[tuple[str, ...]] = []
        standard: dict[str, Answer | dict[str, Any]] = {
            "version": Answer(0, "v3.259.0\n"),
            "whoami": {"user": "ada", "url": "https://app.pulumi.com/ada"},
            "config": {"deployments:repository": {"value": "acme/site", "secret": False}},
            "deployment_settings_get": {},
        }
        self._answers = {**standard, **answers}

    def ask(self, *arguments: str) -> Answer:
        self.asked.append(arguments)
        command = "_".join(arguments)
        known = [name for name in self._answers if command.startswith(name)]
        answer = self._answers[max(known, key=len)] if known else Answer(0, "")
        return answer if isinstance(answer, Answer) else Answer(0, json.dumps(answer))

    def show(self, *arguments: str) -> int:
        return self.ask(*arguments).code

    def folder(self) -> str:
        return ""

    def commands(self, *first: str) -> list[tuple[str, ...]]:
        """Return what it was asked that began with ``first``."""
        return [asked for asked in self.asked if asked[: len(first)] == first]
