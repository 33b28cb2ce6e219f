"""What is wrong with rules together: two alike, one that is never reached, a circle, a page that is not there."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from hosting.website.redirects.files import rules_refused
from hosting.website.redirects.proxy_checks import own_site_problems, proxy_problems
from hosting.website.redirects.rules import REWRITE, Taken, Visit, canonical, first_match, query_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from hosting.website.redirects.files import RuleTable
    from hosting.website.redirects.rules import Fallback, Rule

# Browsers give up after 20: https://fetch.spec.whatwg.org/#http-redirect-fetch
_MOST_HOPS = 20
# Of the site itself: CloudFront brings http to https.
_PORTS = (None, 80, 443)
_LINE = re.compile(r"line (\d+)")


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


def check_rules(
    table: RuleTable, keys: Collection[str], routed: Callable[[str], str | None], hosts: Hosts = NO_HOSTS
) -> None:
    """Refuse rules that make no sense together.

    Args:
        table: the rules.
        keys: of all objects.
        routed: where the router, which comes after the rules, redirects a path to; None if nowhere.
        hosts: the site's own names: a redirect to one of them comes back here.

    Raises:
        EdgeError: with every problem and its lines.
    """
    problems = [*problems_of(table), *_missing_pages(table.fallbacks, keys)]
    problems += own_site_problems(table.proxies, hosts.names)
    problems += _circles(_Way(table.rules, routed, hosts))
    if problems:
        raise rules_refused(table.name, problems)


def problems_of(table: RuleTable) -> list[str]:
    """Return what is wrong with rules together, whatever the site: each names a rule that does nothing."""
    return [
        *_alike(table.rules),
        *_unreached(table.rules),
        *_second_fallbacks(table.fallbacks),
        *proxy_problems(table.rules),
    ]


def _alike(rules: Sequence[Rule]) -> Iterator[str]:
    for index, rule in enumerate(rules):
        other = next((one for one in rules[:index] if one.covers(rule)), None)
        if other is not None:
            yield f"{rule.where} is for the same paths as {other.where}, which comes first: remove one"


def _unreached(rules: Sequence[Rule]) -> Iterator[str]:
    everything = next((index for index, rule in enumerate(rules) if rule.is_for_everything), len(rules))
    for rule in rules[everything + 1 :]:
        yield f"{rule.where} is never reached: {rules[everything].where} is for all paths and comes first"


def _second_fallbacks(fallbacks: Sequence[Fallback]) -> Iterator[str]:
    for fallback in fallbacks[1:]:
        yield f"{fallback.where} is for what is missing, and so is {fallbacks[0].where}: remove one"


def _missing_pages(fallbacks: Sequence[Fallback], keys: Collection[str]) -> Iterator[str]:
    for fallback in fallbacks:
        if fallback.page.lstrip("/") not in keys:
            yield f"{fallback.where} names the page '{fallback.page}', which is not published"


class _Way(NamedTuple):
    rules: Sequence[Rule]
    routed: Callable[[str], str | None]
    hosts: Hosts


def _circles(way: _Way) -> Iterator[str]:
    countries = sorted({country for rule in way.rules for country in rule.countries})
    told: set[frozenset[str]] = set()
    for rule in way.rules:
        for visit in _samples(rule, countries, way.hosts):
            steps = _circle(way, visit)
            names = frozenset(step.where for step in steps)
            if steps and names not in told:
                told.add(names)
                ways = " and ".join(sorted(names, key=_number))
                place = f" of {visit.host}" if visit.host in way.hosts.names else ""
                yield f"{ways} redirect{'s' if len(names) == 1 else ''} '{visit.path}'{place} without end"


def _number(where: str) -> tuple[int, str]:
    found = _LINE.match(where)
    return (int(found[1]) if found else 0, where)


def _samples(rule: Rule, countries: Sequence[str], hosts: Hosts) -> Iterator[Visit]:
    """Yield visits that the rule is for: a long rest and none, each country that any rule asks for, each own name."""
    query = {name: "q" if value is None else quote(value, safe="") for name, value in rule.query}
    for rest in ("x/y", ""):
        path = canonical("".join(part if isinstance(part, str) else _sample(part, rest) for part in rule.source))
        asked: tuple[str | None, ...] = rule.countries or (None, *countries)
        for country, host in product(asked, (rule.host,) if rule.host else hosts.asked):
            yield Visit(path, query, country, host)


def _sample(part: Taken, rest: str) -> str:
    return rest if part.name == "*" else f"x-{part.name}"


def _circle(way: _Way, visit: Visit) -> list[Rule]:
    """Return the rules that redirect a visitor without end; empty when it ends."""
    steps: list[Rule] = []
    for _ in range(_MOST_HOPS):
        visit = replace(visit, host=way.hosts.landed(visit.host))
        found = first_match(way.rules, visit)
        if found is None:
            path = way.routed(visit.path)
            if path is None:
                return []
            visit = replace(visit, path=path)
            continue
        rule, target = found
        next_visit = None if rule.status == REWRITE else _next(way.hosts, visit, rule, target)
        if next_visit is None:
            return []
        steps.append(rule)
        visit = next_visit
    return steps


def _next(hosts: Hosts, visit: Visit, rule: Rule, target: str) -> Visit | None:
    """Return the visit that a redirect leads to, None if that is another site's."""
    url = urlsplit(target)
    host = url.hostname or visit.host
    if url.port not in _PORTS or (host != visit.host and not hosts.own(host)):
        return None
    query = visit.query if rule.forwards_query else query_of(url.query)
    return replace(visit, path=canonical(url.path or "/"), query=query, host=host)
