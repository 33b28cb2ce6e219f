"""A redirect or rewrite, whoever's syntax it was written in, and how it matches and answers.

`Rule` is what the edge does, in Python: the JavaScript has the same cases, and a test holds the two together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REWRITE = 200
REDIRECTS = (301, 302, 303, 307, 308)
# A target names what it takes from the path by number, in braces: no URL has them.
_TAKEN = re.compile(r"\{(\d)\}")
MOST_TAKEN = 9
# What encodeURI leaves alone, but for `?` and `#`, which end a path.
_PLAIN = "/-_.!~*'();:@&=+$,"
# Escapes that mean something else than what they stand for; decodeURI keeps them.
_RESERVED = re.compile(r"(%(?:2[346BCF]|3[ABDF]|40))", re.IGNORECASE)


# In an expression that both languages read, and that stands between slashes in JavaScript.
_SPECIAL = re.compile(r"[.$()*+\\/|^?{}\[\]]")


class RuleError(Exception):
    """What is wrong with one rule, to be said after where it stands."""


@dataclass(frozen=True)
class Taken:
    """A part of a path or of a query that a rule takes.

    Attributes:
        name: what the target calls it; ``*`` is the rest, whatever it holds.
    """

    name: str


Template = tuple["str | Taken", ...]


def canonical(text: str) -> str:
    """Return a path as the edge compares it: encodeURI(decodeURI(text)) of JavaScript."""
    parts = _RESERVED.split(text)
    return "".join(part if index % 2 else quote(unquote(part), safe=_PLAIN) for index, part in enumerate(parts))


@dataclass(frozen=True)
class Visit:
    """What a visitor asks for.

    Attributes:
        path: canonical.
        query: the first value of each name.
        country: two upper-case letters, None when unknown.
        host: lower-case.
    """

    path: str
    query: Mapping[str, str]
    country: str | None = None
    host: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule that the edge runs.

    Attributes:
        where: where it stands, for people: ``line 3 of _redirects``.
        source: the path that it is for.
        target: what it answers with, as ``/a/{1}``.
        status: 301, 302, 303, 307, 308, or 200 for a rewrite.
        query: names with the value that each must have; None takes any, for the target.
        countries: it is for these alone, unless empty.
        host: it is for this one alone, unless empty.
        not_for_files: it is not for paths that look like a file's.
    """

    where: str
    source: Template
    target: str
    status: int
    query: tuple[tuple[str, str | None], ...] = ()
    countries: tuple[str, ...] = ()
    host: str = ""
    not_for_files: bool = False

    @property
    def matches_alike(self) -> tuple[object, ...]:
        """Two rules that have this in common match the same visits."""
        return (self.regex, self.query, self.countries, self.host)

    @cached_property
    def is_literal(self) -> bool:
        """Whether it is for one path."""
        return all(isinstance(part, str) for part in self.source)

    @cached_property
    def is_for_everything(self) -> bool:
        """Whether no visit gets past it."""
        bare = not (self.query or self.countries or self.host or self.not_for_files)
        return bare and [*self.source] in ([Taken("*")], ["/", Taken("*")])

    @cached_property
    def literal(self) -> str:
        """The one path."""
        return canonical("".join(part for part in self.source if isinstance(part, str)))

    @cached_property
    def regex(self) -> str:
        """The paths that it is for, in the language that Python and JavaScript have in common."""
        expression = "".join(
            _SPECIAL.sub(r"\\\g<0>", canonical(part))
            if isinstance(part, str)
            else "(.*)"
            if part.name == "*"
            else "([^/]+)"
            for part in self.source
        )
        return f"^{expression}$"

    def answer(self, visit: Visit) -> str | None:
        """Return the target for a visit, None when the rule is not for it."""
        if (self.host and visit.host != self.host) or (self.countries and visit.country not in self.countries):
            return None
        found = re.match(self.regex, visit.path)
        if found is None or (self.not_for_files and "." in visit.path.rpartition("/")[2]):
            return None
        taken = [visit.path, *found.groups()]
        for name, value in self.query:
            if name not in visit.query or (value is not None and visit.query[name] != value):
                return None
            if value is None:
                taken.append(visit.query[name])
        return _TAKEN.sub(lambda number: taken[int(number[1])], self.target)

    @property
    def forwards_query(self) -> bool:
        """Whether a redirect keeps the visitor's query: not if the rule reads one, or its target has one."""
        return not self.query and "?" not in self.target


@dataclass(frozen=True)
class Fallback:
    """What answers where there is no file.

    Attributes:
        where: where it stands, for people.
        page: the page's path.
        status: 200 or 404.
    """

    where: str
    page: str
    status: int


def first_match(rules: Sequence[Rule], visit: Visit) -> tuple[Rule, str] | None:
    """Return the first rule that is for a visit, and its target."""
    for rule in rules:
        target = rule.answer(visit)
        if target is not None:
            return rule, target
    return None
