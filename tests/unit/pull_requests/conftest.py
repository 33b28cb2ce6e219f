"""A repository on a GitHub of the tests: `gh` is a program that answers from a folder."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from hosting.pull_requests.github import GitHub
from tests.unit.pull_requests import fake_gh

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Repository:
    """The repository `acme/website`.

    Attributes:
        folder: what GitHub has.
        bin: a folder with `gh`, for PATH.
        github: the client.
    """

    folder: Path
    bin: Path
    github: GitHub

    @property
    def env(self) -> dict[str, str]:
        """The environment of a workflow's step."""
        path = f"{self.bin}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": path, "FAKE_GITHUB": str(self.folder), "GITHUB_REPOSITORY": "acme/website"}

    def state(self) -> dict[str, Any]:
        """Return what GitHub has."""
        found: dict[str, Any] = json.loads((self.folder / "state.json").read_text())
        return found

    def change(self, **changes: Any) -> None:  # noqa: ANN401 - JSON
        """Replace parts of what GitHub has."""
        (self.folder / "state.json").write_text(json.dumps({**self.state(), **changes}))

    def open(
        self, number: int, commit: str, *, owner: str = "mallory", branch: str = "fix", repository: int = 2
    ) -> None:
        """Open a pull request, or push to it."""
        head = {"sha": commit, "label": f"{owner}:{branch}", "repo": {"id": repository}}
        self.change(pulls={**self.state()["pulls"], str(number): {"number": number, "state": "open", "head": head}})

    def close(self, number: int) -> None:
        """Close a pull request, whose fork is deleted."""
        pulls = self.state()["pulls"]
        pulls[str(number)]["state"] = "closed"
        pulls[str(number)]["head"]["repo"] = None
        self.change(pulls=pulls)

    def comments(self, number: int) -> list[str]:
        """Return the texts of a pull request's comments, without the marker."""
        return [one["body"].partition("\n")[2] or one["body"] for one in self.state()["comments"].get(str(number), [])]


def make_repository(folder: Path) -> Repository:
    """Return a repository without pull requests."""
    bin_ = folder / "bin"
    bin_.mkdir()
    gh = bin_ / "gh"
    gh.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{fake_gh.__file__}' \"$@\"\n")
    gh.chmod(0o755)
    (folder / "state.json").write_text(json.dumps({"pulls": {}, "artifacts": {}, "comments": {}}))
    return Repository(folder, bin_, GitHub("acme/website"))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Return a repository whose `gh` is the one on PATH."""
    folder = tmp_path / "github"
    folder.mkdir()
    made = make_repository(folder)
    for name, value in made.env.items():
        monkeypatch.setenv(name, value)
    return made
