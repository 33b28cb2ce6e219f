"""Finds the rules for a path without a look at each of them."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from heapq import merge
from typing import TYPE_CHECKING

from hosting.website.redirects.rules import bare_path, canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hosting.website.redirects.rules import Rule, Visit

# A path is looked up when a visit is made of it, and when the visit is followed.
_REMEMBERED = 256
_FOLDER = re.compile(r"/[^/]*")


class RuleIndex:
    """The rules of a table by their paths.

    Literal rules are found by the whole path, others by its first folder if that is fixed, the rest by one expression.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._literals: dict[str, list[int]] = defaultdict(list)
        self._folders: dict[str, list[int]] = defaultdict(list)
        for index, rule in enumerate(rules):
            if rule.is_literal:
                self._literals[rule.literal].append(index)
            else:
                self._folders[_fixed_folder(rule)].append(index)
        self._others = self._folders.pop("", [])
        named = "|".join(f"(?P<r{index}>{rules[index].regex})" for index in self._others)
        any_other = re.compile(named or "(?!)", re.ASCII)
        # A search would try each place of a path for expressions that begin with its beginning.
        anchored = all(_is_anchored(rules[index]) for index in self._others)
        self._any = lru_cache(_REMEMBERED)(any_other.match if anchored else any_other.search)

    def matching(self, path: str) -> Iterator[Rule]:
        """Yield the rules that a path matches, in their order, to the first that asks for nothing else."""
        folder = _FOLDER.match(path)
        found = [index for key in {path, bare_path(path)} for index in self._literals.get(key, ())]
        found += self._folders.get(folder[0], ()) if folder else ()
        for index in merge(sorted(found), self._other(path)):
            rule = self._rules[index]
            if rule.takes(path) is not None:
                yield rule
                if rule.is_unconditional:
                    return

    def _other(self, path: str) -> Iterator[int]:
        """Yield the rules without a fixed folder that can match a path."""
        found = self._any(path)
        if found:
            first = int(str(found.lastgroup)[1:])
            yield from (index for index in self._others if index >= first)

    def first(self, visit: Visit) -> tuple[Rule, str] | None:
        """Return the first rule that matches a visit, and its target."""
        for rule in self.matching(visit.path):
            target = rule.answer(visit)
            if target is not None:
                return rule, target
        return None


def _is_anchored(rule: Rule) -> bool:
    return not rule.pattern or (rule.pattern.startswith("^") and "|" not in rule.pattern)


def _fixed_folder(rule: Rule) -> str:
    """Return the first folder of all paths that a rule matches; empty if it is not fixed."""
    first = rule.source[0] if rule.source else ""
    folder, slash, _ = first[1:].partition("/") if isinstance(first, str) else ("", "", "")
    return canonical(f"/{folder}") if slash else ""
