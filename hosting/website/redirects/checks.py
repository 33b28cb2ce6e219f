"""What is wrong with rules together: two alike, one that is never reached, a circle, a page that is not there."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from hosting.website.redirects.files import rules_refused
from hosting.website.redirects.rules import REWRITE, Rule, Taken, Visit, canonical, first_match

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from hosting.website.redirects.files import RuleTable

# Browsers give up after 20: https://fetch.spec.whatwg.org/#http-redirect-fetch
_MOST_HOPS = 20
_LINE = re.compile(r"line (\d+)")


def check_rules(table: RuleTable, keys: Collection[str], routed: Callable[[str], str | None]) -> None:
    """Refuse rules that make no sense together.

    Args:
        table: the rules.
        keys: of all objects.
        routed: where the router, which comes after the rules, redirects a path to; None if nowhere.

    Raises:
        EdgeError: with every problem and its lines.
    """
    problems = [*_alike(table.rules), *_unreached(table.rules), *_fallbacks(table, keys)]
    problems += _circles(table.rules, routed)
    if problems:
        raise rules_refused(table.name, problems)


def _alike(rules: Sequence[Rule]) -> Iterator[str]:
    first: dict[object, Rule] = {}
    for rule in rules:
        other = first.setdefault(rule.matches_alike, rule)
        if other is not rule:
            yield f"{rule.where} is for the same paths as {other.where}, which comes first: remove one"


def _unreached(rules: Sequence[Rule]) -> Iterator[str]:
    everything = next((index for index, rule in enumerate(rules) if rule.is_for_everything), len(rules))
    for rule in rules[everything + 1 :]:
        yield f"{rule.where} is never reached: {rules[everything].where} is for all paths and comes first"


def _fallbacks(table: RuleTable, keys: Collection[str]) -> Iterator[str]:
    for fallback in table.fallbacks[1:]:
        yield f"{fallback.where} is for what is missing, and so is {table.fallbacks[0].where}: remove one"
    for fallback in table.fallbacks:
        if fallback.page.lstrip("/") not in keys:
            yield f"{fallback.where} names the page '{fallback.page}', which is not published"


def _circles(rules: Sequence[Rule], routed: Callable[[str], str | None]) -> Iterator[str]:
    countries = sorted({country for rule in rules for country in rule.countries})
    told: set[frozenset[str]] = set()
    for rule in rules:
        for visit in _samples(rule, countries):
            steps = _circle(rules, visit, routed)
            names = frozenset(step.where for step in steps)
            if steps and names not in told:
                told.add(names)
                ways = " and ".join(sorted(names, key=_number))
                yield f"{ways} redirect{'s' if len(names) == 1 else ''} '{visit.path}' without end"


def _number(where: str) -> tuple[int, str]:
    found = _LINE.match(where)
    return (int(found[1]) if found else 0, where)


def _samples(rule: Rule, countries: Sequence[str]) -> Iterator[Visit]:
    """Yield visits that the rule is for: with a long rest and none, from each country that any rule asks for."""
    query = {name: "q" if value is None else value for name, value in rule.query}
    for rest in ("x/y", ""):
        path = canonical("".join(part if isinstance(part, str) else _sample(part, rest) for part in rule.source))
        asked: tuple[str | None, ...] = rule.countries or (None, *countries)
        for country in asked:
            yield Visit(path, query, country, rule.host)


def _sample(part: Taken, rest: str) -> str:
    return rest if part.name == "*" else f"x-{part.name}"


def _circle(rules: Sequence[Rule], visit: Visit, routed: Callable[[str], str | None]) -> list[Rule]:
    """Return the rules that redirect a visitor without end; empty when it ends."""
    steps: list[Rule] = []
    for _ in range(_MOST_HOPS):
        found = first_match(rules, visit)
        if found is None:
            path = routed(visit.path)
            if path is None:
                return []
            visit = replace(visit, path=path)
            continue
        rule, target = found
        url = urlsplit(target)
        if rule.status == REWRITE or (url.netloc and url.netloc.lower() != visit.host):
            return []
        steps.append(rule)
        query = visit.query if rule.forwards_query else dict(parse_qsl(url.query, keep_blank_values=True))
        visit = replace(visit, path=canonical(url.path or "/"), query=query)
    return steps
