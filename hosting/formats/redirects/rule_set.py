"""All redirect rules of a site, without those that have no effect."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from hosting.formats.redirects.proxies import proxies_in
from hosting.formats.redirects.rules import FallbackRule, IgnoredRule, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hosting.formats.redirects.proxies import Proxy

_MAX_SUBSET_NAMES = 6


@dataclass(frozen=True)
class RedirectRules:
    """The redirect rules of a site, in their order.

    Attributes:
        rules: the rules that run at the edge.
        fallbacks: the rule for paths without a file; at most one.
        name: the setting or file that has the rules, for messages; empty without rules.
        warnings: sentences about rules that have no effect, or an unexpected one.
        unused: the rules among them that never apply, because an earlier one matches all their requests.
        publishes_amplify_file: whether `redirects.json` is a file of the site, and not a list of rules.
    """

    rules: tuple[Rule, ...] = ()
    fallbacks: tuple[FallbackRule, ...] = ()
    name: str = ""
    warnings: tuple[str, ...] = ()
    unused: tuple[Rule, ...] = ()
    publishes_amplify_file: bool = False

    @property
    def uses_countries(self) -> bool:
        """Whether any rule depends on the visitor's country."""
        return any(rule.countries for rule in self.rules)

    @property
    def proxies(self) -> tuple[Proxy, ...]:
        """The rules whose paths another server answers."""
        return proxies_in(self.rules)


def redirect_rules(
    name: str, rules: Sequence[Rule | FallbackRule | IgnoredRule], notes: Iterable[str] = ()
) -> RedirectRules:
    """Return the rules without those that never apply.

    Netlify and Cloudflare leave such rules out, too, so a file with them works there.
    """
    ignored = [f"{rule.where} {rule.reason}" for rule in rules if isinstance(rule, IgnoredRule) and rule.reason]
    reachable = _ReachableRules()
    # Rules for http:// come last: CloudFront redirects http to https first.
    for rule in [*_numbered_rules(rules, plain_http=False), *_numbered_rules(rules, plain_http=True)]:
        reachable.add(*rule)
    fallbacks = [
        rule for index, rule in enumerate(rules) if isinstance(rule, FallbackRule) and reachable.is_reached(index, rule)
    ]
    warnings = [*notes, *ignored, *reachable.warnings, *_unused_fallbacks(fallbacks)]
    return RedirectRules(
        tuple(reachable.rules), tuple(fallbacks[:1]), name, tuple(warnings), unused=tuple(reachable.unused)
    )


def _numbered_rules(
    rules: Sequence[Rule | FallbackRule | IgnoredRule], *, plain_http: bool
) -> Iterator[tuple[int, Rule]]:
    for index, rule in enumerate(rules):
        if isinstance(rule, Rule) and rule.plain_http == plain_http:
            yield index, rule


def _unused_fallbacks(fallbacks: Sequence[FallbackRule]) -> Iterator[str]:
    for fallback in fallbacks[1:]:
        if (fallback.page, fallback.status) != (fallbacks[0].page, fallbacks[0].status):
            yield f"{fallback.where} is never used: {fallbacks[0].where} is for missing files, too, and comes first"


class _Conditions(NamedTuple):
    """Conditions of a rule: only a few other rules have such that they match all its requests.

    Attributes:
        source_regex: the paths.
        query: the names of the parameters if any value matches, otherwise the parameters.
        host: the host; may be empty.
        country: one of the countries; empty if the rule is for all.
    """

    source_regex: str
    query: frozenset[str] | tuple[tuple[str, str | None], ...]
    host: str
    country: str


def _query_key(rule: Rule) -> frozenset[str] | tuple[tuple[str, str | None], ...]:
    if all(value is None for _, value in rule.query):
        return frozenset(name for name, _ in rule.query)
    return tuple(sorted(rule.query, key=str))


def _covering(rule: Rule) -> Iterator[_Conditions]:
    """Yield the conditions of the rules that may match all requests of a rule.

    These rules have the same query, or any values of some of its parameters.
    """
    names = [name for name, _ in rule.query]
    # With more parameters there would be too many subsets: then only a rule with all of them is found.
    sizes = range(len(names) + 1) if len(names) <= _MAX_SUBSET_NAMES else (0, len(names))
    subsets = [frozenset(subset) for size in sizes for subset in combinations(names, size)]
    for query in dict.fromkeys((*subsets, _query_key(rule))):
        for host in dict.fromkeys(("", rule.host)):
            for country in ("", *rule.countries[:1]):
                yield _Conditions(rule.source_regex, query, host, country)


class _ReachableRules:
    """Collects the rules that can apply to a request, and warnings about the others."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.unused: list[Rule] = []
        self._kept: list[tuple[int, Rule]] = []
        self._by_conditions: dict[_Conditions, list[Rule]] = {}
        self._everything: tuple[int, Rule] | None = None

    @property
    def rules(self) -> list[Rule]:
        """The rules in the order of the file."""
        return [rule for _, rule in sorted(self._kept, key=lambda item: item[0])]

    def add(self, index: int, rule: Rule) -> None:
        """Add a rule, unless an earlier rule matches all its requests."""
        if not self.is_reached(index, rule):
            return
        candidates = (earlier for key in _covering(rule) for earlier in self._by_conditions.get(key, ()))
        other = next((earlier for earlier in candidates if earlier.covers(rule)), None)
        if other is not None:
            self._report(rule, other, "is for the same paths")
            return
        self._kept.append((index, rule))
        for country in rule.countries or ("",):
            self._by_conditions.setdefault(
                _Conditions(rule.source_regex, _query_key(rule), rule.host, country), []
            ).append(rule)
        if rule.matches_everything and self._everything is None:
            self._everything = index, rule

    def is_reached(self, index: int, rule: Rule | FallbackRule) -> bool:
        """Whether no rule for all paths comes before the rule."""
        if self._everything is None or index < self._everything[0]:
            return True
        self._report(rule, self._everything[1], "is for all paths")
        return False

    def _report(self, rule: Rule | FallbackRule, other: Rule, why: str) -> None:
        is_same = isinstance(rule, Rule) and (rule.target, rule.status) == (other.target, other.status)
        if not (is_same or (isinstance(rule, Rule) and rule.plain_http)):
            self.warnings.append(f"{rule.where} is never used: {other.where} {why} and comes first")
            self.unused += [rule] if isinstance(rule, Rule) else []
