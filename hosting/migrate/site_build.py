"""How a project builds its site, as far as its files show it: the generator, the folder and the command."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from hosting.errors import HostingError
from hosting.migrate.findings import section
from hosting.migrate.site_generators import SERVER_FOLDERS, Generator, generator_named, generators

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LOCK_FILES = {
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lockb": "bun",
    "bun.lock": "bun",
}
_PACKAGE_MANAGER = re.compile(r"(npm|pnpm|yarn|bun)@")
_MAJOR = re.compile(r"[\^~=<>v\s]*(\d+)")
_COMMENT = re.compile(r"(^|\s)//[^\n]*|/\*.*?\*/", re.DOTALL)
_BUILDS = re.compile(r"\b(?:build|generate)\b")
_LARGEST_SETTINGS = 200_000
_NOT_A_FOLDER = re.compile(r"[\0\n]")


@dataclass(frozen=True)
class SiteBuild:
    """What the files of a project show about its build.

    Attributes:
        generator: the generator; None if no file shows one.
        folder: the folder that the build writes to, relative to the project; None if it is unknown.
        command: the build command; None without one.
        server: why the build writes a server and not files; empty if it writes files.
        scripts: the scripts of package.json.
        has_script: whether the command is one of them.
        manager: the package manager.
        has_settings: whether the generator has a configuration file.
    """

    generator: Generator | None
    folder: str | None
    command: str | None
    server: str
    scripts: dict[str, str]
    has_script: bool
    manager: str
    has_settings: bool

    @property
    def name(self) -> str:
        """The generator's name, or what stands for it in a sentence."""
        return self.generator.name if self.generator else "the project"

    @property
    def shown_by(self) -> str:
        """What shows the command."""
        return "package.json" if self.has_script else self.name


def read_site_build(root: Path, *, scripts: Sequence[str] = ("build",), vercel: str | None = None) -> SiteBuild:
    """Return what the files in a project's folder show.

    Args:
        root: the project's folder.
        scripts: the scripts of package.json that build the site, the first one first.
        vercel: Vercel's name for the framework, which counts before the files.
    """
    package = _json_object(root / "package.json")
    commands = {name: text for name, text in section(package, "scripts").items() if isinstance(text, str)}
    manager = _manager(root, package)
    found = _generator(root, _with_majors(_versions(package)))
    if found is None or vercel not in found.vercel:
        found = next((one for one in generators() if vercel in one.vercel), found)
    settings = _settings(root, found)
    run = _scripts(commands, scripts, found.static_sign if found else "", settings)
    texts = [*settings, *commands.values()] if found else []
    return SiteBuild(
        generator=found,
        folder=_folder(root, found, texts) if found else None,
        command=" && ".join(f"{manager} run {one}" for one in run)
        or _default_command(found, has_package=bool(package)),
        server=_server(found, texts, settings) if found else "",
        scripts=commands,
        has_script=bool(run),
        manager=manager,
        has_settings=bool(settings),
    )


def _scripts(commands: dict[str, str], names: Sequence[str], sign: str, settings: Sequence[str]) -> list[str]:
    """Return the scripts that build the site: the first of the names, unless only another one builds a static site.

    An export, such as `next export`, is of what the first one builds.
    """
    script = [name for name in names if name in commands][:1]
    texts = [text for name in script for text in _run_by(name, commands)]
    other = next((name for name, text in commands.items() if sign and re.search(sign, text)), None)
    if other is None or not _misses(sign, [*settings, *texts]):
        return script
    return [other] if _BUILDS.search(commands[other]) else [*script, other]


def _run_by(script: str, commands: dict[str, str]) -> list[str]:
    """Return the text of a script, and of the scripts that it names."""
    text = commands[script]
    return [
        text,
        *(one for name, one in commands.items() if re.search(rf"(?<![\w.:-]){re.escape(name)}(?![\w.:-])", text)),
    ]


def _misses(sign: str, texts: Sequence[str]) -> bool:
    """Return whether a static build has a sign, and none of the texts has it."""
    return bool(sign) and not any(re.search(sign, text) for text in texts)


def packages_of(root: Path) -> set[str]:
    """Return the names of the packages that package.json needs."""
    return {*_versions(_json_object(root / "package.json"))}


def _versions(package: dict[str, Any]) -> dict[str, str]:
    """Return the versions of the packages that package.json needs, by their names."""
    found = {**section(package, "dependencies"), **section(package, "devDependencies")}
    return {name: str(version) for name, version in found.items()}


def _with_majors(versions: dict[str, str]) -> set[str]:
    """Return the names of packages, and each with its major version: `nuxt@2`."""
    majors = ((name, _MAJOR.match(version)) for name, version in versions.items())
    return {*versions, *(f"{name}@{found[1]}" for name, found in majors if found)}


def _default_command(generator: Generator | None, *, has_package: bool) -> str | None:
    if generator is None or not generator.command:
        return None
    is_package = has_package or bool(generator.packages)
    return f"npx {generator.command.removeprefix('npx ')}" if is_package else generator.command


def refuse_server(build: SiteBuild, folder: str | None) -> None:
    """Refuse a build that writes a server, by the folder or by what the files show.

    Raises:
        HostingError: it does; the message says what would be needed.
    """
    names = PurePosixPath((folder or "").replace("\\", "/")).parts
    first = next((name for name in names if name in SERVER_FOLDERS), None)
    is_static = names[-2:] == (".output", "public")
    if first and not is_static:
        found = generator_named(SERVER_FOLDERS[first])
        raise HostingError(_needs(found, f"'{folder}' is the build of {found.name} for a server"))
    # Without the configuration file, a folder that only a static build writes shows one.
    own = PurePosixPath(build.generator.folder).parts if build.generator else ()
    is_static |= not build.has_settings and bool(names) and names[-len(own) :] == own
    if build.generator and build.server and not is_static:
        raise HostingError(_needs(build.generator, build.server))


def _needs(generator: Generator, reason: str) -> str:
    return (
        f"{reason}, and this program publishes files: build a static site with {generator.instead} "
        f"({generator.source}), and run this again"
    )


def _generator(root: Path, packages: set[str]) -> Generator | None:
    for one in generators():
        if packages & {*one.packages} or any(_exists(root, pattern) for pattern in one.files):
            return one
    return None


def _exists(root: Path, pattern: str) -> bool:
    return next(root.glob(pattern), None) is not None


def _settings(root: Path, generator: Generator | None) -> list[str]:
    """Return the texts of the generator's configuration files, without comments."""
    patterns = generator.settings if generator else ()
    files = [file for pattern in patterns for file in sorted(root.glob(pattern)) if file.is_file()]
    return [_COMMENT.sub(" ", _text(file)) for file in files]


def _folder(root: Path, generator: Generator, texts: Sequence[str]) -> str:
    if generator.name == "Angular":
        return _angular_folder(root) or generator.folder
    if generator.folder_setting:
        found = (re.search(generator.folder_setting, text, re.MULTILINE) for text in texts)
        named = next((match[1] for match in found if match), None)
        if named and not _NOT_A_FOLDER.search(named):
            return named.removeprefix("./")
    return generator.folder


def _angular_folder(root: Path) -> str | None:
    """Return the folder of the first application in angular.json: `dist/app/browser` by the newer builder."""
    workspace = _json_object(root / "angular.json")
    for name, project in section(workspace, "projects").items():
        target = section(project, "architect", "build") or section(project, "targets", "build")
        options, builder = section(target, "options"), str(target.get("builder", ""))
        path = options.get("outputPath", f"dist/{name}" if target else None)
        base = section(options, "outputPath").get("base", path)
        if isinstance(base, str) and section(project).get("projectType", "application") == "application":
            browser = section(options, "outputPath").get("browser", "browser")
            return f"{base.rstrip('/')}/{browser}".rstrip("/") if builder.endswith(":application") else base
    return None


def _server(generator: Generator, texts: Sequence[str], settings: Sequence[str]) -> str:
    """Return why the build writes a server; empty if it writes files."""
    if _misses(generator.static_sign, texts):
        return f"{generator.name} builds a server here"
    if generator.server_sign and any(re.search(generator.server_sign, text, re.MULTILINE) for text in settings):
        return f"{generator.name} builds a server here"
    return ""


def _manager(root: Path, package: dict[str, Any]) -> str:
    found = _PACKAGE_MANAGER.match(str(package.get("packageManager", "")))
    if found:
        return found[1]
    return next((name for file, name in _LOCK_FILES.items() if (root / file).is_file()), "npm")


def _json_object(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file; an empty one if the file does not exist or is not an object."""
    try:
        content = json.loads(_text(path)) if path.is_file() else {}
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _text(path: Path) -> str:
    return path.read_bytes()[:_LARGEST_SETTINGS].decode("utf-8-sig", "replace")


def pages_in(folder: Path) -> Iterator[Path]:
    """Yield the pages at the top of a folder."""
    if folder.is_dir():
        yield from sorted(file for file in folder.glob("*.htm*") if file.is_file())


def has_pages(folder: Path, but: Path) -> bool:
    """Return whether a folder has pages at any depth; packages, hidden folders and the folder ``but`` do not count."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "node_modules" and not name.startswith(".")]
        folders[:] = [name for name in folders if Path(parent, name).resolve() != but.resolve()]
        if any(name.endswith((".html", ".htm")) for name in names):
            return True
    return False
