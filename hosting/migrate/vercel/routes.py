"""Maps `routes` of vercel.json, the older form of redirects, rewrites and headers.

https://vercel.com/docs/project-configuration#routes. A `src` is a regular expression for the whole path. Routes before
`handle: filesystem` come before files on Vercel. A route for all paths to the app's page is the page for paths without
a file all the same: otherwise scripts and styles would be that page too.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import objects, section
from hosting.migrate.path_patterns import NotExpressibleError, PathPattern, is_for_all_routes
from hosting.migrate.regex_forms import regex_patterns
from hosting.migrate.vercel.rules import FUNCTIONS, is_function, target_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from hosting.migrate.host_rules import HostRules

_REDIRECTS = range(300, 400)
_NOT_FOUND = 404
_KEYS = {"src", "dest", "destination", "status", "headers", "continue", "handle", "check", "caseSensitive", "important"}


class RouteMapper:
    """Maps the routes of a project.

    Attributes:
        rules: the rules to add to.
    """

    def __init__(self, rules: HostRules, functions: Collection[str], folders: Collection[str]) -> None:
        """Keep what the destinations depend on.

        Args:
            rules: the rules to add to.
            functions: the sources of the project's functions, such as ``server.js``.
            folders: folders that destinations may begin with and the published paths do not: that of the files in the
                deployment, and that of the build, which people write too; empty for the root.
        """
        self.rules = rules
        self._functions = [f"/{name.removeprefix('./').lstrip('/')}" for name in functions]
        self._folders = [f"/{folder.strip('/')}" for folder in folders if folder.strip("/.")]

    def map_routes(self, config: dict[str, Any]) -> None:
        """Add the routes of vercel.json."""
        for number, route in enumerate(objects(config.get("routes"))):
            where = f"routes[{number}] {route.get('src', '')}".rstrip()
            if "handle" in route:
                self._handle(where, route)
            else:
                self._route(where, route)

    def _handle(self, where: str, route: dict[str, Any]) -> None:
        if route["handle"] not in ("filesystem", "error"):
            self.rules.findings.add_gap(f"{where} handle {route['handle']}", "there is no such phase here")

    def _route(self, where: str, route: dict[str, Any]) -> None:
        unknown = route.keys() - _KEYS
        if unknown:
            self.rules.findings.add_gap(f"{where} {', '.join(sorted(unknown))}", "rules here have no such condition")
            return
        source = route.get("src")
        try:
            found = map(PathPattern.from_root, regex_patterns(source)) if isinstance(source, str) else ()
            patterns = [pattern for pattern in found if pattern.begins_with_slash]
        except NotExpressibleError as error:
            self.rules.findings.add_gap(where, f"its src {error}")
            return
        if not patterns:
            self.rules.findings.add_gap(where, "its src matches no path")
            return
        self._with_headers(where, route, patterns)

    def _with_headers(self, where: str, route: dict[str, Any], patterns: list[PathPattern]) -> None:
        """Add the headers of a route, and its destination."""
        headers = {str(name): str(value) for name, value in section(route, "headers").items()}
        location = next((headers.pop(name) for name in [*headers] if name.lower() == "location"), None)
        if headers:
            self.rules.add_headers(where, patterns, headers.items())
        status = route.get("status")
        if location is not None and isinstance(status, int) and status in _REDIRECTS:
            self.rules.add_redirect(where, patterns, target_of(location), str(status))
        elif isinstance(target := route.get("dest", route.get("destination")), str):
            self._destination(where, patterns, target, status)
        elif status is not None:
            self.rules.findings.add_gap(
                where, f"it answers with status {status}: do not publish such files (publish:ignore)"
            )

    def _destination(self, where: str, patterns: list[PathPattern], target: str, status: object) -> None:
        path = target if target.startswith(("/", "http:", "https:", "ws")) else f"/{target.removeprefix('./')}"
        file = path.partition("?")[0]
        if is_function(path) or any(fnmatchcase(file, pattern.replace("**/", "*")) for pattern in self._functions):
            self.rules.add_function(where, patterns, target, FUNCTIONS)
            return
        for folder in self._folders:
            if path == folder or path.startswith(f"{folder}/"):
                path = path[len(folder) :] or "/"
        if status == _NOT_FOUND and is_for_all_routes(patterns):
            self.rules.add_not_found(where, path)
        else:
            self.rules.add_rewrite(where, patterns, target_of(path))
