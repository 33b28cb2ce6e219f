"""Redirects without end: through several rules, the router, or the site's own names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit
from zlib import crc32

from hosting.edge.rule_index import RuleIndex
from hosting.formats.redirects.rules import REWRITE, Taken, Visit, bare_path, canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from hosting.formats.redirects.rules import Rule

# Browsers give up after 20: https://fetch.spec.whatwg.org/#http-redirect-fetch
_MOST_HOPS = 20
# Of the site itself: CloudFront brings http to https.
_PORTS = (None, 80, 443)
_LINE = re.compile(r"line (\d+)")
_PAGE = ".html"
# A rule with a wildcard is tried with so many pages of the tree: a big site has tens of thousands.
_MOST_PAGES = 50
# Paths that no tree has, for rules without a path of their own.
_UNKNOWN = ("/x", "/x/", "/x/y", "/x/y/")


@dataclass(frozen=True)
class Hosts:
    """The site's own names.

    Attributes:
        names: all of them, the address first.
        leads: whether the others redirect to it, before any rule.
    """

    names: tuple[str, ...] = ()
    leads: bool = False

    def own(self, host: str) -> bool:
        """Whether visitors of a host come to this site."""
        return any(host == name or (name[0] == "*" and host.endswith(name[1:])) for name in self.names)

    def landed(self, host: str) -> str:
        """Return the host that a visitor of ``host`` is at when the rules are asked."""
        return self.names[0] if self.leads and self.own(host) else host

    @property
    def asked(self) -> tuple[str, ...]:
        """A host of each kind; the empty one is CloudFront's own name, which nobody knows yet."""
        return ("", *(name.replace("*", "x") for name in self.names))


NO_HOSTS = Hosts()


class Circles:
    """Follows visits through the rules and the router.

    Construct with the rules, the router (where it redirects a path to; None if nowhere), and the site's own names.
    """

    def __init__(self, rules: Sequence[Rule], routed: Callable[[str], str | None], hosts: Hosts = NO_HOSTS) -> None:
        self._rules = rules
        self._index = RuleIndex(rules)
        self._routed = routed
        self._hosts = hosts
        self._countries = _kinds_of_countries(rules)
        # A host makes no difference where no rule has one, or redirects to one.
        uses_hosts = any(rule.host or "://" in rule.target for rule in rules)
        self._asked = tuple(dict.fromkeys(map(hosts.landed, hosts.asked))) if uses_hosts else ("",)
        self._ending: set[tuple[object, ...]] = set()

    def problems(self, keys: Collection[str], index_document: str) -> Iterator[str]:
        """Yield a sentence for each set of rules that redirect a visitor without end."""
        reported: set[frozenset[str]] = set()
        for rule, visit in self._visits(keys, index_document):
            if {rule.where} in reported:
                continue
            names = frozenset(step.where for step in self._circle(visit))
            if names and names not in reported:
                reported.add(names)
                ways = " and ".join(sorted(names, key=_number))
                place = f" of {visit.host}" if visit.host in self._hosts.names else ""
                yield f"{ways} redirect{'s' if len(names) == 1 else ''} '{visit.path}'{place} without end"

    def _visits(self, keys: Collection[str], index_document: str) -> Iterator[tuple[Rule, Visit]]:
        """Yield visits to each rule: samples of its source, with each country, and the pages that the router leads to.

        A circle through the router has a path that the router redirects. All other paths of pages end where they are.
        """
        staying = {rule.where for rule in self._rules if self._stays(rule)}
        for rule in self._rules:
            for path in _samples(rule) if rule.where in staying else ():
                yield from self._of(rule, path, rule.countries or (None, *self._countries))
        asked = Counter[str]()
        for path in _in_any_order(self._routed(path) for path in _page_paths(keys, index_document)):
            if not staying:
                return
            for rule in self._index.matching(path):
                if rule.where in staying:
                    yield from self._of(rule, path, rule.countries[:1] or (None,))
                    asked[rule.where] += 1
                    if asked[rule.where] == _MOST_PAGES:
                        staying.remove(rule.where)

    def _stays(self, rule: Rule) -> bool:
        """Whether a rule redirects to this site."""
        host = urlsplit(rule.target).hostname
        return rule.status != REWRITE and (host is None or host == rule.host or self._hosts.own(host))

    def _of(self, rule: Rule, path: str, countries: Iterable[str | None]) -> Iterator[tuple[Rule, Visit]]:
        query = {name: "q" if value is None else quote(value, safe="") for name, value in rule.query}
        for country, host in product(countries, (rule.host,) if rule.host else self._asked):
            yield rule, Visit(path, query, country, host)

    def _circle(self, visit: Visit) -> list[Rule]:
        """Return the rules that redirect a visitor without end; empty if it ends."""
        steps: list[Rule] = []
        passed: list[tuple[object, ...]] = []
        for _ in range(_MOST_HOPS):
            host = self._hosts.landed(visit.host)
            visit = visit if host == visit.host else replace(visit, host=host)
            state = (visit.path, *visit.query.items(), visit.country, host)
            if state in self._ending:
                break
            passed.append(state)
            rule, next_visit = self._hop(visit)
            if next_visit is None:
                break
            steps += [rule] if rule else []
            visit = next_visit
        else:
            return steps
        self._ending.update(passed)
        return []

    def _hop(self, visit: Visit) -> tuple[Rule | None, Visit | None]:
        """Return the rule that redirects a visit, or None for the router; and the visit that follows, if one does."""
        found = self._index.first(visit)
        if found is None:
            path = self._routed(visit.path)
            return None, None if path is None else replace(visit, path=path)
        rule, target = found
        return rule, None if rule.status == REWRITE else self._redirected(visit, rule, target)

    def _redirected(self, visit: Visit, rule: Rule, target: str) -> Visit | None:
        """Return the visit that a redirect leads to, None if it is to another site."""
        path, query, host = target, "", visit.host
        if not target.startswith("/") or "?" in target or "#" in target:
            url = urlsplit(target)
            path, query, host = url.path or "/", url.query, url.hostname or visit.host
            if url.port not in _PORTS or (host != visit.host and not self._hosts.own(host)):
                return None
        return Visit(canonical(path), visit.query if rule.forwards_query else _query_of(query), visit.country, host)


def _in_any_order(paths: Iterable[str | None]) -> list[str]:
    """Return the paths once each, in an order that has pages of all folders at its beginning."""
    return sorted({path for path in paths if path is not None}, key=lambda path: crc32(path.encode()))


def _kinds_of_countries(rules: Sequence[Rule]) -> list[str]:
    """Return a country of each kind: two that the same rules ask for are alike."""
    asking: dict[str, list[int]] = {}
    for index, rule in enumerate(rules):
        for country in rule.countries:
            asking.setdefault(country, []).append(index)
    return sorted({tuple(indexes): country for country, indexes in asking.items()}.values())


def _number(where: str) -> tuple[int, str]:
    found = _LINE.match(where)
    return (int(found[1]) if found else 0, where)


def _samples(rule: Rule) -> Iterator[str]:
    """Yield paths that a rule matches: with a long rest and none, and each with a slash at its end and without."""
    paths = [*_UNKNOWN] if rule.pattern else []
    for rest in ("x/y", ""):
        parts = (part if isinstance(part, str) else _sample(part, rest) for part in rule.source)
        paths += [canonical("".join(parts))]
    either = [path for written in paths for path in (written, bare_path(written), f"{bare_path(written)}/")]
    yield from (path for path in dict.fromkeys(either) if rule.takes(path) is not None)


def _sample(part: Taken, rest: str) -> str:
    return rest if part.name == "*" else f"x-{part.name}"


def _page_paths(keys: Collection[str], index_document: str) -> Iterator[str]:
    """Yield the paths that each page may be asked for by: as a file, as a folder, and with neither."""
    index = canonical(quote(index_document))
    for key in sorted(keys):
        folder, _, name = key.rpartition("/")
        if name == index_document:
            stem = canonical(quote(f"/{folder}")) if folder else ""
        elif name.endswith(_PAGE):
            stem = canonical(quote(f"/{key.removesuffix(_PAGE)}"))
        else:
            continue
        yield from (f"{stem}/", f"{stem}/{index}")
        if stem:
            yield from (stem, f"{stem}{_PAGE}")


def _query_of(text: str) -> dict[str, str]:
    """Return the first value of each name of a query, neither of them decoded, as a function is given them."""
    found: dict[str, str] = {}
    for pair in filter(None, text.split("&")):
        name, _, value = pair.partition("=")
        found.setdefault(name, value)
    return found
