"""A published project: the distribution folder is that of the sources, so files that are not the site's are ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.formats.gitignore import IgnoreRules
from hosting.publish.staging.scan import scan

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from hosting.publish.staging.scan import FoundFile

# Files of a repository that no visitor asks for: names of tools' own files and folders, by their documentation.
NOT_OF_THE_SITE = (
    ".*",
    "!.well-known",
    "node_modules/",
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "bun.lock",
    "bun.lockb",
    "composer.json",
    "composer.lock",
    "Gemfile",
    "Gemfile.lock",
    "requirements*.txt",
    "pyproject.toml",
    "poetry.lock",
    "Pipfile",
    "Pipfile.lock",
    "tsconfig*.json",
    "*.config.js",
    "*.config.cjs",
    "*.config.mjs",
    "*.config.ts",
    "Dockerfile*",
    "docker-compose*.yml",
    "Makefile",
    "Procfile",
    "/amplify.yml",
    "/customHttp.yml",
    "/netlify.toml",
    "/vercel.json",
    "/firebase.json",
    "/firestore.*",
    "/storage.rules",
    "/database.rules.json",
    "/remoteconfig.template.json",
    "/amplify/",
    "/api/",
    "/backend/",
    "/functions/",
    "/infrastructure/",
    "/lambda/",
    "/netlify/",
    "/server/",
    "/terraform/",
    "*.py",
    "*.rb",
    "*.php",
    "*.sh",
    "*.tf",
    "*.sql",
    "*.pem",
    "*.key",
    "/README*",
    "/LICENSE*",
    "/CONTRIBUTING*",
    "/CHANGELOG*",
)
_LARGEST = 10
_EVERYTHING = "/*"
# Files of all folders, but no folders, so that patterns for files in them have an effect. Tools' folders stay ignored.
_ALL_LEVELS = ("*", "!*/", "node_modules/", ".*/", "!.well-known/")
_NOTHING_REMAINS = (
    "A project's folder is published, and none of its files remains without those of publish:ignore: set "
    "publish:directory to the folder of the pages, unless the build writes them into the root."
)
_NO_FILE = (
    "No file of publish:directory is left to publish, and a site needs one: add a page such as index.html, unless the "
    "build writes it."
)
_NO_PAGE = "None is a page at its top: if the site is built, set publish:directory and publish:buildCommand."


def root_patterns(folder: Path, root: Path, home: Path, own: list[str]) -> tuple[list[str], list[str]]:
    """Return the ignore patterns of a published folder, and sentences about what remains.

    Args:
        folder: the published folder.
        root: the project's folder.
        home: the program's folder.
        own: the patterns that the project has. A list of the published files, which begins with `/*` or `*`, needs no
            others.
    """
    target = folder.resolve()
    is_project = (target / "package.json").is_file()
    if not (is_project or any(one.resolve().is_relative_to(target) for one in (root, home))):
        return own, [_NO_FILE] if folder.is_dir() and _published(folder, own) == [] else []
    others = () if own[:1] in ([_EVERYTHING], ["*"]) else NOT_OF_THE_SITE
    patterns = [*own, *others, *_program_patterns(folder, home)]
    return patterns, _remaining_files(folder, patterns)


def _program_patterns(root: Path, home: Path) -> list[str]:
    """Return the ignore pattern of the program's folder ``home``, if it is in the published ``root``."""
    if not home.resolve().is_relative_to(root.resolve()):
        return []
    return [f"/{home.resolve().relative_to(root.resolve()).as_posix()}/"]


def file_patterns(files: Iterable[str]) -> list[str] | None:
    """Return ignore patterns that publish only these files; None for an expression that git doesn't have."""
    names = [file.strip().removeprefix("./").lstrip("/") for file in files]
    if any(not name or set(name) & set("[]{}!\\") for name in names):
        return None
    kept = [f"!/{_folder_of(name) or name}" for name in names]
    if all("/" not in pattern[2:].removesuffix("/") for pattern in kept) and "!/**/" not in kept:
        return [_EVERYTHING, *kept]
    return [*_ALL_LEVELS, *(f"{pattern}**" if pattern.endswith("/") else pattern for pattern in kept)]


def _folder_of(name: str) -> str | None:
    """Return the folder, with a slash, of a pattern for all its files; None for other patterns."""
    folder = name.removesuffix("/**/*").removesuffix("/**").removesuffix("/*").removesuffix("/")
    return f"{folder}/" if name != folder and not set(folder) & set("*?") else None


def _published(folder: Path, patterns: list[str]) -> list[FoundFile] | str:
    """Return the files of a folder that the patterns leave, or why it can't be published."""
    try:
        return list(scan(folder, IgnoreRules.from_folder(folder, patterns=patterns, ignore_file=None)).files)
    except PublishError as error:
        return str(error)


def _remaining_files(root: Path, patterns: list[str]) -> list[str]:
    """Return sentences about the files that would be published: how many, and the largest."""
    found = _published(root, patterns)
    if isinstance(found, str):
        return [f"The folder can't be published as it is: {found}"]
    largest = sorted(found, key=lambda file: (-file.status.st_size, file.path))[:_LARGEST]
    listed = ", ".join(f"{file.path} ({file.status.st_size} bytes)" for file in largest)
    if not found:
        return [_NOTHING_REMAINS]
    sentence = (
        f"A project's folder is published: {len(found)} of its files, without those of publish:ignore. The largest "
        f"are {listed}. Check them, and ignore more with pulumi config set --path 'publish:ignore[<n>]'."
    )
    has_page = any("/" not in file.path and file.path.endswith(".html") for file in found)
    return [sentence if has_page else f"{sentence} {_NO_PAGE}"]
