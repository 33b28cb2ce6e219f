"""Reads the files of an Amplify Gen1 project. Each error names the file, and the line if it is known."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hosting.errors import HostingError
from hosting.migrate.amplify_cli.template import resolved
from hosting.migrate.findings import section
from hosting.migrate.text_file import read_utf8

if TYPE_CHECKING:
    from pathlib import Path

_HOSTING = "amplify/backend/hosting"
TEMPLATE = f"{_HOSTING}/S3AndCloudFront/template.json"
_PARAMETERS = f"{_HOSTING}/S3AndCloudFront/parameters.json"
PROJECT_CONFIG = "amplify/.config/project-config.json"
_BACKEND = "amplify/backend/backend-config.json"
_LOCAL_ENVIRONMENT = "amplify/.config/local-env-info.json"
_TEAM = "amplify/team-provider-info.json"
# The last deployment; Amplify keeps both files out of git.
_META = ("amplify/backend/amplify-meta.json", "amplify/#current-cloud-backend/amplify-meta.json")
IGNORE = "amplifyPublishIgnore.json"
# The file of the same list in 2018, with other settings.
_OLD_IGNORE, _OLD_IGNORE_KEY = ".amplifyrc", "publish-ignore"
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>")


@dataclass(frozen=True)
class AmplifyProject:
    """The hosting settings of an Amplify project.

    Attributes:
        root: the folder of ``amplify/``.
        template: the hosting template, resolved for ``environment``.
        parameters: the template's parameters.
        commands: ``javascript.config`` of project-config.json: DistributionDir, BuildCommand and so on.
        frontend: such as ``javascript`` or ``ios``; None if no file has it.
        ignore: the publish ignore patterns.
        environment: Amplify's environment; None if the project has none.
        region: the environment's region; None if no file has it.
        outputs: the hosting stack's outputs, from amplify-meta.json; empty without one.
        categories: the other categories of the backend, such as ``api``.
        is_removed: whether `amplify remove hosting` has left the template behind.
        has_config: whether project-config.json exists.
    """

    root: Path
    template: dict[str, Any]
    parameters: dict[str, str] = field(default_factory=dict)
    commands: dict[str, Any] = field(default_factory=dict)
    frontend: str | None = None
    ignore: tuple[str, ...] = ()
    environment: str | None = None
    region: str | None = None
    outputs: dict[str, Any] = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    is_removed: bool = False
    has_config: bool = True


def read_project(path: Path, environment: str | None) -> AmplifyProject:
    """Return the Amplify project at ``path``, or at its parent if ``path`` is its ``amplify/``.

    Raises:
        HostingError: the project or a file is missing, a file is invalid, or ``environment`` does not exist.
    """
    root = path
    if not (root / TEMPLATE).exists():
        raise HostingError(f"'{root / TEMPLATE}' is missing: git checkout it, or amplify pull, and run this again")
    template = _optional(root, TEMPLATE)
    config = _optional(root, PROJECT_CONFIG)
    team = _optional(root, _TEAM)
    local = _optional(root, _LOCAL_ENVIRONMENT).get("envName")
    chosen = _environment(environment, local, team)
    cloud = section(team, chosen or "", "awscloudformation")
    outputs = _outputs(root, cloud.get("StackName"), is_local=local in (None, chosen))
    parameters = _parameters(root, team, chosen)
    return AmplifyProject(
        root=root,
        template=_with_bucket(root, resolved(template, parameters)),
        parameters=parameters,
        commands=section(config, "javascript", "config"),
        frontend=config.get("frontend") or ("javascript" if "javascript" in config else None),
        ignore=_ignore(root),
        environment=chosen,
        region=cloud.get("Region") or outputs.get("Region") or _region_of_files(root, cloud.get("StackName")),
        outputs=outputs,
        categories=_categories(root),
        is_removed=_is_removed(root),
        has_config=(root / PROJECT_CONFIG).exists(),
    )


def _parameters(root: Path, team: dict[str, Any], environment: str | None) -> dict[str, Any]:
    """Return the template's parameters; those of the environment override parameters.json."""
    return {
        **_optional(root, _PARAMETERS),
        **section(team, environment or "", "categories", "hosting", "S3AndCloudFront"),
        **({"env": environment} if environment else {}),
    }


def _optional(root: Path, name: str) -> dict[str, Any]:
    """Return the object in the JSON file; an empty one if there is no such file."""
    content = _json(root / name) if (root / name).exists() else {}
    if not isinstance(content, dict):
        raise HostingError(
            f"'{root / name}' must hold a JSON object, as Amplify writes it: correct it, or git checkout it"
        )
    return content


def _json(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    text = read_utf8(path)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        for count, line in enumerate(text.splitlines(), 1):
            if line.startswith(_CONFLICT):
                raise HostingError(
                    f"'{path}' has git's conflict markers (line {count}): resolve the conflict and run this again"
                ) from error
        raise HostingError(
            f"'{path}' is not JSON (line {error.lineno}, column {error.colno}: {error.msg}): correct that line"
        ) from error


def _environment(requested: str | None, local: str | None, team: dict[str, Any]) -> str | None:
    names = sorted(team)
    if requested:
        # NONE is Amplify's name for the environment of a project older than environments.
        if names and requested not in (*names, "NONE"):
            raise HostingError(f"{_TEAM} has no environment '{requested}': --env {' or --env '.join(names)}")
        return requested
    if local and (not names or local in names):
        return local
    if len(names) > 1:
        raise HostingError(
            f"{_TEAM} has {len(names)} environments ({', '.join(names)}) and each has its own bucket: "
            f"add --env {' or --env '.join(names)}"
        )
    return names[0] if names else None


def _outputs(root: Path, stack_name: str | None, *, is_local: bool) -> dict[str, Any]:
    """Return the outputs of the hosting stack, if the file belongs to the chosen environment."""
    for name in _META:
        meta = _optional(root, name)
        theirs = section(meta, "providers", "awscloudformation").get("StackName")
        is_same = theirs == stack_name if theirs and stack_name else is_local
        outputs = section(meta, "hosting", "S3AndCloudFront", "output")
        if outputs and is_same:
            return outputs
    return {}


def _region_of_files(root: Path, stack_name: str | None) -> str | None:
    """Return the region of the project's stack, which projects older than environments have in other files."""
    for name in (*_META, _OLD_IGNORE):
        cloud = section(_optional(root, name), "providers", "awscloudformation")
        if cloud.get("Region") and stack_name in (None, cloud.get("StackName")):
            return str(cloud["Region"])
    return None


def _is_removed(root: Path) -> bool:
    """Return whether the backend has no hosting any more."""
    backend = _optional(root, _BACKEND)
    return bool(backend) and not section(backend, "hosting")


def _with_bucket(root: Path, template: dict[str, Any]) -> dict[str, Any]:
    if not section(template, "Resources", "S3Bucket"):
        raise HostingError(
            f"'{root / TEMPLATE}' has no Resources.S3Bucket, so it is not Amplify's hosting template: git checkout it"
        )
    return template


def _ignore(root: Path) -> tuple[str, ...]:
    path = root / IGNORE
    if path.exists():
        patterns = _json(path)
    else:
        path = root / _OLD_IGNORE
        patterns = _optional(root, _OLD_IGNORE).get(_OLD_IGNORE_KEY, [])
    if not isinstance(patterns, list) or not all(isinstance(one, str) for one in patterns):
        raise HostingError(f"'{path}' must hold a JSON array of strings, as Amplify writes it: correct it")
    return tuple(patterns)


def _categories(root: Path) -> tuple[str, ...]:
    folders = (one.name for one in (root / "amplify/backend").iterdir() if one.is_dir())
    return tuple(sorted(name for name in folders if name not in ("hosting", "awscloudformation", "types")))
