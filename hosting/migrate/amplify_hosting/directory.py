"""Maps the base directory and the list of files to `publish:` settings."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hosting.errors import HostingError
from hosting.migrate.published_root import file_patterns, root_patterns
from hosting.migrate.site_build import read_site_build, refuse_server
from hosting.migrate.site_generators import SERVER_FOLDERS, generator_named
from hosting.migrate.site_settings import relative

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.migrate.amplify_hosting.build_spec import BuildSpec
    from hosting.migrate.findings import Findings

_SET_DIRECTORY = "pulumi config set publish:directory <folder>"
# The bundle that a framework's adapter writes for Amplify's servers.
_BUNDLE = ".amplify-hosting"
# Folders inside of these that hold a static site.
_STATIC = ((".output", "public"), (".next", "out"), (".next", "export"))
_EVERYTHING = ("**/*", "**", "*", "**/**", "/**/*", "./**/*", "**/*.*", "/**")


def map_directory(spec: BuildSpec, root: Path, home: Path, findings: Findings) -> None:
    """Add `publish:directory` and `publish:ignore`.

    Raises:
        HostingError: the folder is the build of a server.
    """
    if spec.directory is None:
        findings.add_gap(f"{spec.name} baseDirectory", f"it is not set: {_SET_DIRECTORY}")
        return
    _refuse_server(spec.directory)
    if any(sign in spec.directory for sign in "*$\0"):
        findings.add_gap(f"{spec.name} baseDirectory '{spec.directory}'", f"it is not a folder: {_SET_DIRECTORY}")
        return
    folder = (root / spec.folder / spec.directory).resolve()
    target = relative(folder, home)
    if home.resolve() == folder:
        findings.add_gap(
            f"{spec.name} baseDirectory '{spec.directory}'",
            "it is this program's folder, which must not be published: move the program into a folder of its own, "
            "such as infra, and run this again there",
        )
        return
    refuse_server(read_site_build(folder), None)
    findings.add_setting("publish:directory", target, f"{spec.name} baseDirectory")
    patterns, notes = root_patterns(folder, root / spec.folder, home, _patterns(spec, findings))
    findings.notes += notes
    if patterns:
        findings.add_setting("publish:ignore", patterns, f"{spec.name} files")


def _refuse_server(directory: str) -> None:
    parts = PurePosixPath(directory).parts
    found = next((part for part in parts if part in SERVER_FOLDERS or part == _BUNDLE), None)
    if found is None or parts[-2:] in _STATIC:
        return
    what, instead = "a bundle for Amplify's servers", "its generator"
    if found != _BUNDLE:
        generator = generator_named(SERVER_FOLDERS[found])
        what, instead = f"{generator.name}'s build for a server", f"{generator.instead} ({generator.source})"
    raise HostingError(
        f"Amplify runs this app with WEB_COMPUTE, on a server, and this program publishes files: '{directory}' is "
        f"{what}. Build a static site with {instead}, write its folder into baseDirectory, and run this again"
    )


def _patterns(spec: BuildSpec, findings: Findings) -> list[str]:
    """Return the ignore patterns for the list of files; a list that patterns cannot express is a gap."""
    files = [file.strip() for file in spec.files if file.strip()]
    excluded = [file[1:].lstrip("/") for file in files if file.startswith("!")]
    included = [file for file in files if not file.startswith("!")]
    patterns: list[str] | None = []
    if included and not any(file in _EVERYTHING for file in included):
        patterns = file_patterns(included)
    if patterns is None:
        findings.add_gap(
            f"{spec.name} files {', '.join(included)}", "all files of the folder are published: set publish:ignore"
        )
    return [*(patterns or []), *(f"/{name}" for name in excluded if name)]
