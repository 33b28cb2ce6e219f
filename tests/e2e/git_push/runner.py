"""The post-receive hook: ``python -m tests.e2e.git_push.runner CONFIG`` deploys what git tells it was pushed.

CONFIG is JSON: ``repository`` (the bare one), ``work`` (where commits are checked out) and ``stacks``, by name the
deployment settings as Pulumi Cloud has them. A branch is pushed to refs/heads/; a pull request is opened and renewed by
a push to refs/pull/<number>/head and closed by its removal, as GitHub keeps them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.e2e.git_push.matching import any_matches, deploys

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTHING = "0" * 40
_PULL_REQUEST = re.compile(r"refs/pull/(?P<number>[0-9]+)/head")


class DeploymentFailed(Exception):  # noqa: N818 - an outcome, which is told to who pushed
    """A command of the deployment failed: none after it ran."""


@dataclass(frozen=True)
class Push:
    """What git tells the hook: a ref's commit before and after, zeros for none."""

    before: str
    after: str
    ref: str


@dataclass(frozen=True)
class Runner:
    """Does what is connected.

    Attributes:
        repository: the bare repository.
        work: where commits are checked out.
        stacks: deployment settings by stack.
    """

    repository: Path
    work: Path
    stacks: Mapping[str, Mapping[str, Any]]

    def receive(self, push: Push) -> None:
        """Deploy what the push is to deploy, one after the other, and say what came of it."""
        request = _PULL_REQUEST.fullmatch(push.ref)
        if request is not None:
            self._review(push, request["number"])
            return
        branch = push.ref.removeprefix("refs/heads/")
        changed = self._changed(push) if push.after != _NOTHING else []
        names = [name for name, settings in self.stacks.items() if deploys(settings, branch, changed)]
        for name in names:
            self._deploy(name, self.stacks[name], push.after)
        if not names:
            _say(f"no stack is deployed by this push to {branch}")

    def _changed(self, push: Push) -> list[str]:
        """Return the files that a push changed; of a new ref, all that it has."""
        if push.before == _NOTHING:
            return self._git("ls-tree", "-r", "--name-only", push.after).splitlines()
        return self._git("diff", "--name-only", push.before, push.after).splitlines()

    def _deploy(self, stack: str, settings: Mapping[str, Any], commit: str, template: str = "") -> None:
        try:
            folder = self._checkout(stack, settings, commit)
            if template:
                _adopt_config(folder, template, stack)
                _run(["pulumi", "stack", "select", "--create", stack], folder, settings)
            # Each in a shell of its own: https://www.pulumi.com/docs/deployments/concepts/settings/pre-run-commands/
            for command in settings.get("operationContext", {}).get("preRunCommands", ()):
                _run(["sh", "-c", command], folder, settings)
            _run(["pulumi", "up", "--yes", "--skip-preview", "--stack", stack], folder, settings)
        except DeploymentFailed as failure:
            _say(f"{stack} was not deployed: {failure}")
        else:
            _say(f"{stack} is deployed")

    def _review(self, push: Push, number: str) -> None:
        """Give a pull request its stack, modelled on each template, or take it away."""
        commit = push.before if push.after == _NOTHING else push.after
        changed = self._git("ls-tree", "-r", "--name-only", commit).splitlines()
        for template, settings in self.stacks.items():
            github = settings.get("gitHub", {})
            if github.get("pullRequestTemplate") and any_matches(github.get("paths", ()), changed):
                self._review_stack(f"{template}-{number}", template, settings, push)

    def _review_stack(self, stack: str, template: str, settings: Mapping[str, Any], push: Push) -> None:
        if push.after != _NOTHING:
            self._deploy(stack, settings, push.after, template)
            return
        folder = self._checkout(stack, settings, push.before)
        _adopt_config(folder, template, stack)
        _run(["pulumi", "destroy", "--yes", "--skip-preview", "--remove", "--stack", stack], folder, settings)
        _say(f"{stack} is gone")

    def _checkout(self, stack: str, settings: Mapping[str, Any], commit: str) -> Path:
        target = self.work / stack
        shutil.rmtree(target, ignore_errors=True)
        subprocess.run(["git", "clone", "--quiet", "--no-checkout", self.repository, target], check=True)
        git = ["git", "-C", str(target)]
        subprocess.run([*git, "fetch", "--quiet", "origin", commit], check=True)
        subprocess.run([*git, "checkout", "--quiet", "--detach", commit], check=True)
        return target / str(settings.get("sourceContext", {}).get("git", {}).get("repoDir", ""))

    def _git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.repository), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _adopt_config(folder: Path, template: str, stack: str) -> None:
    """Give a review stack the template's config, as the pull request has it."""
    shutil.copy(folder / f"Pulumi.{template}.yaml", folder / f"Pulumi.{stack}.yaml")


def _run(command: list[str], folder: Path, settings: Mapping[str, Any]) -> None:
    variables = settings.get("operationContext", {}).get("environmentVariables", {})
    values = {key: value if isinstance(value, str) else value["secret"] for key, value in variables.items()}
    # Git's own variables mean the bare repository, also to the commands run here.
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    if subprocess.run(command, cwd=folder, env={**inherited, **values}, check=False).returncode != 0:
        raise DeploymentFailed(f"`{' '.join(command)}` failed")


def _say(line: str) -> None:
    sys.stdout.write(f"deployments: {line}\n")
    sys.stdout.flush()


def main() -> None:
    """Deploy each ref that git tells of."""
    config = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]
    runner = Runner(Path(config["repository"]), Path(config["work"]), config["stacks"])
    for line in sys.stdin.read().splitlines():
        runner.receive(Push(*line.split(" ", 2)))


if __name__ == "__main__":
    main()
