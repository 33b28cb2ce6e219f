"""The functions at the edge: small pieces of JavaScript, one after the other, as one CloudFront Function an event.

A piece is a JavaScript function that may change what it is given, and may answer in place of the origin. All of
them have to fit the function's size together, which is known before anything is touched.

The JavaScript is what `cloudfront-js-2.0` documents, and no more: no `for...of`, no spread, no destructuring, no
default parameters, no `?.`, no classes; `require` only of `crypto`, `querystring` and `buffer`; no `eval`, no timers.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hosting.errors import EdgeError

if TYPE_CHECKING:
    from collections.abc import Sequence

RUNTIME = "cloudfront-js-2.0"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-functions
MAX_BYTES = 10_240
_DATA = "$DATA"
# What more than one piece calls; each is in a file of its name, and comes along where it is called.
# One that calls another comes before it.
_SHARED = ("redirectToForm", "queryOf", "redirectTo", "canonicalPath", "routeKind")
_NAME = re.compile(r"[a-z][A-Za-z]*")
# Strings and regular expressions, in which a space is a space, and the code between them. A slash begins an expression
# after what can't end a value: nothing here divides.
_TOKENS = re.compile(
    r"""
    (?P<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)
    |(?P<expression>(?<=[(,=:\[!&|?{};>\n\ ])/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*)
    |(?P<code>[^'"`/]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_SPACE = re.compile(r"(?<![\w$+-])\ +|\ +(?![\w$+-])|(?<=[+-])\ +(?=[\w$])|(?<=[\w$])\ +(?=[+-])")
# JSON allows these two inside a string; JavaScript before ES2019 does not.
_LINE_SEPARATORS = {"\u2028": "\\u2028", "\u2029": "\\u2029"}


@dataclass(frozen=True)
class Piece:
    """A part of a function at the edge.

    Attributes:
        name: of the JavaScript function, such as ``routing``.
        code: the declaration of ``function <name>(request, visit)``, which may change ``request``. It returns
            undefined to go on with the next piece, ``request`` to go to the origin at once, or the response to answer
            with. Pieces set properties of ``visit`` for the pieces after them. In a function for responses it is
            ``function <name>(request, response)``, and its return value is ignored.
    """

    name: str
    code: str


def piece_of(file: Path, data: object) -> Piece:
    """Return the piece in ``file``, named as the file is, with ``data`` as JSON where it says ``$DATA``."""
    return Piece(file.stem, file.read_text(encoding="utf-8").replace(_DATA, as_javascript(data)))


def as_javascript(data: object) -> str:
    """Return plain data as a JavaScript expression."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character, escaped in _LINE_SEPARATORS.items():
        text = text.replace(character, escaped)
    return text


def compose(pieces: Sequence[Piece]) -> str:
    """Return the code of the viewer-request function that asks ``pieces`` in their order.

    Raises:
        EdgeError: it is larger than CloudFront takes; the message has each piece's bytes.
    """
    answers = "||".join(f"{piece.name}(request,visit)" for piece in pieces)
    handler = f"function handler(event){{const request=event.request,visit={{}};return {answers}||request}}"
    return _whole(pieces, handler, "viewer-request")


def compose_response(pieces: Sequence[Piece]) -> str:
    """Return the code of the viewer-response function that gives the response to each of ``pieces``.

    Raises:
        EdgeError: as ``compose``.
    """
    calls = "".join(f"{piece.name}(event.request,response);" for piece in pieces)
    handler = f"function handler(event){{const response=event.response;{calls}return response}}"
    return _whole(pieces, handler, "viewer-response")


def _whole(pieces: Sequence[Piece], handler: str, event: str) -> str:
    names = [piece.name for piece in pieces]
    if len(set(names)) != len(names) or not all(_NAME.fullmatch(name) for name in names) or "handler" in names:
        raise ValueError(f"pieces need names of their own that JavaScript takes: {names}")
    pieces = [*_shared(pieces), *pieces]
    names = [piece.name for piece in pieces]
    minified = [_minified(piece.code) for piece in pieces]
    code = "\n".join([*minified, handler])
    if size_of(code) > MAX_BYTES:
        parts = ", ".join(f"{name} {size_of(text)}" for name, text in zip(names, minified, strict=True))
        raise EdgeError(
            f"The {event} function is {size_of(code)} bytes, CloudFront takes {MAX_BYTES} ({parts}); "
            "nothing was touched: remove rules, or let one with a wildcard do the work of many"
        )
    return code


def _shared(pieces: Sequence[Piece]) -> list[Piece]:
    called: list[Piece] = []
    for name in _SHARED:
        if any(f"{name}(" in piece.code for piece in [*pieces, *called]):
            called.append(
                Piece(name, (Path(__file__).parent / "javascript" / f"{name}.js").read_text(encoding="utf-8"))
            )
    return called


def size_of(code: str) -> int:
    """Return the bytes of ``code``."""
    return len(code.encode())


def _minified(code: str) -> str:
    """Return ``code`` without indentation, lines that are empty or a comment, and spaces that part nothing."""
    lines = (line.strip() for line in code.splitlines())
    kept = "\n".join(line for line in lines if line and not line.startswith("//"))
    return "".join(_without_spaces(found[0]) if found["code"] else found[0] for found in _TOKENS.finditer(kept))


def _without_spaces(code: str) -> str:
    # A space stays between two words, and where `+ +` or `- -` would be another operator.
    return _SPACE.sub("", code)
