"""A small runner of GitHub's workflows: the steps of their jobs, with the actions that the template uses.

A step has the environment that the workflow gives it, and no other: credentials of the cloud are there only after the
action that fetches them. https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from tests.repository import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(&&|\|\||==|!=|!|\(|\)|,)|([\w.-]+))")
_OPERATORS = {"&&": " and ", "||": " or ", "!": " not "}
_WITH_CREDENTIALS = "aws-actions/configure-aws-credentials"
_WITHOUT_EFFECT = ("actions/setup-python", "pulumi/auth-actions", "pulumi/actions")


@dataclass
class Run:
    """What a workflow is run with, and what it has done.

    Attributes:
        repository: the bare repository.
        work: a folder for the workspaces.
        event_name: the event.
        event: its payload.
        variables: the repository's variables; none for a pull request of a fork.
        credentials: the environment that a step has after the action that fetches the role's credentials.
        env: the environment of GitHub's runner, with `gh` and `python` on PATH.
        secrets: the repository's secrets.
        artifacts: the artifacts that it has uploaded, by name.
        log: the output of all steps.
        results: the result of each job.
    """

    repository: Path
    work: Path
    event_name: str
    event: Mapping[str, Any]
    variables: Mapping[str, str]
    credentials: Mapping[str, str]
    env: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)
    artifacts: dict[str, Path] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    results: dict[str, str] = field(default_factory=dict)

    def run(self, file: Path) -> str:
        """Run all jobs of a workflow, one after the other; return its conclusion."""
        workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
        for name, job in workflow["jobs"].items():
            needed = [self.results[one] for one in [job.get("needs", [])] if isinstance(one, str)]
            condition = job.get("if", "true")
            is_ready = "cancelled()" in condition or all(result == "success" for result in needed)
            is_run = is_ready and self._value(condition, {})
            self.results[name] = self._job(name, job, workflow.get("env", {})) if is_run else "skipped"
        return "failure" if "failure" in self.results.values() else "success"

    @property
    def text(self) -> str:
        """The output of all steps."""
        return "\n".join(self.log)

    def _job(self, name: str, job: Mapping[str, Any], env: Mapping[str, str]) -> str:
        steps: dict[str, Any] = {}
        workspace = self.work / name
        shutil.rmtree(workspace, ignore_errors=True)
        workspace.mkdir(parents=True)
        (self.work / "event.json").write_text(json.dumps(self.event))
        given = {"GITHUB_EVENT_PATH": str(self.work / "event.json"), **self.env, **self._filled(env, steps)}
        for step in job["steps"]:
            if not self._value(step.get("if", "true"), steps):
                continue
            if "uses" in step:
                action = step["uses"].partition("@")[0]
                self._action(action, self._filled(step.get("with", {}), steps), workspace)
                given |= self.credentials if action == _WITH_CREDENTIALS else {}
            elif not self._script(step, {**given, **self._filled(step.get("env", {}), steps)}, workspace, steps):
                return "failure"
        return "success"

    def _script(self, step: Mapping[str, Any], env: Mapping[str, str], workspace: Path, steps: dict[str, Any]) -> bool:
        outputs = self.work / "outputs"
        outputs.write_text("")
        done = subprocess.run(
            ["bash", "-e", "-c", self._text(step["run"], steps)],
            cwd=workspace / self._text(step.get("working-directory", "."), steps),
            env={**env, "GITHUB_OUTPUT": str(outputs)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.log.append(done.stdout)
        lines = (line.partition("=") for line in outputs.read_text().splitlines())
        steps[step.get("id", "")] = {"outputs": {name: value for name, _, value in lines}}
        return done.returncode == 0

    def _action(self, action: str, inputs: Mapping[str, str], workspace: Path) -> None:
        if action == "actions/checkout":
            git = ["git", "-C", str(workspace)]
            subprocess.run(["git", "clone", "--quiet", "--no-checkout", self.repository, workspace], check=True)
            subprocess.run([*git, "fetch", "--quiet", "origin", inputs.get("ref", "main")], check=True)
            subprocess.run([*git, "checkout", "--quiet", "--detach", "FETCH_HEAD"], check=True)
        elif action == "actions/upload-artifact":
            self.artifacts[inputs["name"]] = self._zipped(workspace / inputs["path"], inputs["name"])
        else:
            assert action in (*_WITHOUT_EFFECT, _WITH_CREDENTIALS), f"there is no {action} here"

    def _zipped(self, folder: Path, name: str) -> Path:
        """Return an archive as the action makes it, with the files behind links."""
        archive = self.work / f"{name}.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    opened.writestr(file.relative_to(folder).as_posix(), file.read_bytes())
        return archive

    def _filled(self, values: Mapping[str, Any], steps: Mapping[str, Any]) -> dict[str, str]:
        return {name: self._text(str(value), steps) for name, value in values.items()}

    def _text(self, text: str, steps: Mapping[str, Any]) -> str:
        """Return ``text`` with the values of its expressions."""
        return _EXPRESSION.sub(lambda found: str(self._value(found[1], steps)), text)

    def _value(self, expression: str, steps: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any value
        """Return the value of an expression, by Python's operators of the same meaning."""
        code = "".join(_python(*groups) for groups in _TOKEN.findall(_EXPRESSION.sub(r"\1", expression)))
        contexts = {
            "github": {"event": self.event, "event_name": self.event_name, "token": "of the workflow"},
            "vars": self.variables,
            "secrets": self.secrets,
            "steps": steps,
        }

        def value(path: str) -> Any:  # noqa: ANN401 - any value
            found: Any = contexts
            for name in path.split("."):
                found = (found or {}).get(name) if isinstance(found, dict | type(None)) else None
            return "" if found is None else found

        functions = {"format": lambda text, *rest: text.format(*rest), "cancelled": lambda: False}
        files = {"hashFiles": lambda _: ""}
        return eval(code, {"__builtins__": {}, "value": value, **functions, **files})  # noqa: S307 - our own workflows


def _python(text: str, operator: str, name: str) -> str:
    """Return a token of an expression in Python."""
    if text:
        return repr(text[1:-1].replace("''", "'"))
    if operator:
        return _OPERATORS.get(operator, operator)
    if name in ("format", "cancelled", "hashFiles"):
        return name
    return {"true": "True", "false": "False"}.get(name, f"value({name!r})")


def runner_tools(folder: Path, gh: Path) -> dict[str, str]:
    """Return the environment of a runner: `gh`, `python` with the program's packages, and a `pip` that has them."""
    folder.mkdir()
    for name, line in {"python": f"exec '{sys.executable}' \"$@\"", "pip": "exit 0", "npm": "exit 0"}.items():
        (folder / name).write_text(f"#!/bin/sh\n{line}\n")
        (folder / name).chmod(0o755)
    home = folder.parent / "home"
    home.mkdir()
    path = os.pathsep.join([str(folder), str(gh), "/usr/local/bin:/usr/bin:/bin"])
    return {"PATH": path, "HOME": str(home), "REPOSITORY_OF_TESTS": str(REPOSITORY)}
