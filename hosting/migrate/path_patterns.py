"""Path patterns of other hosts, and how this program's rules are written for them.

A pattern of another host may have alternatives, such as `/:path*` or `/*.{js,css}`. It is a list of ``PathPattern``,
one for each alternative. Each is text with holes. A hole that matches one name of the path or the rest of the path is
a placeholder of a rule. Another hole makes a regular expression of the rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SEGMENT = "[^/]+"
REST = ".*"
_WIDE = (REST, ".+")
# More alternatives than people list extensions of files in one pattern.
MOST_ALTERNATIVES = 64
# Paths that no rule is for, unless it is for all paths.
_ROUTES = ("/q7w", "/q7w/z9", "/q7w/z9/k3")
# Characters of a path that have a meaning in Amplify's rules.
_SPECIAL_IN_RULES = {"<": "%3C", ">": "%3E", "?": "%3F", "#": "%23", " ": "%20"}
_PLACEHOLDER_OF_HEADERS = re.compile(r":[A-Za-z_]")


class NotExpressibleError(Exception):
    """No rule of this program matches the same paths. The message continues a sentence about the pattern."""


@dataclass(frozen=True)
class Hole:
    """A part of the path that the pattern leaves open.

    Attributes:
        number: a number that is unique in the pattern.
        expression: the regular expression of the texts that it matches.
    """

    number: int
    expression: str

    @property
    def is_wide(self) -> bool:
        """Whether it matches any text, with slashes."""
        return self.expression in _WIDE


Parts = tuple["str | Hole", ...]


@dataclass(frozen=True)
class Capture:
    """A reference to a part of the path in a target.

    Attributes:
        name: the name or the number of the part.
        prefix: text before the part, which an empty part does not have.
    """

    name: str
    prefix: str = ""


@dataclass(frozen=True)
class PathPattern:
    """One alternative of a pattern.

    Attributes:
        parts: text and holes, from the leading slash on.
        values: the text and holes by the name that targets use.
    """

    parts: Parts
    values: Mapping[str, Parts] = field(default_factory=dict)

    @property
    def holes(self) -> list[Hole]:
        """The holes, in their order."""
        return [part for part in self.parts if isinstance(part, Hole)]

    @property
    def begins_with_slash(self) -> bool:
        """Whether it begins with a slash, as every path does."""
        first = self.parts[0] if self.parts else ""
        return (first.expression if isinstance(first, Hole) else first).startswith("/")

    def from_root(self) -> PathPattern:
        """Return the pattern with a slash at its start, if it begins with a hole for any text."""
        first = self.parts[0] if self.parts else ""
        if not (isinstance(first, Hole) and first.is_wide):
            return self
        hole = Hole(first.number, REST)
        values = {name: tuple(hole if part == first else part for part in value) for name, value in self.values.items()}
        return PathPattern(("/", hole, *self.parts[1:]), values)

    @property
    def regex(self) -> str:
        """The pattern as a regular expression with a group for each hole."""
        parts = (f"({part.expression})" if isinstance(part, Hole) else _escaped(part) for part in self.parts)
        return f"^{''.join(parts)}$"

    def matches(self, path: str) -> bool:
        """Whether the pattern matches a path; False if its regular expression is not one of Python's."""
        try:
            return re.search(self.regex, path) is not None
        except (re.error, RecursionError, OverflowError):
            return False

    def amplify_source(self) -> str:
        """Return the source of a rule in Amplify's syntax: with placeholders, or a regular expression.

        Placeholders are numbered from 1 on, but the one for the rest of the path is `<*>`.
        """
        if not self.is_simple:
            return f"</{self.regex}/>"
        return "".join(self._placeholder(part) if isinstance(part, Hole) else _in_rule(part) for part in self.parts)

    def amplify_target(self, target: Iterable[str | Capture]) -> str:
        """Return the target of a rule in Amplify's syntax.

        Raises:
            NotExpressibleError: the pattern has no such capture.
        """
        return "".join(self._target_text(part) for part in target)

    @property
    def is_simple(self) -> bool:
        """Whether placeholders say the same as the pattern."""
        wide = [hole for hole in self.holes if hole.is_wide]
        are_known = all(hole.is_wide or hole.expression == SEGMENT for hole in self.holes)
        are_apart = not any(isinstance(one, Hole) and isinstance(two, Hole) for one, two in pairwise(self.parts))
        # `/(.+)` is not for the root page, and `/<*>` is.
        return are_known and are_apart and len(wide) <= 1 and self.regex != "^/(.+)$"

    def header_pattern(self) -> str:
        """Return the path pattern in a headers file.

        Raises:
            NotExpressibleError: a headers file has no such pattern.
        """
        written = []
        for part in self.parts:
            if isinstance(part, str) and _PLACEHOLDER_OF_HEADERS.search(part):
                raise NotExpressibleError("has a colon in its path")
            if isinstance(part, Hole) and not part.is_wide and part.expression != SEGMENT:
                raise NotExpressibleError(f"has '{part.expression}', and header patterns have only '*' and ':name'")
            hole = "" if isinstance(part, str) else "*" if part.is_wide else f":p{part.number}"
            written.append(hole or str(part).replace(" ", "%20").replace("*", "%2A"))
        return "".join(written)

    def _placeholder(self, hole: Hole) -> str:
        return "<*>" if hole.is_wide and self.is_simple else f"<{self.holes.index(hole) + 1}>"

    def _target_text(self, part: str | Capture) -> str:
        if isinstance(part, str):
            return part.replace("<", "%3C").replace(">", "%3E")
        if part.name not in self.values:
            raise NotExpressibleError(f"has no '{part.name}' in its source, which its target uses")
        value = self.values[part.name]
        texts = (self._placeholder(one) if isinstance(one, Hole) else one for one in value)
        return "".join((part.prefix if value else "", *texts))


def is_for_all_routes(patterns: Sequence[PathPattern]) -> bool:
    """Whether one of the alternatives matches each path of an app, except for those that the pattern excludes."""
    return all(any(pattern.matches(route) for pattern in patterns) for route in _ROUTES)


def _in_rule(text: str) -> str:
    return "".join(_SPECIAL_IN_RULES.get(char, char) for char in text)


def _escaped(text: str) -> str:
    """Return text for a regular expression of Python and JavaScript; `re.escape` also escapes what needs no escape."""
    return re.sub(r"[.$()*+\\|^?{}\[\]]", r"\\\g<0>", text)
