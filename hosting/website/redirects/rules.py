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
# An escape that is none.
_MALFORMED = re.compile(r"%(?![0-9A-Fa-f]{2})")
# What ends a value where it is put: of a path's part in a query, and of a query's value in a path.
_OF_QUERY = re.compile(r"[&+=#]")
_OF_PATH = re.compile(r"[?#]")
# In an expression that both languages read, and that stands between slashes in JavaScript.
_SPECIAL = re.compile(r"[.$()*+\\/|^?{}\[\]]")


class RuleError(Exception):
    """What is wrong with one rule, to be said after where it stands.

    Attributes:
        mend: what to write for parts of the rule instead, such as ``{"status": "301"}``; empty where nobody knows.
    """

    def __init__(self, what: str, **mend: str) -> None:
        self.mend = mend
        super().__init__(what)


@dataclass(frozen=True)
class Taken:
    """A part of a path or of a query that a rule takes.

    Attributes:
        name: what the target calls it; ``*`` is the rest, whatever it holds.
    """

    name: str


Template = tuple["str | Taken", ...]


def canonical(text: str) -> str:
    """Return a path as the edge compares it, by canonicalPath.js."""
    parts = _RESERVED.split(text)
    return "".join(part.upper() if index % 2 else quote(unquote(part), safe=_PLAIN) for index, part in enumerate(parts))


def plain(text: str) -> str:
    """Return a name or a value of a query as it is compared: decoded, a `+` as a space; if it can't be, as it is."""
    spaced = text.replace("+", " ")
    try:
        return text if _MALFORMED.search(spaced) else unquote(spaced, errors="strict")
    except UnicodeDecodeError:
        return text


def asked_name(name: str) -> str:
    """Return the name of a query's parameter as browsers send it: a function is given it so."""
    return quote(plain(name), safe="!*'()")


def query_of(text: str) -> dict[str, str]:
    """Return the first value of each name of a query, neither of them decoded, as a function is given them."""
    found: dict[str, str] = {}
    for pair in filter(None, text.split("&")):
        name, _, value = pair.partition("=")
        found.setdefault(name, value)
    return found


@dataclass(frozen=True)
class Visit:
    """What a visitor asks for.

    Attributes:
        path: canonical.
        query: the first value of each name, as it was sent.
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
        query: names, as they are sent, with the plain value that each must have; None takes any, for the target.
        countries: it is for these alone, unless empty.
        host: it is for this one alone, unless empty.
        not_for_files: it is not for paths that look like a file's.
        either_slash: it is for the path with a slash at its end and without, however it is written.
    """

    where: str
    source: Template
    target: str
    status: int
    query: tuple[tuple[str, str | None], ...] = ()
    countries: tuple[str, ...] = ()
    host: str = ""
    not_for_files: bool = False
    either_slash: bool = False

    def covers(self, other: Rule) -> bool:
        """Whether no visit to the same paths is for ``other`` without being for this one."""
        asked = dict(other.query)
        return (
            self.regex == other.regex
            and all(name in asked and value in (None, asked[name]) for name, value in self.query)
            and (not self.countries or {*self.countries} >= {*other.countries} != set())
            and self.host in ("", other.host)
            and (other.not_for_files or not self.not_for_files)
        )

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
        """The one path; without the slash at its end where that is of no matter."""
        path = canonical("".join(part for part in self.source if isinstance(part, str)))
        return (path.removesuffix("/") or "/") if self.either_slash else path

    @cached_property
    def regex(self) -> str:
        """The paths that it is for, in the language that Python and JavaScript have in common."""
        expression = "".join(map(_expression, self.source))
        return f"^{_either_slash(expression) if self.either_slash else expression}$"

    def answer(self, visit: Visit) -> str | None:
        """Return the target for a visit, None when the rule is not for it."""
        if (self.host and visit.host != self.host) or (self.countries and visit.country not in self.countries):
            return None
        found = re.match(self.regex, visit.path)
        if found is None or (self.not_for_files and "." in visit.path.rpartition("/")[2]):
            return None
        taken = [visit.path, *found.groups()]
        of_path = len(taken)
        for name, value in self.query:
            if name not in visit.query or value not in (None, plain(visit.query[name])):
                return None
            if value is None:
                taken.append(visit.query[name])
        return _TAKEN.sub(lambda number: self._put(number, taken, of_path), self.target)

    def _put(self, number: re.Match[str], taken: Sequence[str], of_path: int) -> str:
        """Return what stands for a number in the target: none of it may end the path or the value that it is put in."""
        value, is_of_path = taken[int(number[1])], int(number[1]) < of_path
        is_in_query = "?" in self.target[: number.start()]
        if is_of_path and is_in_query:
            return _OF_QUERY.sub(_quoted, value)
        if not (is_of_path or is_in_query):
            return _OF_PATH.sub(_quoted, value.replace("+", "%20"))
        return value

    @property
    def forwards_query(self) -> bool:
        """Whether a redirect keeps the visitor's query: not if the rule reads one, or its target has one."""
        return not self.query and "?" not in self.target


def _quoted(found: re.Match[str]) -> str:
    return quote(found[0])


def _expression(part: str | Taken) -> str:
    if isinstance(part, str):
        return _SPECIAL.sub(r"\\\g<0>", canonical(part))
    return "(.*)" if part.name == "*" else "([^/]+)"


def _either_slash(expression: str) -> str:
    """Return the expression for a path with a slash at its end and without: `/a/*` is for `/a` too, its rest empty."""
    rest = r"\/(.*)"
    if expression in (r"\/", rest):
        return expression
    if expression.endswith(rest):
        return expression.removesuffix(rest) + r"(?:\/|$)(.*)"
    return expression if expression.endswith("(.*)") else expression.removesuffix(r"\/") + r"\/?"


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
