"""The Gen 1 category `amplifyhosting`: the app's id, and folder and command of `amplify publish`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hosting.migrate.amplify_hosting.build_spec import BuildSpec
from hosting.migrate.findings import section

if TYPE_CHECKING:
    from pathlib import Path

_CONFIG = "amplify/.config/project-config.json"
_TEAM = "amplify/team-provider-info.json"
_META = "amplify/backend/amplify-meta.json"
_SERVER_COMMANDS = ("npm start", "npm run start", "yarn start", "npm run-script start")


def category_app_id(root: Path) -> str | None:
    """Return the app's id, if a file of the Gen 1 project has it."""
    team = _json(root / _TEAM)
    places = [section(environment, "categories", "hosting", "amplifyhosting") for environment in team.values()]
    places += [section(environment, "awscloudformation") for environment in team.values()]
    meta = _json(root / _META)
    places += [section(meta, "hosting", "amplifyhosting", "output"), section(meta, "providers", "awscloudformation")]
    ids = dict.fromkeys(str(place[key]) for place in places for key in ("appId", "AmplifyAppId") if place.get(key))
    return next(iter(ids)) if len(ids) == 1 else None


def project_config(root: Path) -> BuildSpec | None:
    """Return folder and command of `amplify publish`, for an app without a repository; None without the file."""
    config = section(_json(root / _CONFIG), "javascript", "config")
    if not config:
        return None
    command, directory = config.get("BuildCommand"), config.get("DistributionDir")
    is_build = isinstance(command, str) and bool(command.strip())
    text = str(command).replace(".cmd ", " ").strip() if is_build else ""
    return BuildSpec(
        name="project-config.json",
        commands=(text,) if text and text not in _SERVER_COMMANDS else (),
        directory=directory.strip() if isinstance(directory, str) and directory.strip() else None,
    )


def _json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file; an empty one if it can't be read: all that it has can be given otherwise."""
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
