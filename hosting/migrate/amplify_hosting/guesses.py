"""Folder and command of an app whose build settings do not have them, by what its files show."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from hosting.migrate.amplify_hosting.build_spec import NO_SETTINGS
from hosting.migrate.site_build import read_site_build, refuse_server

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.migrate.amplify_hosting.build_spec import BuildSpec
    from hosting.migrate.findings import Findings


def with_guesses(spec: BuildSpec, root: Path, findings: Findings) -> BuildSpec:
    """Return the build settings with the generator's folder and command in place of missing ones.

    Raises:
        HostingError: the generator builds a server here.
    """
    if spec.directory is not None:
        return spec
    build = read_site_build(root / spec.folder)
    if build.generator is None or build.folder is None:
        return spec
    refuse_server(build, None)
    findings.guesses.append(f"The folder is '{build.folder}', which {build.name} writes to")
    commands = spec.commands
    if spec.name == NO_SETTINGS and build.command:
        commands = (build.command,)
        findings.guesses.append(f"The build command is '{build.command}'")
    return dataclasses.replace(spec, directory=build.folder, commands=commands)
