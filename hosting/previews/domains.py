"""Whether the previews share a registrable domain with another stack of the project."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from hosting.domain.settings import is_in_zone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publicsuffixlist import PublicSuffixList

    from hosting.config.load import Settings


def production_domain(settings: Settings, folder: Path | None = None) -> str:
    """Return the registrable domain of another stack of the project that the previews are below; empty for none.

    Browsers take all names below one registrable domain for the same site:
    https://developer.mozilla.org/docs/Glossary/Registrable_domain

    Args:
        settings: the settings of the preview edge.
        folder: the project's folder; by default the working directory.
    """
    domain = settings.previews.domain or ""
    found = (name for file in _others(folder or Path.cwd(), settings.stack) for name in _domains(file))
    return next((name for name in map(_registrable, found) if name and is_in_zone(domain, name)), "")


def _registrable(name: str) -> str:
    """Return the registrable domain of a host name; empty for a public suffix, each of whose names is another site."""
    return _public_suffixes().privatesuffix(name) or ""


@lru_cache(maxsize=1)
def _public_suffixes() -> PublicSuffixList:
    """Return the list that browsers use, of the package's date: https://publicsuffix.org/."""
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - reading the list takes a while

    return PublicSuffixList()


def _others(folder: Path, stack: str) -> Iterator[Path]:
    """Yield the config files of the other stacks."""
    return (file for file in sorted(folder.glob("Pulumi.*.yaml")) if file.name != f"Pulumi.{stack}.yaml")


def _domains(file: Path) -> Iterator[str]:
    """Yield the zone and the host names of a stack."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return
    config: Any = content.get("config") if isinstance(content, dict) else None
    if not isinstance(config, dict) or config.get("previews:domain"):
        return
    names = config.get("domain:names")
    for name in (config.get("domain:zone"), *(names if isinstance(names, list) else _listed(names))):
        if isinstance(name, str) and "." in name.strip("."):
            yield name.lower().strip(".")


def _listed(names: object) -> list[object]:
    """Return the names of a list that the config has as JSON."""
    try:
        read = yaml.safe_load(names) if isinstance(names, str) else []
    except yaml.YAMLError:
        return []
    return read if isinstance(read, list) else []
