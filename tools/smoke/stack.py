"""A stack of the smoke test, in a copy of the program."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent.parent
_PROGRAM = ("Pulumi.yaml", "__main__.py", "hosting")


@dataclass(frozen=True)
class Result:
    """The exit code and the output of a command."""

    code: int
    output: str


class CommandError(Exception):
    """A command of the smoke test failed; the message has its output."""


def copy_program(folder: Path) -> None:
    """Copy the program to ``folder``, so that the checkout gets no stack configs."""
    for name in _PROGRAM:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)


@dataclass(frozen=True)
class Stack:
    """A stack of the project in ``folder``.

    Attributes:
        name: the stack's name.
        folder: the folder of Pulumi.yaml.
    """

    name: str
    folder: Path

    def pulumi(self, *arguments: str, check: bool = True) -> Result:
        """Run the CLI for this stack.

        Raises:
            CommandError: it failed, and ``check`` is true.
        """
        command = ["pulumi", *arguments, "--stack", self.name, "--non-interactive", "--color=never"]
        return self._run(command, check=check)

    def up(self, *arguments: str, check: bool = True) -> Result:
        """Run `pulumi up` without the preview."""
        return self.pulumi("up", "--yes", "--skip-preview", *arguments, check=check)

    def config(self, **values: str) -> None:
        """Set config: `publish__mode` is the key `publish:mode`."""
        pairs = [f"--plaintext={key.replace('__', ':')}={value}" for key, value in values.items()]
        self.pulumi("config", "set-all", *pairs)

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs."""
        outputs: dict[str, Any] = json.loads(self.pulumi("stack", "output", "--json").output)
        return outputs

    def verify(self) -> Result:
        """Compare what visitors get with what the stack publishes."""
        command = [sys.executable, "-m", "hosting.verify", "--stack", self.name, "--url", self.url]
        return self._run(command, check=False)

    @cached_property
    def project(self) -> str:
        """The project's name."""
        found = re.search(r"(?m)^name:\s*(\S+)", (self.folder / "Pulumi.yaml").read_text(encoding="utf-8"))
        return found[1] if found else ""

    @property
    def url(self) -> str:
        """The site's address."""
        command = os.environ.get("SITE_URL_COMMAND")
        if not command:
            return str(self.outputs()["url"])
        return self._run([*shlex.split(command), f"{self.project}/{self.name}"]).output.strip().rstrip("/")

    def _run(self, command: list[str], *, check: bool = True) -> Result:
        done = subprocess.run(  # noqa: S603 - the program's own commands
            command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if check and done.returncode != 0:
            raise CommandError(f"{shlex.join(command)}\n{done.stdout}")
        return Result(done.returncode, done.stdout)
