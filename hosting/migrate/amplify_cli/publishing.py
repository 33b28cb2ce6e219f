"""Maps the distribution folder, the build command and the ignore patterns to `publish:` settings."""

from __future__ import annotations

import os.path
import re
import shlex
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hosting.migrate.amplify_cli.patterns import gitignore_patterns

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.migrate.amplify_cli.project import AmplifyProject
    from hosting.migrate.findings import Findings

_WINDOWS_COMMAND = re.compile(r"\b([\w-]+)\.cmd\b")
_STARTS_A_SERVER = re.compile(r"(npm|yarn|pnpm)\s+(run\s+|run-script\s+)?start")
_WINDOWS_PATH = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_PACKAGE_MANAGER = re.compile(r"\b(npm|npx|yarn|pnpm)\b")
_SET_DIRECTORY = "pulumi config set publish:directory <folder>"
_SET_COMMAND = "if the site is built, pulumi config set publish:buildCommand '<command>'"


def map_publishing(project: AmplifyProject, home: Path, findings: Findings) -> None:
    """Add the `publish:` settings to ``findings``; paths are relative to ``home``, the program's folder."""
    if project.frontend not in (None, "javascript"):
        findings.add_gap(
            f"project-config.json frontend '{project.frontend}'",
            f"an app of that kind has no distribution folder; to publish one, {_SET_DIRECTORY}",
        )
    elif not project.has_config:
        findings.add_gap(
            "project-config.json",
            f"it is missing, so folder and command are unknown: {_SET_DIRECTORY}; {_SET_COMMAND}",
        )
    else:
        _directory(project, home, findings)
        _build_command(project, home, findings)
    patterns = gitignore_patterns(project.ignore, findings)
    if patterns:
        findings.add_setting("publish:ignore", patterns, "the publish ignore list")


def _directory(project: AmplifyProject, home: Path, findings: Findings) -> None:
    value = project.commands.get("DistributionDir")
    if not isinstance(value, str) or not value.strip():
        findings.add_gap("DistributionDir", f"it is not set: {_SET_DIRECTORY}")
        return
    if _WINDOWS_PATH.match(value.strip()):
        findings.add_gap(f"DistributionDir '{value}'", f"it is a folder of one Windows machine: {_SET_DIRECTORY}")
        return
    if "\0" in value:
        findings.add_gap("DistributionDir", f"it has a NUL, which no folder has: {_SET_DIRECTORY}")
        return
    # Node's path.join keeps a path with a leading slash inside the project.
    folder = project.root / value.strip().replace("\\", "/").lstrip("/")
    target, base = folder.resolve(), home.resolve()
    if target == base or target in base.parents:
        findings.add_gap(
            f"DistributionDir '{value}'",
            f"it contains this program, which must not be published: build into another folder and {_SET_DIRECTORY}",
        )
        return
    findings.add_setting("publish:directory", _relative(target, base), "javascript.config.DistributionDir")
    if PurePosixPath(value).name == ".next":
        findings.notes.append(
            "DistributionDir is '.next', which needs a Next.js server; with `output: 'export'` in next.config.js, it "
            "writes a static site to 'out': pulumi config set publish:directory <.../out>"
        )


def _build_command(project: AmplifyProject, home: Path, findings: Findings) -> None:
    value = project.commands.get("BuildCommand")
    if not isinstance(value, str) or not value.strip():
        findings.add_gap("BuildCommand", f"it is not set; {_SET_COMMAND}")
        return
    command = _WINDOWS_COMMAND.sub(r"\1", value.strip())
    if _STARTS_A_SERVER.fullmatch(command):
        findings.add_gap(f"BuildCommand '{value}'", f"it starts a server and does not build the site; {_SET_COMMAND}")
        return
    app, base = project.root.resolve(), home.resolve()
    if app != base:
        command = f"cd {shlex.quote(_relative(app, base))} && {command}"
    findings.add_setting("publish:buildCommand", command, "javascript.config.BuildCommand")
    if _PACKAGE_MANAGER.search(command):
        findings.notes.append(
            "The build needs its packages, which a CI machine has to install first: see docs/git-push.md "
            "(Amplify's console ran `npm ci` as its preBuild)."
        )


def _relative(target: Path, base: Path) -> str:
    return os.path.relpath(target, base).replace(os.sep, "/")
