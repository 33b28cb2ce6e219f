"""An Amplify project beside a hosting program, and the command run in the program's folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from hosting.migrate.cli import main
from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from pathlib import Path

EMPTY = "# PROD\nconfig: {}\n"


@dataclass
class Ran:
    """The result of one run of the command.

    Attributes:
        code: its exit status.
        out: its output, with each run of white space as one space.
        err: its error output.
        home: the program's folder.
    """

    code: int
    out: str
    err: str
    home: Path

    def config(self, stack: str = "prod") -> dict[str, Any]:
        """Return what the stack's file now holds under ``config:``."""
        content = yaml.safe_load((self.home / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))
        config: dict[str, Any] = content["config"]
        return config


class Migration:
    """Writes Amplify projects to ``app`` and runs the command in ``app/infra``."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.app = folder / "app"
        self.home = self.app / "infra"
        self._capsys = capsys
        amplify.write(self.home, {"Pulumi.yaml": "name: static-site\nruntime: python\n", "Pulumi.prod.yaml": EMPTY})

    def run(self, *arguments: str, path: str = "..") -> Ran:
        """Run the command, and require that it fails or writes readable config."""
        code = main([path, *arguments])
        out, err = self._capsys.readouterr()
        return Ran(code, " ".join(out.split()), err, self.home)

    def of(self, template: amplify.Json, *arguments: str, **files: Any) -> Ran:  # noqa: ANN401 - as amplify.project
        """Write the project and run the command on it."""
        amplify.project(self.app, template, **files)
        return self.run(*arguments)


@pytest.fixture
def migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Migration:
    """Return a Migration whose program's folder is the working directory."""
    migration = Migration(tmp_path, capsys)
    monkeypatch.chdir(migration.home)
    return migration
