"""Finds the rules for a path without a look at each of them."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from heapq import merge
from typing import TYPE_CHECKING

from hosting.formats.redirects.rules import Taken, bare_path, canonical

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from hosting.formats.redirects.rules import Rule, Visit

# A path is looked up when a visit is made of it, and when the visit is followed.
_REMEMBERED = 256
_FOLDER = re.compile(r"/[^/]*")


class RuleIndex:
    """The rules of a table by their paths.

    Literal rules are found by the whole path. Others are in groups: by the first folder if that is fixed, else by the
    number of slashes if that is fixed; the rest is one group.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._literals: dict[str, list[int]] = defaultdict(list)
        groups: dict[Hashable, list[int]] = defaultdict(list)
        for index, rule in enumerate(rules):
            if rule.is_literal:
                self._literals[rule.literal].append(index)
            else:
                groups[_key_of(rule)].append(index)
        self._groups = {key: _Group(rules, indexes) for key, indexes in groups.items()}

    def matching(self, path: str) -> Iterator[Rule]:
        """Yield the rules that a path matches, in their order, to the first that asks for nothing else."""
        bare = bare_path(path)
        folder = _FOLDER.match(path)
        keys = (folder[0] if folder else "", bare.count("/"), None)
        literals = sorted(index for key in {path, bare} for index in self._literals.get(key, ()))
        for index in merge(literals, *(self._groups[key].from_first(path) for key in keys if key in self._groups)):
            rule = self._rules[index]
            if rule.takes(path) is not None:
                yield rule
                if rule.is_unconditional:
                    return

    def first(self, visit: Visit) -> tuple[Rule, str] | None:
        """Return the first rule that matches a visit, and its target."""
        for rule in self.matching(visit.path):
            target = rule.answer(visit)
            if target is not None:
                return rule, target
        return None


class _Group:
    """Rules as one expression, which says whether any matches a path, and which is the first."""

    def __init__(self, rules: Sequence[Rule], indexes: Sequence[int]) -> None:
        self._indexes = indexes
        named = re.compile("|".join(f"(?P<r{index}>{rules[index].regex})" for index in indexes), re.ASCII)
        # A search would try each place of a path for expressions that begin with its beginning.
        anchored = all(_is_anchored(rules[index]) for index in indexes)
        self._first = lru_cache(_REMEMBERED)(named.match if anchored else named.search)

    def from_first(self, path: str) -> Iterator[int]:
        """Yield the first rule that matches a path, and all after it."""
        found = self._first(path)
        if found:
            first = int(str(found.lastgroup)[1:])
            yield from (index for index in self._indexes if index >= first)


def _is_anchored(rule: Rule) -> bool:
    return not rule.pattern or (rule.pattern.startswith("^") and "|" not in rule.pattern)


def _key_of(rule: Rule) -> Hashable:
    """Return what all paths that a rule matches have in common: the first folder, or the number of slashes."""
    first = rule.source[0] if rule.source else ""
    folder, slash, _ = first[1:].partition("/") if isinstance(first, str) else ("", "", "")
    if slash:
        return canonical(f"/{folder}")
    if rule.pattern or any(isinstance(part, Taken) and part.name == "*" for part in rule.source):
        return None
    return bare_path("".join(part if isinstance(part, str) else "x" for part in rule.source)).count("/")
