"""Reads literals in TypeScript and JavaScript: the arguments of `new Name(...)`, and the objects that functions return.

Strings, template strings without `${`, `true`, `false`, arrays and objects are literals, and so is the name of a
`const` with such a value in the same file. Anything else is an ``Expression``. Any text can be read: brackets and
quotes that nothing closes end with the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

_TOKEN = re.compile(
    r"(?P<comment>//[^\n]*|/\*(?:.*?\*/|.*))"
    r"""|(?P<text>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|`(?:\\.|[^`\\])*`?)"""
    r"|(?P<word>[\w$]+(?:\.[\w$]+)*)|(?P<sign>\.\.\.|\S)",
    re.DOTALL,
)
_CLOSED = re.compile(r"""(["'`])(?:\\.|(?!\1)[^\\])*\1""", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,5})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
# https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/String#escape_sequences
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_CONSTANTS = {"true": True, "false": False, "undefined": None, "null": None}
_OPENING, _CLOSING = {"(", "[", "{"}, {")", "]", "}"}
_HOLE = re.compile(r"\$\{\s*([\w$.]+)\s*\}")
_LONGEST_SHOWN = 80
_LONGEST_FILLED = 1_000
_MOST_TOKENS = 5_000
_MOST_DECLARED = 500
_DEEPEST = 50
Tokens = list[re.Match[str]]


@dataclass(frozen=True)
class Expression:
    """A value that is not a literal.

    Attributes:
        shown: its source text for messages; empty if it is long, or has a text or a number, which may be secrets.
        template: the content of a template string with holes; else empty.
    """

    shown: str
    template: str = field(default="", repr=False, compare=False)

    def __str__(self) -> str:
        """Return the words for a message."""
        return f"an expression (`{self.shown}`)" if self.shown else "an expression"


@dataclass(frozen=True)
class Construction:
    """A `new Name(...)`: the name, with its namespaces, and the arguments."""

    name: str
    arguments: Sequence[Any]


def constructions(source: str, names: Collection[str]) -> Iterator[Construction]:
    """Yield each `new` of a name, with or without namespaces; one among the arguments of another is left out."""
    tokens, index = _tokens(source), 0
    declared = _declared(tokens)
    while index + 2 < len(tokens):
        new, name, bracket = tokens[index : index + 3]
        if new[0] == "new" and name["word"] and name[0].rpartition(".")[2] in names and bracket[0] == "(":
            end = _end(tokens, index + 2)
            arguments = [_value(part) for part in _split(tokens[index + 3 : end])]
            yield Construction(name[0], _resolved(arguments, declared))
            index = end
        index += 1


def returned_objects(source: str) -> Iterator[dict[str, Any]]:
    """Yield the objects that functions return; one inside another is left out."""
    tokens, index = _tokens(source), 0
    declared = _declared(tokens)
    while index + 1 < len(tokens):
        if tokens[index][0] == "return" and tokens[index + 1][0] == "{":
            end = _end(tokens, index + 1)
            yield _resolved(_object(tokens[index + 2 : end]), declared)
            index = end
        index += 1


def _declared(tokens: Tokens) -> dict[str, Any]:
    """Return the values of `const` that are literals; a name that is declared twice is unknown."""
    values: dict[str, Any] = {}
    texts: dict[str, str] = {}
    places = [index for index, token in enumerate(tokens[:-1]) if token[0] in ("const", "let", "var")]
    for index in places[:_MOST_DECLARED]:
        name = tokens[index + 1][0]
        value = _assigned(tokens[index + 2 : index + _MOST_DECLARED]) if tokens[index][0] == "const" else None
        resolved = _resolved(value, texts)
        values[name] = None if name in values or isinstance(resolved, Expression) else resolved
        if isinstance(values[name], str):
            texts[name] = values[name]
        else:
            texts.pop(name, None)
    return values


def _assigned(tokens: Tokens) -> Any:  # noqa: ANN401 - any literal
    """Return the text, list or object after `=`, or after a type of one word and `=`; None for anything else."""
    start = 2 if tokens and tokens[0][0] == ":" else 0
    if len(tokens) <= start + 1 or tokens[start][0] != "=":
        return None
    first = tokens[start + 1]
    end = _end(tokens, start + 1) if first[0] in ("{", "[") else start + 1 if first["text"] else len(tokens)
    after = tokens[end + 1 :]
    if [token[0] for token in after[:2]] == ["as", "const"]:
        end, after = end + 2, after[2:]
    is_whole = bool(after) and (after[0][0] in (";", "}") or _begins_line(tokens[end], after[0]))
    return _value(tokens[start + 1 : end + 1]) if is_whole else None


def _begins_line(before: re.Match[str], token: re.Match[str]) -> bool:
    """Return whether a statement begins with a word on a line of its own."""
    return bool(token["word"]) and "\n" in token.string[before.end() : token.start()]


def _resolved(value: Any, declared: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any literal
    """Return a value with what is declared in place of its name, and in the holes of template strings."""
    if isinstance(value, list):
        return [_resolved(one, declared) for one in value]
    if isinstance(value, dict):
        return {key: _resolved(one, declared) for key, one in value.items()}
    if not isinstance(value, Expression):
        return value
    if not value.template:
        found = _member(value.shown, declared)
        return value if found is None else found
    names = _HOLE.findall(value.template)
    texts = {name: found for name in names if isinstance(found := _member(name, declared), str)}
    filled = _HOLE.sub(lambda hole: texts.get(hole[1], "${"), value.template)
    return filled if "${" not in filled and len(filled) <= _LONGEST_FILLED else value


def _member(name: str, declared: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any literal
    """Return what is declared for a name such as `domain` or `domains.live`; None if nothing is."""
    found: Any = declared
    for key in name.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _tokens(source: str) -> Tokens:
    return [token for token in _TOKEN.finditer(source) if token.lastgroup != "comment"]


def _depth(token: re.Match[str]) -> int:
    return (token["sign"] in _OPENING) - (token["sign"] in _CLOSING)


def _end(tokens: Tokens, start: int) -> int:
    """Return the index of the bracket that closes the one at ``start``."""
    depth = 0
    for index in range(start, len(tokens)):
        depth += _depth(tokens[index])
        if depth == 0:
            return index
    return len(tokens)


def _split(tokens: Tokens) -> list[Tokens]:
    """Return the parts between the commas outside of brackets."""
    parts: list[Tokens] = [[]]
    depth = 0
    for token in tokens:
        depth += _depth(token)
        if token[0] == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def _value(tokens: Tokens, depth: int = 0) -> Any:  # noqa: ANN401 - any literal
    while len(tokens) > 2 and tokens[-2][0] in ("as", "satisfies"):  # noqa: PLR2004 - a value, the word and the type
        tokens = tokens[:-2]
    first = tokens[0]
    if len(tokens) == 1 and (first["text"] or first[0] in _CONSTANTS):
        return _text(first[0]) if first["text"] else _CONSTANTS[first[0]]
    is_short = len(tokens) <= _MOST_TOKENS and depth < _DEEPEST
    if first[0] in ("{", "[") and is_short and _end(tokens, 0) == len(tokens) - 1:
        inside = tokens[1:-1]
        return _object(inside, depth + 1) if first[0] == "{" else [_value(part, depth + 1) for part in _split(inside)]
    return Expression(_shown(tokens))


def _object(tokens: Tokens, depth: int = 0) -> dict[str, Any]:
    """Return the entries of an object, without those that are undefined."""
    entries: dict[str, Any] = {}
    for part in _split(tokens):
        key = _text(part[0][0]) if part[0]["text"] else part[0][0] if part[0]["word"] else Expression(_shown(part))
        is_pair = len(part) > 2 and part[1][0] == ":"  # noqa: PLR2004 - key, colon and value
        value = _value(part[2:], depth) if is_pair else Expression(_shown(part))
        if value is not None:
            entries[str(key)] = value
    return entries


def _text(quoted: str) -> str | Expression:
    is_closed = _CLOSED.fullmatch(quoted)
    if not is_closed or (quoted[0] == "`" and "${" in quoted):
        return Expression("", template=quoted[1:-1] if is_closed and "\\" not in quoted else "")
    return _ESCAPE.sub(_unescaped, quoted[1:-1])


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2] or escape[3]
    return chr(int(code, 16)) if code else _ESCAPED.get(escape[4], escape[4])


def _shown(tokens: Tokens) -> str:
    """Return source text for a message."""
    written = " ".join(tokens[0].string[tokens[0].start() : tokens[-1].end()].split())
    is_open = all(token["text"] is None and not token[0][0].isdigit() for token in tokens)
    return written if is_open and len(written) <= _LONGEST_SHOWN and "/" not in written else ""
