"""A redirect or rewrite, in whichever syntax it was written, and how it matches and answers.

`Rule` is the Python form of what the edge runs. The JavaScript has the same cases, and a test compares the two.
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
_SLASH_TOO = r"\/?"
_PATH_END = re.compile(r"[?#]")


class RuleError(Exception):
    """An invalid rule. The message follows the rule's place: ``line 3 of _redirects`` and then it.

    Attributes:
        suggestion: valid parts of the rule, such as ``{"status": "301"}``; empty if no value is safe.
    """

    def __init__(self, what: str, **suggestion: str) -> None:
        self.suggestion = suggestion
        super().__init__(what)


@dataclass(frozen=True)
class Taken:
    """A placeholder: a part of a path or of a query that a rule takes.

    Attributes:
        name: its name in the target; ``*`` is the rest of the path, with slashes.
        skips_slash: a slash in front of it belongs to neither side, so that `/blog* /news/:splat` has one slash.
    """

    name: str
    skips_slash: bool = False


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
        where: its place, for people: ``line 3 of _redirects``.
        source: the paths that it matches; empty with ``pattern``.
        target: the answer, such as ``/a/{1}``.
        status: 301, 302, 303, 307, 308, or 200 for a rewrite.
        query: names, as they are sent, with the plain value that each must have; None takes any, for the target.
        countries: it applies to these only, unless empty.
        host: it applies to this host only, unless empty.
        not_for_files: it does not apply to paths with an extension.
        either_slash: a slash at the end of a path makes no difference.
        pattern: a regular expression in place of ``source``, in the language that Python and JavaScript share.
        plain_http: it is written for http://. CloudFront redirects that to https:// before any rule.
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
    pattern: str = ""
    plain_http: bool = False

    def covers(self, other: Rule) -> bool:
        """Whether this rule matches every visit that ``other`` matches; its own target aside."""
        asked = dict(other.query)
        return (
            self.paths == other.paths
            and all(name in asked and value in (None, asked[name]) for name, value in self.query)
            and (not self.countries or {*self.countries} >= {*other.countries} != set())
            and self.host in ("", other.host)
            and (other.not_for_files or not self.not_for_files)
        )

    @cached_property
    def is_literal(self) -> bool:
        """Whether it matches one path only."""
        return not self.pattern and all(isinstance(part, str) for part in self.source)

    @cached_property
    def is_for_everything(self) -> bool:
        """Whether it matches every visit."""
        return self.is_unconditional and not self._own_paths and self.source == ("/", Taken("*"))

    @cached_property
    def is_unconditional(self) -> bool:
        """Whether its path decides alone."""
        return not (self.query or self.countries or self.host or self.not_for_files)

    @cached_property
    def literal(self) -> str:
        """The one path; without the slash at its end where that makes no difference."""
        path = canonical("".join(part for part in self.source if isinstance(part, str)))
        return bare_path(path) if self.either_slash else path

    @cached_property
    def regex(self) -> str:
        """The paths that it matches, as a regular expression that means the same in Python and JavaScript."""
        return f"^{self._own_paths}{self.paths[1:]}" if self._own_paths else self.paths

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The expression, compiled once: `re` itself remembers only 512."""
        return re.compile(self.regex, re.ASCII)

    @cached_property
    def paths(self) -> str:
        """The paths of its source as a regular expression."""
        expression = "".join(map(_expression, self.source))
        return self.pattern or f"^{_either_slash(expression) if self.either_slash else expression}$"

    @cached_property
    def _own_paths(self) -> str:
        """The paths that the redirect itself leads to, as a negative lookahead; empty if it does not match them.

        `/contact/* /contact` is not a loop at Netlify, where a file precedes a rule, nor at Cloudflare, where the rule
        does not match `/contact`. So a redirect does not apply to the paths that it produces.
        """
        target = _PATH_END.split(self.target)[0]
        is_constant = self.pattern or self.is_literal
        if self.status == REWRITE or self.query or is_constant or not target.startswith("/"):
            return ""
        stem, rest = target, f"{_SLASH_TOO if self.either_slash else ''}$"
        if self.source[1:] == (Taken("*"),) and target.endswith("/{1}"):
            stem, rest = target.removesuffix("/{1}"), r"(?:\/|$)"
        if "{" in stem or not re.match(self.paths, canonical(stem)):
            return ""
        return f"(?!{_literal(bare_path(stem) if self.either_slash else stem)}{rest})"

    def takes(self, path: str) -> tuple[str, ...] | None:
        """Return the path and what the placeholders take of it; None if the rule does not match it."""
        if self.is_literal:
            return (path,) if self.literal == (bare_path(path) if self.either_slash else path) else None
        found = self.compiled.search(path) if self.pattern else self.compiled.match(path)
        return (path, *found.groups()) if found else None

    def answer(self, visit: Visit) -> str | None:
        """Return the target for a visit; None if the rule does not match it."""
        if (self.host and visit.host != self.host) or (self.countries and visit.country not in self.countries):
            return None
        found = self.takes(visit.path)
        if found is None or (self.not_for_files and "." in visit.path.rpartition("/")[2]):
            return None
        taken = [*found]
        of_path = len(taken)
        for name, value in self.query:
            if name not in visit.query or value not in (None, plain(visit.query[name])):
                return None
            if value is None:
                taken.append(visit.query[name])
        return _TAKEN.sub(lambda number: self._put(number, taken, of_path), self.target)

    def _put(self, number: re.Match[str], taken: Sequence[str], of_path: int) -> str:
        """Return the value for a number in the target, with what would end its path or query value encoded."""
        value, is_of_path = taken[int(number[1])], int(number[1]) < of_path
        is_in_query = "?" in self.target[: number.start()]
        if is_of_path and is_in_query:
            return _OF_QUERY.sub(_quoted, value)
        if not (is_of_path or is_in_query):
            return _OF_PATH.sub(_quoted, value.replace("+", "%20"))
        return value

    @property
    def forwards_query(self) -> bool:
        """Whether a redirect keeps the visitor's query: it does unless the rule or its target has a query."""
        return not self.query and "?" not in self.target


def _quoted(found: re.Match[str]) -> str:
    return quote(found[0])


def bare_path(path: str) -> str:
    """Return a path without the slash at its end; `/` stays."""
    return path.removesuffix("/") or "/"


def _literal(path: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", canonical(path))


def _expression(part: str | Taken) -> str:
    if isinstance(part, str):
        return _literal(part)
    if part.name == "*":
        return f"{_SLASH_TOO if part.skips_slash else ''}(.*)"
    return "([^/]+)"


def _either_slash(expression: str) -> str:
    """Return the expression for a path with a slash at its end and without: `/a/*` matches `/a`, with an empty rest."""
    rest = r"\/(.*)"
    if expression in (r"\/", rest, rf"\/{rest}"):
        return expression
    if expression.endswith(rest):
        return expression.removesuffix(rest) + r"(?:\/|$)(.*)"
    return expression if expression.endswith("(.*)") else expression.removesuffix(r"\/") + _SLASH_TOO


@dataclass(frozen=True)
class Fallback:
    """The page that answers where there is no file.

    Attributes:
        where: its place, for people.
        page: the page's path.
        status: 200 or 404.
    """

    where: str
    page: str
    status: int


@dataclass(frozen=True)
class Ignored:
    """A rule that has no effect at this edge, and is left out.

    Attributes:
        where: its place, for people.
        why: the reason, as the rest of a sentence; empty if nobody has to know.
    """

    where: str
    why: str = ""
