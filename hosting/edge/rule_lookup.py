"""A lookup of the redirect rules for a path, faster than trying each rule."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from heapq import merge
from typing import TYPE_CHECKING

from hosting.formats.paths import without_trailing_slash
from hosting.formats.redirects.rules import Placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from hosting.formats.redirects.rules import Rule, ViewerRequest

# The search for loops looks up a path twice: when it makes the first request, and when it follows that request.
_CACHE_SIZE = 256
_FEW = 3


class RuleLookup:
    """Finds rules by path.

    Literal rules are found by their whole path. All others are in groups: by the first folder if that is fixed,
    otherwise by the number of slashes if that is fixed, otherwise in one last group.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._literals: dict[str, list[int]] = defaultdict(list)
        groups: dict[Hashable, list[int]] = defaultdict(list)
        for index, rule in enumerate(rules):
            if rule.is_literal:
                self._literals[rule.literal].append(index)
            else:
                groups[_group_key(rule)].append(index)
        self._groups = {key: _Group(rules, indexes) for key, indexes in groups.items()}

    def matching(self, path: str) -> Iterator[Rule]:
        """Yield the rules that match a path, in their order, up to the first without other conditions."""
        if not self._rules:
            return
        bare = without_trailing_slash(path)
        keys = (path.partition("/")[2].partition("/")[0], bare.count("/"), None)
        literals = sorted(index for key in {path, bare} for index in self._literals.get(key, ()))
        for index in merge(literals, *(self._groups[key].from_first(path) for key in keys if key in self._groups)):
            rule = self._rules[index]
            if rule.match(path) is not None:
                yield rule
                if rule.is_unconditional:
                    return

    def first(self, request: ViewerRequest) -> tuple[Rule, str] | None:
        """Return the first rule that matches a request, and its target."""
        for rule in self.matching(request.path):
            target = rule.target_for(request)
            if target is not None:
                return None if rule.keeps_file(request.path) else (rule, target)
        return None


class _Group:
    """Rules as one regular expression, which finds the first rule that matches a path; a few rules need none."""

    def __init__(self, rules: Sequence[Rule], indexes: Sequence[int]) -> None:
        self._indexes = indexes
        self._first = _first_match(rules, indexes) if len(indexes) > _FEW else None

    def from_first(self, path: str) -> Iterator[int]:
        """Yield the index of the first rule that matches a path, and all later indexes."""
        if self._first is None:
            yield from self._indexes
            return
        found = self._first(path)
        if found:
            first = int(str(found.lastgroup)[1:])
            yield from (index for index in self._indexes if index >= first)


def _first_match(rules: Sequence[Rule], indexes: Sequence[int]) -> Callable[[str], re.Match[str] | None]:
    named = re.compile("|".join(f"(?P<r{index}>{rules[index].regex})" for index in indexes), re.ASCII)
    # Without the anchor, `search` would try each position of a path.
    is_anchored = all(_is_anchored(rules[index]) for index in indexes)
    return lru_cache(_CACHE_SIZE)(named.match if is_anchored else named.search)


def _is_anchored(rule: Rule) -> bool:
    return not rule.expression or (rule.expression.startswith("^") and "|" not in rule.expression)


def _group_key(rule: Rule) -> Hashable:
    """Return what all paths of a rule have in common: the first folder or the number of slashes, else None."""
    if rule.first_folder:
        return rule.first_folder
    if rule.expression or any(isinstance(part, Placeholder) and part.name == "*" for part in rule.source):
        return None
    sample = "".join(part if isinstance(part, str) else "x" for part in rule.source)
    return without_trailing_slash(sample).count("/")
