"""Reads amplify.yml, or the build settings of the app: commands, folder, headers, variables.

https://docs.aws.amazon.com/amplify/latest/userguide/yml-specification-syntax.html
https://docs.aws.amazon.com/amplify/latest/userguide/monorepo-configuration.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from hosting.errors import HostingError
from hosting.migrate.findings import objects, section, texts
from hosting.migrate.text_yaml import yaml_mapping

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "amplify.yml"
# The name of build settings that neither the repository nor the app has.
NO_SETTINGS = "no build settings"
_INSTALLS = re.compile(r"\b(npm|pnpm|bun)\s+(ci|i|install)\b|\byarn(\s+install\b|\s*$|\s+--)|^corepack\b")
_MOVES = re.compile(r"\s*cd\s")
_IS_LIST = re.compile(r"[^'\"\n|;()]*").fullmatch
_DEPLOYS = re.compile(r"\bampx\b|\bamplifyPush\b|\bcdk\b")
_PHASES = ("preBuild", "build", "postBuild")
_NO_PHASE = "Amplify Hosting has no such phase, so it never ran"
_NO_COMMANDS = "AWS documents only `commands` in a phase"
_OF_PHASE = {"env": f"{_NO_COMMANDS}, and `env` at the top of the file: move it there, or set publish:environment"}
_INDENTED = "it is no phase, so Amplify Hosting does not read it there: move it out of `phases`, beside it"
_HANDLED = ""
_RULES = "Amplify Hosting reads its rules from the app and ignores these; add them to website:redirects"
_OF_AN_APPLICATION = "the file has applications, and it belongs to none of them: move it into one"
_GAPS = {
    **dict.fromkeys(("version", "frontend", "backend", "env", "appRoot", "customHeaders"), _HANDLED),
    "test": "tests run where the site is built: add their commands to the workflow that deploys",
    "cache": "it is for Amplify's build machines; a workflow caches its packages itself",
    **dict.fromkeys(("customRules", "customRedirects", "redirects", "rewrites"), _RULES),
}
_FRONTEND = {
    **dict.fromkeys(("phases", "artifacts", "appRoot", "buildPath", "buildpath", "customHeaders", "env"), _HANDLED),
    **{key: reason for key, reason in _GAPS.items() if reason},
}
_ARTIFACTS = {
    **dict.fromkeys(("baseDirectory", "files", "appRoot"), _HANDLED),
    "discard-paths": "files keep their folders",
    "name": "it names the archive of Amplify's build",
}


@dataclass(frozen=True)
class BuildSpec:
    """The build settings of one application.

    Attributes:
        name: the file or setting, for messages.
        app_root: the application's folder in the repository; empty for the root.
        folder: the folder in which the commands run; paths are relative to it.
        commands: the commands of all phases.
        directory: the base directory, relative to ``folder``; None if the settings have no base directory.
        files: the patterns of the published files.
        headers: the custom headers.
        variables: the build's variables, with the path of each in the file.
        backend: the commands of the backend.
        gaps: parts without a counterpart, with the reason.
        others: the folders of the other applications.
    """

    name: str
    app_root: str = ""
    folder: str = ""
    commands: tuple[str, ...] = ()
    directory: str | None = None
    files: tuple[str, ...] = ()
    headers: Any = None
    variables: dict[tuple[str, ...], str] = field(default_factory=dict, repr=False)
    backend: tuple[str, ...] = ()
    gaps: tuple[tuple[str, str], ...] = ()
    others: tuple[str, ...] = ()


def read_build_spec(text: str, name: str, app_root: str | None) -> BuildSpec:
    """Return the build settings in a YAML text.

    Args:
        text: the content of amplify.yml.
        name: the file or setting, for messages.
        app_root: the application of a monorepo, if it is chosen.

    Raises:
        HostingError: the text is not YAML, or has no such application.
    """
    content = yaml_mapping(text, name)
    listed = objects(content.get("applications"))
    index = _chosen(listed, name, app_root) if listed else 0
    app = listed[index] if listed else content
    root = _clean(app_root) if app_root is not None and not listed else _root_of(app)
    frontend = section(app, "frontend")
    artifacts = section(frontend, "artifacts")
    problems: list[tuple[str, str]] = []
    commands = tuple(_commands(section(frontend, "phases"), name, problems))
    backend = tuple(_commands(section(app, "backend", "phases"), name, []))
    shared = tuple(_commands(section(content, "backend", "phases"), name, [])) if listed else ()
    return BuildSpec(
        name=name,
        app_root=root,
        folder=_folder(root, frontend),
        commands=(*_needed_of(backend, commands), *commands),
        directory=_directory(artifacts.get("baseDirectory")),
        files=tuple(texts(artifacts.get("files") or [])),
        headers=app.get("customHeaders") or frontend.get("customHeaders") or content.get("customHeaders"),
        variables=_variables(content, app, ("applications", str(index)) if listed else ()),
        backend=(*backend, *shared) or (("",) if section(app, "backend") else ()),
        gaps=(*problems, *_unknown(name, content, app, frontend), *_of_backends(name, app, listed)),
        others=tuple(_root_of(one) for one in listed if one is not app and section(one, "frontend")),
    )


def _needed_of(backend: tuple[str, ...], frontend: tuple[str, ...]) -> list[str]:
    """Return the backend's commands that the front end relies on, as they run before it in the same shell.

    These change the folder, or install packages if no command of the front end does.
    """
    installs = not any(_INSTALLS.search(command) for command in frontend)
    parts = [part.strip() for command in backend for part in (command.split("&&") if _IS_LIST(command) else [command])]
    needed = [part for part in parts if _MOVES.match(part) or (installs and _INSTALLS.search(part))]
    return [command for command in needed if not _DEPLOYS.search(command)]


def _chosen(apps: list[dict[str, Any]], name: str, app_root: str | None) -> int:
    """Return the number of the chosen application, or of the first with a front end."""
    roots = [_root_of(app) for app in apps]
    if app_root is not None:
        if _clean(app_root) not in roots:
            known = " or ".join(f"--app-root {root or '/'}" for root in roots)
            raise HostingError(f"{name} has no application '{app_root}': {known}")
        return roots.index(_clean(app_root))
    return next((index for index, app in enumerate(apps) if section(app, "frontend")), 0)


def _root_of(app: dict[str, Any]) -> str:
    """Return the folder of an application, which may be at either of two places."""
    return _clean(_text(app.get("appRoot")) or _text(section(app, "frontend").get("appRoot")) or "")


def _clean(path: str) -> str:
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    return "/".join(parts)


def _directory(value: object) -> str | None:
    """Return the base directory, which people also write as a pattern of its files: `dist/**/*`."""
    text = _text(value)
    return None if text is None else _clean(text.removesuffix("**/*").removesuffix("/**")) or "."


def _folder(root: str, frontend: dict[str, Any]) -> str:
    """Return the folder in which commands run: `buildPath: /` is the repository's root."""
    path = _text(frontend.get("buildPath")) or _text(frontend.get("buildpath"))
    if path is None:
        return root
    return _clean(path) if path.startswith("/") else str(PurePosixPath(root, _clean(path))).removeprefix(".")


def _text(value: object) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None


def _commands(phases: dict[str, Any], name: str, problems: list[tuple[str, str]]) -> Iterator[str]:
    """Yield the commands of all phases; they may be a list, one text, or below no key."""
    for phase in _PHASES:
        value = phases.get(phase)
        listed = value.get("commands") if isinstance(value, dict) else value
        others = [key for key in value if key != "commands"] if isinstance(value, dict) else []
        problems += [(f"{name} {phase} {key}", _OF_PHASE.get(key, _NO_COMMANDS)) for key in others]
        for command in listed if isinstance(listed, list) else [listed]:
            if isinstance(command, str):
                yield from [command.strip("\n")] if command.strip() else []
            elif command is not None:
                problems.append((f"{name} {phase}", "a command is not a text: quote it, because of its ': '"))
    unknown = [phase for phase in phases if phase not in (*_PHASES, "env")]
    problems += [(f"{name} {phase}", _NO_PHASE if phase not in _FRONTEND else _INDENTED) for phase in unknown]


def _variables(content: dict[str, Any], app: dict[str, Any], place: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    """Return the variables with their paths in the file; those of the application come last, so they win."""
    frontend = section(app, "frontend")
    holders = (
        (content, ()),
        (app, place),
        (frontend, (*place, "frontend")),
        (section(frontend, "phases"), (*place, "frontend", "phases")),
    )
    return {
        (*at, "env", "variables", str(variable)): value or ""
        for holder, at in holders
        for variable, value in section(holder, "env", "variables").items()
        if value is None or isinstance(value, str)
    }


def _unknown(
    name: str, content: dict[str, Any], app: dict[str, Any], frontend: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    outside = {} if app is content else dict.fromkeys(("frontend", "appRoot"), _OF_AN_APPLICATION)
    tables = [
        ({**_GAPS, "applications": _HANDLED, **outside}, content),
        (_GAPS, app if app is not content else {}),
        (_FRONTEND, frontend),
        (_ARTIFACTS, section(frontend, "artifacts")),
    ]
    for reasons, value in tables:
        for key in value:
            reason = reasons.get(key, "Amplify Hosting does not document it, and this program has no setting for it")
            if reason:
                yield f"{name} {key}", reason


def _of_backends(name: str, app: dict[str, Any], listed: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the variables of the backend, the applications that are a backend alone, and the gaps of the others."""
    backend = section(app, "backend")
    for holder in (backend, section(backend, "phases")):
        for variable in section(holder, "env", "variables"):
            yield f"{name} backend variable {variable}", "the Amplify app goes on to use it"
    for one in listed:
        if one is app or section(one, "frontend"):
            continue
        if "backend" in one:
            yield f"{name} application '{_root_of(one) or '/'}'", "it is a backend: the Amplify app goes on to run it"
        yield from ((f"{name} {key}", _GAPS[key]) for key in one if _GAPS.get(key))


def read_spec_file(root: Path, app_root: str | None) -> BuildSpec | None:
    """Return the build settings of the repository; None without the file.

    Raises:
        HostingError: the file can't be read, or is not YAML.
    """
    file = root / FILE
    if not file.is_file():
        return None
    try:
        return read_build_spec(file.read_text(encoding="utf-8-sig"), FILE, app_root)
    except UnicodeDecodeError as error:
        raise HostingError(f"{FILE} is not UTF-8 text: save it as UTF-8 and run this again") from error
