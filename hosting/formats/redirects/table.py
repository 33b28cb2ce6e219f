"""The rules of a site together, without those that have no effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.formats.redirects.proxies import proxies_in
from hosting.formats.redirects.rules import Fallback, Ignored, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hosting.formats.redirects.proxies import Proxy


@dataclass(frozen=True)
class RuleTable:
    """The rules of a site, in their order.

    Attributes:
        rules: that the edge runs.
        fallbacks: the page for what is missing; one at most.
        name: where they are written, for people; empty if nowhere.
        warnings: sentences about rules that have no effect, or another than the user may expect.
    """

    rules: tuple[Rule, ...] = ()
    fallbacks: tuple[Fallback, ...] = ()
    name: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def proxies(self) -> tuple[Proxy, ...]:
        """Those of the rules whose paths another server answers."""
        return proxies_in(self.rules)


def table_of(name: str, rules: Sequence[Rule | Fallback | Ignored], notes: Iterable[str] = ()) -> RuleTable:
    """Return the table of rules as they are written, without those that never answer a visit.

    Netlify and Cloudflare leave such rules out too, so a file with them is a working file.
    """
    ignored = [f"{rule.where} {rule.why}" for rule in rules if isinstance(rule, Ignored) and rule.why]
    used = _Used()
    # A rule for http:// is the last of all: CloudFront redirects every visit to https:// first.
    for rule in [*_plain_rules(rules, plain_http=False), *_plain_rules(rules, plain_http=True)]:
        used.add(*rule)
    fallbacks = [
        rule for index, rule in enumerate(rules) if isinstance(rule, Fallback) and used.is_reached(index, rule)
    ]
    warnings = [*notes, *ignored, *used.warnings, *_later(fallbacks)]
    return RuleTable(tuple(used.rules), tuple(fallbacks[:1]), name, tuple(warnings))


def _plain_rules(rules: Sequence[Rule | Fallback | Ignored], *, plain_http: bool) -> Iterator[tuple[int, Rule]]:
    for index, rule in enumerate(rules):
        if isinstance(rule, Rule) and rule.plain_http == plain_http:
            yield index, rule


def _later(fallbacks: Sequence[Fallback]) -> Iterator[str]:
    for fallback in fallbacks[1:]:
        if (fallback.page, fallback.status) != (fallbacks[0].page, fallbacks[0].status):
            yield f"{fallback.where} is never used: {fallbacks[0].where} is for what is missing too, and comes first"


class _Used:
    """Collects the rules that can answer a visit, and warnings about the others."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self._kept: list[tuple[int, Rule]] = []
        self._by_source: dict[object, list[Rule]] = {}
        self._everything: tuple[int, Rule] | None = None

    @property
    def rules(self) -> list[Rule]:
        """The rules, as they are ordered in the file."""
        return [rule for _, rule in sorted(self._kept, key=lambda item: item[0])]

    def add(self, index: int, rule: Rule) -> None:
        """Keep a rule, unless another answers all its visits."""
        if not self.is_reached(index, rule):
            return
        # A rule that reads the query is compared with rules that read the same, and those that read none or any value.
        exact = (rule.paths, tuple(sorted(rule.query, key=str)))
        any_value = (rule.paths, None)
        other = next(
            (one for key in (exact, any_value) for one in self._by_source.get(key, ()) if one.covers(rule)), None
        )
        if other is not None:
            self._report(rule, other, "is for the same paths")
            return
        self._kept.append((index, rule))
        self._by_source.setdefault(exact, []).append(rule)
        if all(value is None for _, value in rule.query):
            self._by_source.setdefault(any_value, []).append(rule)
        if rule.is_for_everything and self._everything is None:
            self._everything = index, rule

    def is_reached(self, index: int, rule: Rule | Fallback) -> bool:
        """Whether no rule for all paths comes before."""
        if self._everything is None or index < self._everything[0]:
            return True
        self._report(rule, self._everything[1], "is for all paths")
        return False

    def _report(self, rule: Rule | Fallback, other: Rule, why: str) -> None:
        same = isinstance(rule, Rule) and (rule.target, rule.status) == (other.target, other.status)
        if not (same or (isinstance(rule, Rule) and rule.plain_http)):
            self.warnings.append(f"{rule.where} is never used: {other.where} {why} and comes first")
