"""Maps the routes of .s3deploy.yml to `publish:cacheControl` and headers.

The first route that finds a file counts there, and here the last rule. So the order is reversed, and routes that never
count are left out.

https://github.com/bep/s3deploy/blob/master/lib/deployer.go
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import objects, section
from hosting.migrate.path_patterns import NotExpressibleError, PathPattern
from hosting.migrate.regex_forms import compiled
from hosting.migrate.s3deploy.keys import git_pattern, key_patterns, sample_keys

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from hosting.migrate.host_rules import HostRules

_CACHE_CONTROL = "cache-control"
# The edge compresses what is worth it, whatever `gzip` says.
_KEYS = {"route", "headers", "gzip", "ignore"}


@dataclass(frozen=True)
class _Route:
    where: str
    expression: re.Pattern[str]
    patterns: Sequence[PathPattern]
    headers: dict[str, str]

    @property
    def lifetime(self) -> str | None:
        return next((value for name, value in self.headers.items() if name.lower() == _CACHE_CONTROL), None)

    def has_all(self, pattern: PathPattern) -> bool:
        """Return whether it finds the files of a pattern, by two samples."""
        return all(self.expression.search(key) for key in sample_keys(pattern))

    def overlaps(self, other: _Route) -> bool:
        return any(self.expression.search(key) for pattern in other.patterns for key in sample_keys(pattern))


def map_routes(content: dict[str, Any], rules: HostRules) -> None:
    """Add the routes of .s3deploy.yml."""
    routes = [*_effective([*_read(content, rules)], rules)]
    cache_rules: list[dict[str, str]] = []
    for number, route in reversed([*enumerate(routes)]):
        try:
            cache_rules += _cache_rules(route)
        except NotExpressibleError as error:
            rules.findings.add_gap(f"{route.where} Cache-Control", f"its expression {error}: set publish:cacheControl")
        if route.lifetime is None and any(one.lifetime and one.overlaps(route) for one in routes[number + 1 :]):
            rules.findings.add_gap(
                route.where, "a later route's Cache-Control counts: add yours to publish:cacheControl"
            )
        others = {name: value for name, value in route.headers.items() if name.lower() != _CACHE_CONTROL}
        if others:
            rules.add_headers(route.where, route.patterns, others.items())
    if cache_rules:
        rules.findings.add_setting("publish:cacheControl", cache_rules, "the routes, the first one last")


def _read(content: dict[str, Any], rules: HostRules) -> Iterator[_Route]:
    for number, route in enumerate(objects(content.get("routes"))):
        text = str(route.get("route", ""))
        where = f"routes[{number}] {text}".rstrip()
        if route.get("ignore") is True:
            rules.findings.add_gap(f"{where} ignore", "the program deletes only files that it has published")
        for key in route.keys() - _KEYS:
            rules.findings.add_gap(f"{where} {key}", "s3deploy has no such key")
        headers = {str(name): str(value) for name, value in section(route, "headers").items()}
        try:
            patterns = key_patterns(text)
        except NotExpressibleError as error:
            rules.findings.add_gap(where, f"its expression {error}")
        else:
            yield _Route(where, compiled(text), patterns, headers)


def _effective(routes: Sequence[_Route], rules: HostRules) -> Iterator[_Route]:
    """Yield the routes with the patterns whose files no earlier route takes."""
    for number, route in enumerate(routes):
        before = routes[:number]
        patterns = [pattern for pattern in route.patterns if not any(one.has_all(pattern) for one in before)]
        if patterns:
            yield _Route(route.where, route.expression, patterns, route.headers)
        else:
            rules.findings.add_gap(route.where, "earlier routes have all its files")


def _cache_rules(route: _Route) -> list[dict[str, str]]:
    lifetime = route.lifetime
    return [{"pattern": git_pattern(pattern), "value": lifetime} for pattern in route.patterns if lifetime]
