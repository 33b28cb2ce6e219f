"""Reads netlify.toml: the settings of one deploy context.

https://docs.netlify.com/build/configure-builds/file-based-configuration/
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from hosting.errors import HostingError
from hosting.migrate.findings import objects, section
from hosting.migrate.text_file import read_utf8

if TYPE_CHECKING:
    from pathlib import Path

FILE = "netlify.toml"
PRODUCTION = "production"
_PRODUCTION_BRANCHES = ("main", "master")
# Keys that a context may set instead of [build].
_BUILD = "build"
_ENVIRONMENT = "environment"
_CONTEXT = "context"
# https://github.com/netlify/build/blob/main/packages/config/src/case.ts: these may begin with a capital.
_CASED = ("base", "command", "edge_functions", "environment", "functions", "ignore", "processing", "publish")


@dataclass(frozen=True)
class NetlifyConfig:
    """The settings of one deploy context.

    Attributes:
        file: the file that counts.
        root: the folder that `base` is relative to.
        base: the folder that the build runs in, relative to ``root``; empty for ``root`` itself.
        context: the name of the context: `production` or `branch-deploy`.
        build: [build] with the keys of the context.
        environment: the variables of the build: name to value and to the keys of their table in the file.
        content: the whole file.
    """

    file: Path
    root: Path
    base: str
    context: str
    build: dict[str, Any]
    environment: dict[str, tuple[Any, tuple[str, ...]]]
    content: dict[str, Any] = field(repr=False)


def read_config(root: Path, branch: str | None = None) -> NetlifyConfig:
    """Return the settings of a project for a branch; by default those of production.

    Raises:
        HostingError: the file is missing or is not TOML.
    """
    file = root / FILE
    content = read_toml(file)
    base = _base(content)
    root = _repository(root, base, table(content, _BUILD).get("publish"))
    # A file in the base directory replaces the one in the root.
    if base and (root / base / FILE).is_file():
        file = root / base / FILE
        content = read_toml(file)
    context = PRODUCTION if branch is None or branch in _PRODUCTION_BRANCHES else "branch-deploy"
    build, environment = _of_context(content, context, branch)
    return NetlifyConfig(file, root, base, context, build, environment, content)


def read_toml(file: Path) -> dict[str, Any]:
    """Return the content of a TOML file.

    Raises:
        HostingError: it can't be read, or is not TOML.
    """
    text = read_utf8(file)
    try:
        return _in_lower_case(tomllib.loads(text.replace("\r\n", "\n")))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        # The message of the library ends with the place, and shows no value.
        raise HostingError(f"'{file}' is not TOML ({error}): correct that line and run this again") from error


def _in_lower_case(content: dict[str, Any]) -> dict[str, Any]:
    """Return the content with the keys of builds as Netlify reads them; of two spellings, the lower-case one counts."""
    builds = [content.setdefault(_BUILD, content.pop("Build"))] if "Build" in content else [content.get(_BUILD)]
    builds += [*section(content.get(_CONTEXT)).values()]
    for build in (one for listed in builds for one in objects(listed)):
        for key in _CASED:
            if key.capitalize() in build:
                build.setdefault(key, build[key.capitalize()])
                del build[key.capitalize()]
    return content


def table(content: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a table; of `[[build]]`, which people write for `[build]`, the last one."""
    value = content.get(key)
    return section(value[-1] if isinstance(value, list) and value else value)


def _base(content: dict[str, Any]) -> str:
    base = table(content, _BUILD).get("base")
    parts = [part for part in str(base if isinstance(base, str) else "").split("/") if part not in ("", ".")]
    return "/".join(parts)


def _repository(folder: Path, base: str, publish: object) -> Path:
    """Return the folder that `base` or `publish` is seen from: one around the folder of a file that repeats its name.

    https://docs.netlify.com/build/configure-builds/monorepos/ has such files.
    """
    place, text = folder.resolve(), base or (publish if isinstance(publish, str) else "")
    names = [name for name in text.replace("\\", "/").split("/") if name not in ("", ".")]
    if not names or (place / names[0]).exists():
        return folder
    longest = len(names) if base else len(names) - 1
    length = next((size for size in range(longest, 0, -1) if [*place.parts[-size:]] == names[:size]), 0)
    return place.parents[length - 1] if length else folder


def _of_context(
    content: dict[str, Any], context: str, branch: str | None
) -> tuple[dict[str, Any], dict[str, tuple[Any, tuple[str, ...]]]]:
    """Return the build settings and the variables; those of the branch override those of the context."""
    contexts = table(content, _CONTEXT)
    names = [context, *_branch_contexts(contexts, branch or _PRODUCTION_BRANCHES[0])]
    tables = [((_BUILD,), table(content, _BUILD)), *(((_CONTEXT, name), table(contexts, name)) for name in names)]
    build: dict[str, Any] = {}
    environment: dict[str, tuple[Any, tuple[str, ...]]] = {}
    for keys, settings in tables:
        build |= settings
        variables = section(build.pop(_ENVIRONMENT, {}))
        environment |= {name: (value, (*keys, _ENVIRONMENT)) for name, value in variables.items()}
    return build, environment


def _branch_contexts(contexts: dict[str, Any], branch: str) -> list[str]:
    """Return the contexts of a branch: those with a wildcard (`feat/*`), then the one of its name."""
    wildcards = [name for name in contexts if "*" in name and fnmatchcase(branch, name)]
    return [*wildcards, branch]
