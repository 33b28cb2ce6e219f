"""How many steps a regular expression can take on the longest path, from its structure alone.

Python, Node and CloudFront's engine try alternatives one by one, so `.*.*x` takes a number of steps that grows with the
square of the path's length. The expression is parsed into a tree, and each part that can match in more than one way
multiplies the steps of all that follows it. The language is the part that Python and JavaScript read alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from math import prod

# CloudFront takes URLs of 8,192 bytes:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-general
LONGEST_PATH = 8_192
# All that a canonical path holds.
_VISIBLE = "".join(map(chr, range(0x21, 0x7F)))
# What can come next: "" is the end of the path, and nothing at all is success.
_END = frozenset({""})
_UNKNOWN = frozenset(_VISIBLE) | _END
_SUCCESS: frozenset[str] = frozenset()
_TOKEN = re.compile(
    r"""
    (?P<one>\[\^?(?:\\[dDwWsS]|\\[^A-Za-z0-9\s]|[^\]\\\[\s])+\]|\\[dDwWsS]|\\[^A-Za-z0-9\s]|[^\\\[\](){}*+?|^$\s])
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
    """An expression outside of the language; the message says what it has."""


@dataclass(frozen=True)
class _One:
    """What matches one character, or none if it is an anchor.

    Attributes:
        text: as written.
        is_anchor: it takes nothing.
    """

    text: str
    is_anchor: bool = False

    @cached_property
    def chars(self) -> frozenset[str]:
        if self.is_anchor:
            return _END if self.text == "$" else _UNKNOWN
        return frozenset(one for one in _VISIBLE if re.fullmatch(self.text, one, re.ASCII))


@dataclass(frozen=True)
class _Group:
    """Alternatives in parentheses.

    Attributes:
        alternatives: sequences of nodes.
        looks_ahead: it takes nothing.
    """

    alternatives: tuple[tuple[_Node, ...], ...]
    looks_ahead: bool = False


@dataclass(frozen=True)
class _Repeat:
    """A node that is repeated.

    Attributes:
        node: what is repeated.
        least: the fewest times.
        most: the most times; None has no bound.
    """

    node: _One | _Group
    least: int
    most: int | None


_Node = _One | _Group | _Repeat


def most_steps(expression: str) -> int:
    """Return a bound on the steps of a search in the longest path, of an expression that Python can compile.

    Raises:
        ExpressionError: the expression is outside of the language.
    """
    total = 0
    for sequence in _Parser(expression).alternatives():
        begins = sequence[:1] == (_One("^", is_anchor=True),)
        total += _steps(sequence, _SUCCESS, _certain_from(sequence)) * (1 if begins else LONGEST_PATH)
    return total


def _certain_from(sequence: tuple[_Node, ...]) -> int:
    """Return the index from which a whole sequence cannot fail, as in `.*$`: the engine gets there once."""
    end = len(sequence) - (sequence[-1:] == (_One("$", is_anchor=True),))
    start = end
    while start and _takes_everything(sequence[start - 1]):
        start -= 1
    return start if start < end else len(sequence)


def _takes_everything(node: _Node) -> bool:
    """Whether a node is `.*`, or a group of nothing else."""
    if isinstance(node, _Group):
        is_plain = len(node.alternatives) == 1 and not node.looks_ahead
        return is_plain and all(map(_takes_everything, node.alternatives[0]))
    if not isinstance(node, _Repeat) or node.least or node.most is not None:
        return False
    return isinstance(node.node, _One) and len(node.node.chars) == len(_VISIBLE)


class _Parser:
    """Reads an expression into a tree."""

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
        while self._tokens[0][0] in ("one", "anchor", "open", "times"):
            kind, text = self._tokens.pop(0)
            if kind == "times":
                nodes.append(_repeated(nodes, text))
            elif kind == "open":
                nodes.append(_Group(self.alternatives(), text in ("(?=", "(?!")))
                self._tokens.pop(0)
            else:
                nodes.append(_One(text, kind == "anchor"))
        return tuple(nodes)


def _repeated(nodes: list[_Node], text: str) -> _Repeat:
    """Return the last node repeated; it is taken from ``nodes``."""
    node = nodes.pop() if nodes else None
    if not isinstance(node, _One | _Group) or _takes_nothing(node):
        raise ExpressionError(f"has '{text}' after what can't be repeated in its regular expression")
    least, most = _COUNTS.get(text[0]) or _bounds(text)
    if most != 1 and isinstance(node, _Group) and _varies(node):
        raise ExpressionError(
            f"repeats a group that matches in more than one way ('){text}') in its regular expression"
        )
    return _Repeat(node, least, most)


def _bounds(text: str) -> tuple[int, int | None]:
    least, comma, most = text.strip("{}?").partition(",")
    return int(least), (int(most) if most else None) if comma else int(least)


def _takes_nothing(node: _Node) -> bool:
    """Whether a node can match without taking a character."""
    if isinstance(node, _One):
        return node.is_anchor
    if isinstance(node, _Repeat):
        return node.least == 0
    return node.looks_ahead or any(all(map(_takes_nothing, sequence)) for sequence in node.alternatives)


def _varies(node: _Node) -> bool:
    """Whether a node has a quantifier or alternatives. A lookahead is tried once, whatever it has."""
    if isinstance(node, _One) or (isinstance(node, _Group) and node.looks_ahead):
        return False
    return isinstance(node, _Repeat) or len(node.alternatives) > 1 or any(map(_varies, node.alternatives[0]))


def _first(sequence: tuple[_Node, ...], follow: frozenset[str]) -> frozenset[str]:
    """Return the characters that a sequence, and ``follow`` after it, can begin with."""
    found: frozenset[str] = frozenset()
    for node in sequence:
        inner = node.node if isinstance(node, _Repeat) else node
        if isinstance(inner, _One):
            found |= inner.chars
        elif inner.looks_ahead:
            return _UNKNOWN
        else:
            found = found.union(*(_first(one, _SUCCESS) for one in inner.alternatives))
        if isinstance(node, _One) or not _takes_nothing(node):
            return found
    return found | follow


def _ways(node: _Node, follow: frozenset[str]) -> int:
    """Return in how many ways a node can match at one place: one if what follows decides where it ends."""
    if isinstance(node, _One) or (isinstance(node, _Group) and node.looks_ahead):
        return 1
    if isinstance(node, _Group):
        return sum(_ways_of(sequence, follow) for sequence in node.alternatives)
    if isinstance(node.node, _One) and not node.node.chars & follow:
        return 1
    loops = LONGEST_PATH if node.most is None else node.most - node.least
    return (loops + 1) * _ways(node.node, follow)


def _ways_of(sequence: tuple[_Node, ...], follow: frozenset[str]) -> int:
    return prod(_ways(node, _first(sequence[index + 1 :], follow)) for index, node in enumerate(sequence))


def _steps(sequence: tuple[_Node, ...], follow: frozenset[str], certain_from: int | None = None) -> int:
    """Return the steps of a sequence at one place: those of each node, for each way that leads to it."""
    total, ways = 1, 1
    for index, node in enumerate(sequence):
        after = _first(sequence[index + 1 :], follow)
        if certain_from is not None and index >= certain_from:
            ways = 1
        total += ways * _steps_of(node, after)
        ways *= _ways(node, after)
    return total


def _steps_of(node: _Node, follow: frozenset[str]) -> int:
    if isinstance(node, _One):
        return 1
    if isinstance(node, _Repeat):
        return (LONGEST_PATH if node.most is None else node.most) * _steps_of(node.node, follow)
    inner = _SUCCESS if node.looks_ahead else follow
    return sum(_steps(sequence, inner) for sequence in node.alternatives)
