"""Reads a regular expression of another host as a list of path patterns.

`.*` and `[^/]+` become holes, `(js|css)` alternatives, and an escaped dot a dot. What has no such form stays a regular
expression in a hole.
"""

from __future__ import annotations

import re
import warnings
from itertools import accumulate, product
from typing import TYPE_CHECKING

from hosting.migrate.path_patterns import (
    MOST_ALTERNATIVES,
    REST,
    SEGMENT,
    Hole,
    NotExpressibleError,
    Parts,
    PathPattern,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TOKEN = re.compile(
    r"""
    (?P<open>\((?:\?(?:[:=!]|<[=!]|P?<[A-Za-z]\w*>))?)
    |(?P<close>\))
    |(?P<bar>\|)
    |(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])
    |(?P<escape>\\.)
    |(?P<anchor>[\^$])
    |(?P<dot>\.)
    |(?P<text>[^\\()|\[\]^$.*+?{}])
    |(?P<brace>[{}\]])
    """,
    re.VERBOSE | re.DOTALL,
)
_TIMES = re.compile(r"([*+?]|\{\d+(?:,\d*)?\})\??")
# Spellings of one name of the path.
_SEGMENTS = re.compile(r"\[\^\\?/(?:\\?[?#])*\]")
_CAPTURING = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?P?<[A-Za-z]\w*>|(?!\?))", re.DOTALL)
_LITERAL_ESCAPE = re.compile(r"\\[^A-Za-z0-9]")
_NAMED = re.compile(r"\(\?P?<([A-Za-z]\w*)>")
_JAVASCRIPT_NAME = re.compile(r"\(\?<(?=[A-Za-z])")
_DEEPEST = 20


class _OpaqueError(Exception):
    """The part has no form but its regular expression."""


class _Form:
    """One alternative of a part: its parts, and the values of the groups in it."""

    def __init__(self, parts: Parts = (), values: dict[str, Parts] | None = None) -> None:
        self.parts = parts
        self.values = values or {}

    def __add__(self, other: _Form) -> _Form:
        return _Form((*self.parts, *other.parts), {**self.values, **other.values})


def regex_patterns(expression: str) -> list[PathPattern]:
    """Return the alternatives of a regular expression for whole paths; anchors at its ends make no difference.

    Raises:
        NotExpressibleError: it is not a regular expression.
    """
    text = expression.removeprefix("^")
    text = text[:-1] if text.endswith("$") and not text.endswith("\\$") else text
    return [PathPattern(joined(form.parts), form.values) for form in _forms_of(text)]


def group_forms(expression: str, numbers: Iterator[int]) -> list[Parts]:
    """Return the alternatives of the text that a group matches; ``numbers`` are those of the holes.

    Raises:
        NotExpressibleError: it is not a regular expression.
    """
    return [joined(form.parts) for form in _forms_of(expression, numbers)]


def joined(parts: Sequence[str | Hole]) -> Parts:
    """Return the parts with adjacent texts as one text."""
    result: list[str | Hole] = []
    for part in parts:
        if isinstance(part, str) and result and isinstance(result[-1], str):
            result[-1] += part
        elif part != "":
            result.append(part)
    return tuple(result)


def compiled(text: str) -> re.Pattern[str]:
    """Return a regular expression, without the warnings of Python about what it may read differently later: `[[]`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(text)


def _forms_of(text: str, numbers: Iterator[int] | None = None) -> list[_Form]:
    try:
        compiled(_JAVASCRIPT_NAME.sub("(?P<", text))
    except (re.error, RecursionError, OverflowError) as error:
        raise NotExpressibleError(f"has '{text}', which is not a regular expression") from error
    reader = _Reader(text, numbers)
    try:
        return reader.alternatives()
    except _OpaqueError:
        return [_Form((reader.hole(text),))]


class _Reader:
    """Reads one expression."""

    def __init__(self, text: str, numbers: Iterator[int] | None) -> None:
        self._text = text
        self._position = 0
        self._groups = 0
        self._depth = 0
        self._numbers = numbers or iter(range(1, 10_000))

    def hole(self, expression: str) -> Hole:
        """Return a new hole. Groups in the expression get no number."""
        return Hole(next(self._numbers), _CAPTURING.sub(_without_capture, expression))

    def alternatives(self) -> list[_Form]:
        forms = self._sequence()
        while self._text.startswith("|", self._position):
            self._position += 1
            forms += self._sequence()
        return _limited(forms)

    def _sequence(self) -> list[_Form]:
        forms = [_Form()]
        while self._position < len(self._text) and self._text[self._position] not in "|)":
            following = self._item()
            forms = _limited([one + two for one, two in product(forms, following)])
        return forms

    def _item(self) -> list[_Form]:
        start = self._position
        found = _TOKEN.match(self._text, start)
        if found is None:
            raise _OpaqueError
        self._position = found.end()
        kind, token = str(found.lastgroup), found[0]
        if kind == "open":
            return self._group(start, token)
        times = self._times()
        if kind == "dot":
            return self._dot(times)
        if kind == "set" and _SEGMENTS.fullmatch(token) and times in ("+", "*"):
            return [_Form((self.hole(SEGMENT),))]
        if kind in ("set", "brace", "anchor") or (kind == "escape" and not _LITERAL_ESCAPE.fullmatch(token)):
            return [_Form((self._class_hole(kind, start),))]
        char = _Form((token[-1],))
        return self._repeated([char], times, start)

    def _class_hole(self, kind: str, start: int) -> Hole:
        if kind == "anchor":
            raise _OpaqueError
        return self.hole(self._text[start : self._position])

    def _dot(self, times: str) -> list[_Form]:
        """Return the forms of a dot. Alone it nearly always stands for the dot of an extension: `.*.js`."""
        if times in ("*", "+"):
            return [_Form((self.hole(f".{times}" if times == "+" else REST),))]
        return [_Form((".",))] if not times else [_Form(), _Form((".",))] if times == "?" else self._opaque()

    def _opaque(self) -> list[_Form]:
        raise _OpaqueError

    def _times(self) -> str:
        found = _TIMES.match(self._text, self._position)
        if found is None:
            return ""
        self._position = found.end()
        return found[1]

    def _group(self, start: int, opening: str) -> list[_Form]:
        if opening.startswith(("(?=", "(?!", "(?<=", "(?<!")):
            raise _OpaqueError
        names = self._names(opening)
        inside, groups = self._position, self._groups
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _OpaqueError
        try:
            forms = self.alternatives()
        except _OpaqueError:
            self._position = _end_of_group(self._text, inside)
            content = self._text[inside : self._position]
            self._groups = groups + sum(found[0].startswith("(") for found in _CAPTURING.finditer(content))
            forms = [_Form((self.hole(content),))]
        self._depth -= 1
        self._position += 1
        forms = [_Form(form.parts, {**form.values, **dict.fromkeys(names, form.parts)}) for form in forms]
        return self._repeated(forms, self._times(), start, names)

    def _names(self, opening: str) -> list[str]:
        if opening == "(?:":
            return []
        self._groups += 1
        named = _NAMED.match(opening)
        return [str(self._groups), *([named[1]] if named else [])]

    def _repeated(self, forms: list[_Form], times: str, start: int, names: Sequence[str] = ()) -> list[_Form]:
        if not times:
            return forms
        if times == "?":
            empty: dict[str, Parts] = dict.fromkeys(names, ())
            return _limited([_Form((), empty), *forms])
        hole = self.hole(self._text[start : self._position])
        return [_Form((hole,))]


def _limited(forms: list[_Form]) -> list[_Form]:
    if len(forms) > MOST_ALTERNATIVES:
        raise _OpaqueError
    return forms


def _end_of_group(text: str, position: int) -> int:
    """Return the position of the parenthesis that ends the group; the expression is known to be valid."""
    tokens = list(_TOKEN.finditer(text, position))
    depths = accumulate({"open": 1, "close": -1}.get(str(token.lastgroup), 0) for token in tokens)
    return next(token.start() for token, depth in zip(tokens, depths, strict=True) if depth < 0)


def _without_capture(found: re.Match[str]) -> str:
    return "(?:" if found[0].startswith("(") else found[0]
