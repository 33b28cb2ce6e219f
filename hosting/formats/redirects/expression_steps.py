"""Bounds the steps that a regular expression can take on the longest path, from its structure alone.

Python, Node and CloudFront's engine backtrack, so the steps of `.*.*x` grow with the square of the path's length. The
expression is parsed into a tree. Each part that can match in more than one way multiplies the steps of the parts after
it. The supported language is the part of the syntax with the same meaning in Python and JavaScript.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from math import prod

# The longest URL that CloudFront accepts, in bytes:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-general
LONGEST_PATH = 8_192
# The characters of a canonical path.
_VISIBLE = "".join(map(chr, range(0x21, 0x7F)))
# What can come next: "" is the end of the path, and an empty set is the end of the expression.
_END = frozenset({""})
_UNKNOWN = frozenset(_VISIBLE) | _END
_SUCCESS: frozenset[str] = frozenset()
_TOKEN = re.compile(
    r"""
    (?P<character>\[\^?(?:\\[dDwWsS]|\\[^A-Za-z0-9\s]|[^\]\\\[\s])+\]|\\[dDwWsS]|\\[^A-Za-z0-9\s]|[^\\\[\](){}*+?|^$\s])
    |(?P<anchor>\\[bB]|[\^$])
    |(?P<open>\((?:\?[:=!])?)
    |(?P<bar>\|)
    |(?P<close>\))
    |(?P<times>(?:[*+?]|\{\d{1,3}(?:,\d{0,3})?\})\??)
    """,
    re.VERBOSE | re.ASCII,
)
_COUNTS = {"*": (0, None), "+": (1, None), "?": (0, 1)}


class ExpressionError(Exception):
    """An expression outside of the supported language. The message continues a sentence about the rule."""


@dataclass(frozen=True)
class _Character:
    """A token that matches one character, or an anchor.

    Attributes:
        text: the token's text.
        is_anchor: whether it matches a position instead of a character.
    """

    text: str
    is_anchor: bool = False

    @cached_property
    def chars(self) -> frozenset[str]:
        if self.is_anchor:
            return _END if self.text == "$" else _UNKNOWN
        return frozenset(char for char in _VISIBLE if re.fullmatch(self.text, char, re.ASCII))


@dataclass(frozen=True)
class _Group:
    """Alternatives in parentheses.

    Attributes:
        alternatives: sequences of nodes.
        is_lookahead: whether it matches a position instead of characters.
    """

    alternatives: tuple[tuple[_Node, ...], ...]
    is_lookahead: bool = False


@dataclass(frozen=True)
class _Repeat:
    """A node with a quantifier.

    Attributes:
        node: the repeated node.
        least: the minimum number of repetitions.
        most: the maximum number of repetitions; None if unlimited.
    """

    node: _Character | _Group
    least: int
    most: int | None


_Node = _Character | _Group | _Repeat


def max_steps(expression: str) -> int:
    """Return an upper bound on the steps of a search in the longest path. Python must accept the expression.

    Raises:
        ExpressionError: the expression is outside of the supported language.
    """
    total = 0
    for sequence in _Parser(expression).alternatives():
        is_anchored = sequence[:1] == (_Character("^", is_anchor=True),)
        total += _steps(sequence, _SUCCESS, _certain_from(sequence)) * (1 if is_anchored else LONGEST_PATH)
    return total


def with_encoded_plus(expression: str) -> str:
    """Return an expression for canonical paths, which have `%2B` in place of `+`. Python must accept the expression.

    A part that matches a plus sign, but not the first character of `%2B`, matches `%2B` too.
    """

    def replaced(token: re.Match[str]) -> str:
        is_plus_only = token["character"] and {"+", "%"} & _Character(token[0]).chars == {"+"}
        return f"(?:{token[0]}|%2B)" if is_plus_only else token[0]

    return _TOKEN.sub(replaced, expression)


def _certain_from(sequence: tuple[_Node, ...]) -> int:
    """Return the index from which a sequence can't fail, as in `.*$`: the engine gets there only once."""
    end = len(sequence) - (sequence[-1:] == (_Character("$", is_anchor=True),))
    start = end
    while start and _matches_anything(sequence[start - 1]):
        start -= 1
    return start if start < end else len(sequence)


def _matches_anything(node: _Node) -> bool:
    """Whether a node is `.*`, or a group that has only that."""
    if isinstance(node, _Group):
        is_plain = len(node.alternatives) == 1 and not node.is_lookahead
        return is_plain and all(map(_matches_anything, node.alternatives[0]))
    if not isinstance(node, _Repeat) or node.least or node.most is not None:
        return False
    return isinstance(node.node, _Character) and len(node.node.chars) == len(_VISIBLE)


class _Parser:
    """Parses an expression into a tree."""

    def __init__(self, expression: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while position < len(expression):
            found = _TOKEN.match(expression, position)
            if found is None or not expression.isascii():
                raise ExpressionError(f"has '{expression[position : position + 4]}' in its regular expression")
            self._tokens.append((str(found.lastgroup), found[0]))
            position = found.end()
        self._tokens.append(("end", ""))

    def alternatives(self) -> tuple[tuple[_Node, ...], ...]:
        alternatives = [self._sequence()]
        while self._tokens[0][0] == "bar":
            self._tokens.pop(0)
            alternatives.append(self._sequence())
        return tuple(alternatives)

    def _sequence(self) -> tuple[_Node, ...]:
        nodes: list[_Node] = []
        while self._tokens[0][0] in ("character", "anchor", "open", "times"):
            kind, text = self._tokens.pop(0)
            if kind == "times":
                nodes.append(_repeated(nodes, text))
            elif kind == "open":
                nodes.append(_Group(self.alternatives(), text in ("(?=", "(?!")))
                self._tokens.pop(0)
            else:
                nodes.append(_Character(text, kind == "anchor"))
        return tuple(nodes)


def _repeated(nodes: list[_Node], text: str) -> _Repeat:
    """Remove the last node from ``nodes``, and return it with a quantifier."""
    node = nodes.pop() if nodes else None
    if not isinstance(node, _Character | _Group) or _can_be_empty(node):
        raise ExpressionError(f"has '{text}' in its regular expression after something that can't be repeated")
    least, most = _COUNTS.get(text[0]) or _bounds(text)
    if most != 1 and isinstance(node, _Group) and _is_variable(node):
        raise ExpressionError(
            f"repeats a group that matches in more than one way ('){text}') in its regular expression"
        )
    return _Repeat(node, least, most)


def _bounds(text: str) -> tuple[int, int | None]:
    least, comma, most = text.strip("{}?").partition(",")
    return int(least), (int(most) if most else None) if comma else int(least)


def _can_be_empty(node: _Node) -> bool:
    """Whether a node can match without consuming a character."""
    if isinstance(node, _Character):
        return node.is_anchor
    if isinstance(node, _Repeat):
        return node.least == 0
    return node.is_lookahead or any(all(map(_can_be_empty, sequence)) for sequence in node.alternatives)


def _is_variable(node: _Node) -> bool:
    """Whether a node has a quantifier or alternatives. A lookahead is tried only once."""
    if isinstance(node, _Character) or (isinstance(node, _Group) and node.is_lookahead):
        return False
    return isinstance(node, _Repeat) or len(node.alternatives) > 1 or any(map(_is_variable, node.alternatives[0]))


def _first(sequence: tuple[_Node, ...], follow: frozenset[str]) -> frozenset[str]:
    """Return the characters that a sequence can begin with, with ``follow`` after it."""
    found: frozenset[str] = frozenset()
    for node in sequence:
        inner = node.node if isinstance(node, _Repeat) else node
        if isinstance(inner, _Character):
            found |= inner.chars
        elif inner.is_lookahead:
            return _UNKNOWN
        else:
            found = found.union(*(_first(alternative, _SUCCESS) for alternative in inner.alternatives))
        if isinstance(node, _Character) or not _can_be_empty(node):
            return found
    return found | follow


def _ways(node: _Node, follow: frozenset[str]) -> int:
    """Return in how many ways a node can match at one position: one if the next character decides where it ends."""
    if isinstance(node, _Character) or (isinstance(node, _Group) and node.is_lookahead):
        return 1
    if isinstance(node, _Group):
        return sum(_ways_of(sequence, follow) for sequence in node.alternatives)
    if isinstance(node.node, _Character) and not node.node.chars & follow:
        return 1
    loops = LONGEST_PATH if node.most is None else node.most - node.least
    return (loops + 1) * _ways(node.node, follow)


def _ways_of(sequence: tuple[_Node, ...], follow: frozenset[str]) -> int:
    return prod(_ways(node, _first(sequence[index + 1 :], follow)) for index, node in enumerate(sequence))


def _steps(sequence: tuple[_Node, ...], follow: frozenset[str], certain_from: int | None = None) -> int:
    """Return the steps of a sequence at one position: those of each node, for each way to reach it."""
    total, ways = 1, 1
    for index, node in enumerate(sequence):
        after = _first(sequence[index + 1 :], follow)
        if certain_from is not None and index >= certain_from:
            ways = 1
        total += ways * _steps_of(node, after)
        ways *= _ways(node, after)
    return total


def _steps_of(node: _Node, follow: frozenset[str]) -> int:
    if isinstance(node, _Character):
        return 1
    if isinstance(node, _Repeat):
        return (LONGEST_PATH if node.most is None else node.most) * _steps_of(node.node, follow)
    inner = _SUCCESS if node.is_lookahead else follow
    return sum(_steps(sequence, inner) for sequence in node.alternatives)
