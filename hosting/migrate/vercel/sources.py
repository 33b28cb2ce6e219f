r"""Reads a `source` of vercel.json as Vercel does: with path-to-regexp 6.1, strict and case-sensitive.

https://github.com/vercel/vercel/blob/main/packages/routing-utils/src/superstatic.ts has the options, and
https://github.com/pillarjs/path-to-regexp/blob/v6.1.0/src/index.ts the syntax: `:name`, `:name(\d+)`, `(.*)`,
`{-:name}?`, and the modifiers `?`, `*` and `+`. A slash or a dot before a parameter belongs to it.
"""

from __future__ import annotations

import re
from itertools import count, product
from typing import TYPE_CHECKING, NamedTuple

from hosting.migrate.path_patterns import (
    MOST_ALTERNATIVES,
    REST,
    SEGMENT,
    Hole,
    NotExpressibleError,
    Parts,
    PathPattern,
)
from hosting.migrate.regex_forms import group_forms, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIXES = "./"
_VALUE = "value"
_NAME = re.compile(r":(\w+)", re.ASCII)
_MODIFIER = re.compile(r"[?*+]")


class _Parameter(NamedTuple):
    """A parameter of a source.

    Attributes:
        name: its name; empty if it has none.
        prefix: text before it that belongs to it.
        pattern: its regular expression; empty for one name of the path.
        suffix: text after it that belongs to it.
        modifier: `?`, `*`, `+` or empty.
        is_text: whether it has braces around text alone.
    """

    name: str
    prefix: str
    pattern: str
    suffix: str
    modifier: str
    is_text: bool = False


def source_patterns(source: str) -> list[PathPattern]:
    """Return the alternatives of a source.

    Raises:
        NotExpressibleError: Vercel would refuse it, or it has too many alternatives.
    """
    numbers, parameters = count(1), count(1)
    forms: list[PathPattern] = [PathPattern(())]
    for token in _tokens(source):
        following = [PathPattern((token,))] if isinstance(token, str) else _forms(token, numbers)
        if not isinstance(token, str) and not token.is_text:
            number = next(parameters)
            following = [_named(form, token.name, number) for form in following]
        forms = [PathPattern((*a.parts, *b.parts), {**a.values, **b.values}) for a, b in product(forms, following)]
        if len(forms) > MOST_ALTERNATIVES:
            raise NotExpressibleError(f"has more than {MOST_ALTERNATIVES} alternatives")
    patterns = [PathPattern(joined(form.parts), form.values) for form in forms]
    # An alternative without its leading slash, such as that of `/:path*` without a path, matches no path.
    return [pattern for pattern in patterns if pattern.begins_with_slash]


def _named(form: PathPattern, name: str, number: int) -> PathPattern:
    """Return the form of a parameter with its value by name and by number."""
    value = form.values[_VALUE]
    return PathPattern(form.parts, {str(number): value, **({name: value} if name else {})})


def _forms(parameter: _Parameter, numbers: Iterator[int]) -> list[PathPattern]:
    """Return the alternatives of a parameter, each with its value."""
    if parameter.is_text:
        found: list[Parts] = [()]
    elif parameter.modifier in ("*", "+"):
        found = [(_repeated(parameter, numbers),)]
    elif parameter.pattern:
        found = group_forms(parameter.pattern, numbers)
    else:
        found = [(Hole(next(numbers), SEGMENT),)]
    forms = [PathPattern((parameter.prefix, *value, parameter.suffix), {_VALUE: value}) for value in found]
    forms = [PathPattern(form.parts) for form in forms] if parameter.is_text else forms
    nothing: dict[str, Parts] = {} if parameter.is_text else {_VALUE: ()}
    return [PathPattern((), nothing), *forms] if parameter.modifier in ("?", "*") else forms


def _repeated(parameter: _Parameter, numbers: Iterator[int]) -> Hole:
    """Return the hole of a repeated parameter: with a slash before each name, it is the rest of the path."""
    if parameter.prefix == "/" and not parameter.suffix and parameter.pattern in ("", REST):
        return Hole(next(numbers), REST)
    one = parameter.pattern or SEGMENT
    between = re.escape(parameter.suffix + parameter.prefix)
    return Hole(next(numbers), f"(?:{one})(?:{between}(?:{one}))*")


def _tokens(source: str) -> Iterator[str | _Parameter]:
    return _Parser(source).tokens()


class _Parser:
    """Parses one source."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._position = 0

    def tokens(self) -> Iterator[str | _Parameter]:
        while self._position < len(self._source):
            if self._peek() == "{":
                yield self._group()
                continue
            prefix = self._peek() if self._peek() in _PREFIXES and self._begins_parameter(self._position + 1) else ""
            if prefix or self._begins_parameter(self._position):
                self._position += len(prefix)
                name, pattern = self._name_and_pattern()
                yield _Parameter(name, prefix, pattern, "", self._modifier())
            else:
                yield self._char()

    def _peek(self) -> str:
        return self._source[self._position : self._position + 1]

    def _begins_parameter(self, position: int) -> bool:
        return self._source.startswith("(", position) or _NAME.match(self._source, position) is not None

    def _char(self) -> str:
        char = self._peek()
        if char == "\\":
            self._position += 1
            char = self._peek()
        elif char in "*+?}:":
            self._refuse()
        self._position += 1
        return char

    def _refuse(self) -> None:
        raise NotExpressibleError(
            f"has '{self._source[self._position : self._position + 8]}', where Vercel's syntax has no such character"
        )

    def _name_and_pattern(self) -> tuple[str, str]:
        found = _NAME.match(self._source, self._position)
        if found:
            self._position = found.end()
        return (found[1] if found else ""), self._pattern()

    def _pattern(self) -> str:
        """Return the regular expression in parentheses; empty without one."""
        if self._peek() != "(":
            return ""
        start, depth = self._position + 1, 0
        while self._position < len(self._source):
            char = self._peek()
            self._position += 2 if char == "\\" else 1
            depth += {"(": 1, ")": -1}.get(char, 0)
            if depth == 0:
                pattern = self._source[start : self._position - 1]
                # Vercel refuses `(?:js|css)`, which people write nevertheless.
                return pattern.removeprefix("?:") or REST
        raise NotExpressibleError("has a parenthesis without its end")

    def _modifier(self) -> str:
        found = _MODIFIER.match(self._source, self._position)
        if found:
            self._position = found.end()
        return found[0] if found else ""

    def _group(self) -> _Parameter:
        """Return the parameter in braces: `{-:name}?`, or `{text}?`."""
        self._position += 1
        prefix = self._text()
        has_parameter = self._begins_parameter(self._position)
        name, pattern = self._name_and_pattern() if has_parameter else ("", "")
        suffix = self._text()
        if self._peek() != "}":
            self._refuse()
        self._position += 1
        return _Parameter(name, prefix, pattern, suffix, self._modifier(), is_text=not has_parameter)

    def _text(self) -> str:
        start = []
        while self._peek() and self._peek() not in "{}" and not self._begins_parameter(self._position):
            start.append(self._char())
        return "".join(start)
