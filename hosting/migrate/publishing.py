"""The distribution folder, the build command and the ignore patterns -> `publish:` settings."""

from __future__ import annotations

import os.path
import re
import shlex
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hosting.migrate.patterns import gitignore_patterns

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.migrate.findings import Findings
    from hosting.migrate.project import AmplifyProject

_WINDOWS_COMMAND = re.compile(r"\b([\w-]+)\.cmd\b")
_STARTS_A_SERVER = re.compile(r"(npm|yarn|pnpm)\s+(run\s+|run-script\s+)?start")
_OF_ONE_MACHINE = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_OF_NODE = re.compile(r"\b(npm|npx|yarn|pnpm)\b")
_SET_DIRECTORY = "pulumi config set publish:directory <folder>"
_SET_COMMAND = "if the site is built, pulumi config set publish:buildCommand '<command>'"


def map_publishing(project: AmplifyProject, home: Path, findings: Findings) -> None:
    """Put what the project says of publishing into ``findings``; paths are from ``home``, the program's folder."""
    if project.frontend not in (None, "javascript"):
        findings.gap(
            f"project-config.json frontend '{project.frontend}'",
            f"an app of that kind has no distribution folder; to publish one, {_SET_DIRECTORY}",
        )
    else:
        _directory(project, home, findings)
        _build_command(project, home, findings)
    patterns = gitignore_patterns(project.ignore, findings)
    if patterns:
        findings.found("publish:ignore", patterns, "the publish ignore list")


def _directory(project: AmplifyProject, home: Path, findings: Findings) -> None:
    given = project.commands.get("DistributionDir")
    if not isinstance(given, str) or not given.strip():
        findings.gap("DistributionDir", f"there is none: {_SET_DIRECTORY}")
        return
    if _OF_ONE_MACHINE.match(given.strip()):
        findings.gap(f"DistributionDir '{given}'", f"it is a folder of one Windows machine: {_SET_DIRECTORY}")
        return
    # Node's path.join takes a leading slash as one more slash inside of the project.
    folder = project.root / given.strip().replace("\\", "/").lstrip("/")
    target, base = folder.resolve(), home.resolve()
    if target == base or target in base.parents:
        findings.gap(
            f"DistributionDir '{given}'",
            "it holds this program itself, which must not be published: build into a folder of its own and "
            f"{_SET_DIRECTORY}",
        )
        return
    findings.found("publish:directory", _from(target, base), "javascript.config.DistributionDir")
    if PurePosixPath(given).name == ".next":
        findings.notes.append(
            "DistributionDir is '.next', what Next.js runs on a server; a static site is what `output: 'export'` in "
            "next.config.js writes to 'out': pulumi config set publish:directory <.../out>"
        )


def _build_command(project: AmplifyProject, home: Path, findings: Findings) -> None:
    given = project.commands.get("BuildCommand")
    if not isinstance(given, str) or not given.strip():
        findings.gap("BuildCommand", f"there is none; {_SET_COMMAND}")
        return
    command = _WINDOWS_COMMAND.sub(r"\1", given.strip())
    if _STARTS_A_SERVER.fullmatch(command):
        findings.gap(
            f"BuildCommand '{given}'", f"it starts a server that never ends, so it builds nothing; {_SET_COMMAND}"
        )
        return
    app, base = project.root.resolve(), home.resolve()
    if app != base:
        command = f"cd {shlex.quote(_from(app, base))} && {command}"
    findings.found("publish:buildCommand", command, "javascript.config.BuildCommand")
    if _OF_NODE.search(command):
        findings.notes.append(
            "The build needs its packages: on a machine of CI nothing has installed them, docs/git-push.md has how "
            "(Amplify's console ran `npm ci` as its preBuild)."
        )


def _from(target: Path, base: Path) -> str:
    return os.path.relpath(target, base).replace(os.sep, "/")
