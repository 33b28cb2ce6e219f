"""The services of vercel.json: the one that is the site, and the others, which Vercel runs on servers.

Each service is built as a project of its own: https://vercel.com/docs/services/config-reference, and the earlier form
https://vercel.com/docs/services/experimental. The site is the service to which all paths lead: by a rewrite, or by its
prefix.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hosting.errors import HostingError
from hosting.migrate.findings import objects, section
from hosting.migrate.path_patterns import NotExpressibleError, is_for_all_routes
from hosting.migrate.vercel.sources import source_patterns

if TYPE_CHECKING:
    from pathlib import Path

_SERVICES = ("services", "experimentalServices", "experimentalServicesV2")
_FOLDERS = ("root", "entrypoint")
_PREFIXES = ("routePrefix", "mountPath", "mount")
_OF_SERVICES = {*_FOLDERS, *_PREFIXES, "type", "bindings", "runtime", "builder"}
_RULES = ("headers", "redirects", "rewrites")


@dataclass(frozen=True)
class SiteConfig:
    """The settings of the site.

    Attributes:
        root: the folder of the project, or of the service that is the site.
        config: vercel.json, or the settings of the service with the rules around it.
        others: the names of the other services.
    """

    root: Path
    config: dict[str, Any]
    others: tuple[str, ...] = ()


def site_config(root: Path, config: dict[str, Any], file: str) -> SiteConfig:
    """Return the settings of the site.

    Raises:
        HostingError: there are services, and none of them is a folder to which all paths lead.
    """
    services = {name: section(one) for key in _SERVICES for name, one in section(config, key).items()}
    if not services:
        return SiteConfig(root, config)
    rewritten = _rewritten(config)
    for name, service in services.items():
        folder = next((service[key] for key in _FOLDERS if isinstance(service.get(key), str)), None)
        is_site = name in rewritten or any(service.get(key) == "/" for key in _PREFIXES)
        if is_site and folder and "runtime" not in service and (root / folder).is_dir():
            own = {key: value for key, value in service.items() if key not in _OF_SERVICES}
            others = tuple(one for one in services if one != name)
            return SiteConfig(root / folder, _joined(config, own, name), others)
    raise HostingError(
        f"'{root / file}' has services ({', '.join(services)}), and a stack is one site: run this on the folder of "
        f"the service that has the pages: python -m hosting.migrate {root}/<folder> --from vercel"
    )


def _rewritten(config: dict[str, Any]) -> set[str]:
    """Return the names of the services to which a rewrite leads all paths."""
    found = set()
    for entry in objects(config.get("rewrites")):
        service = destination_service(entry)
        with contextlib.suppress(NotExpressibleError):
            if service and is_for_all_routes(source_patterns(str(entry.get("source", "")))):
                found.add(str(service))
    return found


def destination_service(entry: dict[str, Any]) -> object:
    """Return the service to which a rewrite leads; None if it leads to a path."""
    return section(entry, "destination").get("service")


def _joined(config: dict[str, Any], own: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the settings of a service with those around it, whose rules come first."""
    around = {key: value for key, value in config.items() if key not in _SERVICES}
    rules = {
        key: [one for one in objects(around.get(key)) if destination_service(one) != name] + objects(own.get(key))
        for key in _RULES
        if key in around or key in own
    }
    return {**around, **own, **rules}
