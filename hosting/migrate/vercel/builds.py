"""The `builds` of vercel.json: which are static, and where their files are.

https://vercel.com/docs/project-configuration#builds
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import objects, section

if TYPE_CHECKING:
    from collections.abc import Sequence

_STATIC = re.compile(r"@(?:vercel|now)/static(?:@.*)?")
_STATIC_BUILD = re.compile(r"@(?:vercel|now)/(?:static-build|cgi-static|html-minifier)(?:@.*)?")
_WILDCARD = re.compile(r"[*?{\[(]")
_DIST = "dist"


@dataclass(frozen=True)
class Builds:
    """The builds of a project.

    Attributes:
        project: the folder whose package.json builds the site; None if no build does.
        folder: the published folder; None if it is unknown.
        mount: the folder that the files have in the deployment; empty for the root.
        output: the folder that the build writes to, relative to ``mount``; empty without one.
        functions: the sources of the other builds, each with what builds it.
        has_static: whether a build is static.
        command: the build command; None if no build has one.
    """

    project: str | None
    folder: str | None
    mount: str
    functions: tuple[tuple[str, str], ...]
    has_static: bool
    command: str | None = None
    output: str = ""


def read_builds(config: dict[str, Any]) -> Builds:
    """Return the builds of vercel.json."""
    builds = objects(config.get("builds"))
    static = [str(one.get("src", "")) for one in builds if _STATIC.fullmatch(str(one.get("use", "")))]
    scripts = [one for one in builds if _STATIC_BUILD.fullmatch(str(one.get("use", "")))]
    known = [*static, *(str(one.get("src", "")) for one in scripts)]
    functions = [
        (str(one.get("src", "")), str(one.get("use", ""))) for one in builds if str(one.get("src", "")) not in known
    ]
    if scripts:
        source = str(scripts[0].get("src", ""))
        project = _folder_of(source)
        settings = section(scripts[0], "config")
        dist, command = settings.get("distDir", _DIST), settings.get("buildCommand")
        given = command if isinstance(command, str) and command.strip() else _script(source)
        folder = f"{project}/{dist}".strip("/") if isinstance(dist, str) and dist else None
        output = dist.strip("./") if isinstance(dist, str) else ""
        return Builds(project, folder, project, tuple(functions), has_static=True, command=given, output=output)
    folder = _common_folder(static)
    return Builds(None, folder if static else None, folder, tuple(functions), has_static=bool(static))


def _script(source: str) -> str | None:
    """Return the command that runs the source of a build, if it is a shell script and not package.json."""
    name = PurePosixPath(source).name
    return shlex.join(["bash", name]) if name.endswith(".sh") else None


def _folder_of(source: str) -> str:
    """Return the folder of a file; empty for the root."""
    parent = str(PurePosixPath(source.removeprefix("/")).parent)
    return "" if parent == "." else parent


def _common_folder(sources: Sequence[str]) -> str:
    """Return the folder that all patterns begin with: `public` of `public/**`; empty for the root."""
    folders = []
    for source in sources:
        parts = source.removeprefix("./").removeprefix("/").split("/")
        fixed = next((number for number, part in enumerate(parts) if _WILDCARD.search(part)), len(parts) - 1)
        folders.append(parts[:fixed])
    common: list[str] = []
    for names in zip(*folders, strict=False):
        if len(set(names)) > 1:
            break
        common.append(names[0])
    return "/".join(common)
