"""Whether the previews are on a domain that another stack of the project uses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from hosting.domain.settings import is_in_zone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.config.load import Settings

_WWW = "www."


def production_domain(settings: Settings, folder: Path | None = None) -> str:
    """Return the domain of another stack of the project that the previews are below; empty for none.

    Args:
        settings: the settings of the preview edge.
        folder: the project's folder; by default the working directory.
    """
    domain = settings.previews.domain or ""
    found = (name for file in _others(folder or Path.cwd(), settings.stack) for name in _domains(file))
    return next((name for name in found if is_in_zone(domain, name)), "")


def _others(folder: Path, stack: str) -> Iterator[Path]:
    """Yield the config files of the other stacks."""
    return (file for file in sorted(folder.glob("Pulumi.*.yaml")) if file.name != f"Pulumi.{stack}.yaml")


def _domains(file: Path) -> Iterator[str]:
    """Yield the zone and the host names of a stack; a name with `www.` in front stands for the domain itself."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return
    config: Any = content.get("config") if isinstance(content, dict) else None
    if not isinstance(config, dict) or config.get("previews:domain"):
        return
    names = config.get("domain:names")
    for name in (config.get("domain:zone"), *(names if isinstance(names, list) else _listed(names))):
        if isinstance(name, str) and "." in name:
            yield name.removeprefix("*.").removeprefix(_WWW).lower()


def _listed(names: object) -> list[object]:
    """Return the names of a list that the config has as JSON."""
    try:
        read = yaml.safe_load(names) if isinstance(names, str) else []
    except yaml.YAMLError:
        return []
    return read if isinstance(read, list) else []
