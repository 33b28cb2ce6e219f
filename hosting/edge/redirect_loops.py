"""Redirect loops: through several rules, the router, or the site's own host names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit
from zlib import crc32

from hosting.edge.rule_lookup import RuleLookup
from hosting.formats.paths import canonical_path, query_parameters, without_trailing_slash
from hosting.formats.redirects.rules import REWRITE, Placeholder, ViewerRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from hosting.formats.redirects.rules import Rule

# Browsers follow at most 20 redirects: https://fetch.spec.whatwg.org/#http-redirect-fetch
_MAX_REDIRECTS = 20
# The ports of the site itself. CloudFront redirects http to https.
_OWN_PORTS = (None, 80, 443)
_LINE = re.compile(r"line (\d+)")
_PAGE = ".html"
# The number of pages that a rule with a wildcard is tried with: a large site has tens of thousands.
_MAX_PAGES = 50
# The number of loops that one message reports.
_MAX_LOOPS = 20
# Paths without a file, for rules with a regular expression.
_UNKNOWN_PATHS = ("/x", "/x/", "/x/y", "/x/y/")


@dataclass(frozen=True)
class Hosts:
    """The site's own host names.

    Attributes:
        names: all host names, the site's address first.
        redirects_to_first: whether the other names redirect to the first, before any rule.
    """

    names: tuple[str, ...] = ()
    redirects_to_first: bool = False

    def includes(self, host: str) -> bool:
        """Whether a host is this site."""
        return any(host == name or (name[0] == "*" and host.endswith(name[1:])) for name in self.names)

    def final_host(self, host: str) -> str:
        """Return the host of a request to ``host`` when the rules run."""
        return self.names[0] if self.redirects_to_first and self.includes(host) else host


NO_HOSTS = Hosts()


class LoopFinder:
    """Follows sample requests through the rules and the router.

    Construct it with the rules, the router (which returns the path that it redirects a path to, or None), and the
    site's own host names.
    """

    def __init__(
        self, rules: Sequence[Rule], router_redirect: Callable[[str], str | None], hosts: Hosts = NO_HOSTS
    ) -> None:
        self._rules = rules
        self._lookup = RuleLookup(rules)
        self._router_redirect = router_redirect
        self._hosts = hosts
        self._countries = _distinct_countries(rules)
        self._has_conditions = any(rule.countries or rule.host for rule in rules)
        self._internal = frozenset(rule.where for rule in rules if self._is_internal(rule))
        self._without_loop: set[tuple[object, ...]] = set()

    def problems(self, keys: Collection[str], index_document: str) -> Iterator[str]:
        """Yield a sentence for each set of rules that form a loop, up to a number that a user can read."""
        reported: set[frozenset[str]] = set()
        for rule, sample in self._requests(keys, index_document):
            if {rule.where} in reported:
                continue
            request, steps = self._loop(sample)
            names = frozenset(step.where for step in steps)
            if names and names not in reported:
                reported.add(names)
                rules = " and ".join(sorted(names, key=_line_number))
                host = f" of {request.host}" if request.host in self._hosts.names else ""
                yield f"{rules} redirect{'s' if len(names) == 1 else ''} '{request.path}'{host} in an endless loop"
            if len(reported) == _MAX_LOOPS:
                return

    def _requests(self, keys: Collection[str], index_document: str) -> Iterator[tuple[Rule, ViewerRequest]]:
        """Yield requests for each rule: samples of its source, and targets of the router's redirects.

        A loop through the router contains a path that the router redirects. No other path of a page is redirected.
        """
        for rule in self._rules:
            for path in _sample_paths(rule) if rule.where in self._internal else ():
                for country in self._countries.get(rule.countries, (None,)):
                    yield rule, _request_for(rule, path, country)
        internal = {*self._internal}
        tried = Counter[str]()
        # Asking the router for each page of a large site takes longer than all other checks.
        pages = _page_paths(keys, index_document) if internal else ()
        for path in _shuffled(map(self._router_redirect, pages)):
            if not internal:
                return
            for rule in self._lookup.matching(path):
                if rule.where in internal:
                    yield rule, _request_for(rule, path, next(iter(rule.countries), None))
                    tried[rule.where] += 1
                    if tried[rule.where] == _MAX_PAGES:
                        internal.remove(rule.where)

    def _is_internal(self, rule: Rule) -> bool:
        """Whether a rule redirects to this site."""
        if rule.status == REWRITE or rule.target.startswith("/"):
            return rule.status != REWRITE
        host = urlsplit(rule.target).hostname
        return host is None or host == rule.host or self._hosts.includes(host)

    def _loop(self, request: ViewerRequest) -> tuple[ViewerRequest, list[Rule]]:
        """Return the rules that redirect a request in a loop, and the request; no rules if there is no loop."""
        pending = [request]
        while pending:
            sent = pending.pop()
            steps = self._steps(sent, pending)
            if steps:
                return sent, steps
        return request, []

    def _steps(self, request: ViewerRequest, pending: list[ViewerRequest]) -> list[Rule]:
        """Follow a request, and return the rules if it does not end; add its variants to ``pending``."""
        steps: list[Rule] = []
        visited: list[tuple[object, ...]] = []
        for _ in range(_MAX_REDIRECTS):
            host = self._hosts.final_host(request.host)
            request = request if host == request.host else replace(request, host=host)
            state = (request.path, *request.query.items(), request.country, host)
            if state in self._without_loop:
                break
            visited.append(state)
            pending += self._variants(request)
            rule, next_request = self._follow(request)
            if next_request is None:
                break
            steps += [rule] if rule else []
            request = next_request
        else:
            return steps
        self._without_loop.update(visited)
        return []

    def _variants(self, request: ViewerRequest) -> Iterator[ViewerRequest]:
        """Yield the request from each country and to each host that a rule for its path names.

        A request from no certain country matches no rule for a country. Such a rule may be the one that closes a loop.
        """
        is_open = self._has_conditions and (request.country is None or not request.host)
        for rule in self._lookup.matching(request.path) if is_open else ():
            if (rule.countries or rule.host) and rule.where in self._internal:
                countries = (request.country,) if request.country else self._countries.get(rule.countries, (None,))
                for country in countries:
                    variant = replace(request, country=country, host=request.host or rule.host)
                    if variant != request:
                        yield variant

    def _follow(self, request: ViewerRequest) -> tuple[Rule | None, ViewerRequest | None]:
        """Return the rule that answers a request, or None for the router, and the next request, or None at the end."""
        found = self._lookup.first(request)
        if found is None:
            path = self._router_redirect(request.path)
            return None, None if path is None else replace(request, path=path)
        rule, target = found
        return rule, None if rule.status == REWRITE else self._redirected(request, rule, target)

    def _redirected(self, request: ViewerRequest, rule: Rule, target: str) -> ViewerRequest | None:
        """Return the request that a redirect leads to, or None if it leads to another site."""
        path, query, host = target, "", request.host
        if not target.startswith("/") or "?" in target or "#" in target:
            url = urlsplit(target)
            path, query, host = url.path or "/", url.query, url.hostname or request.host
            if url.port not in _OWN_PORTS or (host != request.host and not self._hosts.includes(host)):
                return None
        next_query = request.query if rule.keeps_query else query_parameters(query)
        return ViewerRequest(canonical_path(path), next_query, request.country, host)


def _shuffled(paths: Iterable[str | None]) -> list[str]:
    """Return the paths without duplicates, in a fixed order in which the first ones are from all folders."""
    return sorted({path for path in paths if path is not None}, key=lambda path: crc32(path.encode()))


def _request_for(rule: Rule, path: str, country: str | None) -> ViewerRequest:
    """Return a request for a path with the query and the host of a rule."""
    query = {name: "q" if value is None else quote(value, safe="") for name, value in rule.query}
    return ViewerRequest(path, query, country, rule.host)


def _distinct_countries(rules: Sequence[Rule]) -> dict[tuple[str, ...], list[str]]:
    """Return, for the countries of each rule, one of those that the same rules name."""
    lists = dict.fromkeys(rule.countries for rule in rules if rule.countries)
    lists_of: dict[str, list[int]] = {}
    for index, countries in enumerate(lists):
        for country in countries:
            lists_of.setdefault(country, []).append(index)
    samples = sorted({tuple(indexes): country for country, indexes in lists_of.items()}.values())
    return {countries: [country for country in samples if country in countries] for countries in lists}


def _line_number(where: str) -> tuple[int, str]:
    found = _LINE.match(where)
    return (int(found[1]) if found else 0, where)


def _sample_paths(rule: Rule) -> Iterator[str]:
    """Yield paths that a rule matches: with a long and an empty rest, and each with and without a trailing slash."""
    paths = [*_UNKNOWN_PATHS] if rule.expression else []
    for rest in ("x/y", ""):
        parts = (part if isinstance(part, str) else _sample_text(part, rest) for part in rule.source)
        paths += [canonical_path("".join(parts))]
    forms = [
        form for path in paths for form in (path, without_trailing_slash(path), f"{without_trailing_slash(path)}/")
    ]
    yield from (path for path in dict.fromkeys(forms) if rule.match(path) is not None)


def _sample_text(placeholder: Placeholder, rest: str) -> str:
    return rest if placeholder.name == "*" else f"x-{placeholder.name}"


def _page_paths(keys: Collection[str], index_document: str) -> Iterator[str]:
    """Yield the paths of each page: as a file, as a folder, and without an ending."""
    index = canonical_path(quote(index_document))
    for key in sorted(keys):
        folder, _, name = key.rpartition("/")
        if name == index_document:
            stem = canonical_path(quote(f"/{folder}")) if folder else ""
        elif name.endswith(_PAGE):
            stem = canonical_path(quote(f"/{key.removesuffix(_PAGE)}"))
        else:
            continue
        yield from (f"{stem}/", f"{stem}/{index}")
        if stem:
            yield from (stem, f"{stem}{_PAGE}")
