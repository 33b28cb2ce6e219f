"""The code of the CloudFront Functions: parts in JavaScript, joined into one function for each event.

A part is a JavaScript function that may change the request or the response, or return a response in place of the
origin's. All parts together must fit the size limit of a function, which is checked before anything is deployed.

A part may read rules from the stack's CloudFront KeyValueStore. Only a function with such a part is asynchronous.

The JavaScript uses only what `cloudfront-js-2.0` documents: no `for...of`, no spread, no destructuring, no default
parameters, no `?.`, no classes; `require` only of `crypto`, `querystring` and `buffer`; no `eval`, no timers; no
`await` inside the arguments of a call, which njs, the engine of that family, does not support.
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
    from collections.abc import Iterable, Mapping, Sequence

RUNTIME = "cloudfront-js-2.0"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-functions
MAX_BYTES = 10_240
_FOLDER = Path(__file__).parent / "javascript"
_DATA = "$DATA"
# Helpers that several parts call, each in a file with its name. The function includes only those that are called.
# A helper comes before the helpers that it calls.
_HELPERS = (
    *("passwordAnswer", "redirectToForm", "queryOf", "redirectTo", "canonicalPath", "routeKind"),
    *("tableRules", "tableBucket", "tableValue", "tableMissing"),
)
# The first lines of a function that reads the store:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-custom-methods.html
_STORE = "import cf from 'cloudfront';\nconst store=cf.kvs();"
_NAME = re.compile(r"[a-z][A-Za-z]*")
_WORD = re.compile(r"(?<![\w$])[A-Za-z]\w*")
# The names of functions, variables and parameters. Where `const` or `let` declares several, only the first is found.
_DECLARED = re.compile(r"\bfunction (\w+\([\w,]*)\)|\b(?:const|let) (\w+)|\(([\w,]+)\)=>")
# Strings and regular expressions, whose spaces are significant, and the code between them. A slash after an operator or
# an opening bracket begins a regular expression: no part divides.
_TOKENS = re.compile(
    r"""
    (?P<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)
    |(?P<expression>(?<=[(,=:\[!&|?{};>\n\ ])/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*)
    |(?P<code>[^'"`/]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
# Spaces, and the ends of lines after which a statement goes on or has ended.
_SPACE = re.compile(r"(?<=[;{,(])\n|(?<![\w$+-])\ +|\ +(?![\w$+-])|(?<=[+-])\ +(?=[\w$])|(?<=[\w$])\ +(?=[+-])")
# JSON allows these two characters in a string; JavaScript before ES2019 does not.
_LINE_SEPARATORS = {"\u2028": "\\u2028", "\u2029": "\\u2029"}


@dataclass(frozen=True)
class FunctionPart:
    """A part of the code of a CloudFront Function.

    Attributes:
        name: the name of the JavaScript function, such as ``route``.
        code: the declaration of ``function <name>(request, state)``, which may change ``request``. It returns
            undefined to continue with the next part, ``request`` to go to the origin, or a response. Parts set
            properties of ``state`` for later parts. In a function for responses the declaration is
            ``function <name>(request, response, state)``, and its return value is ignored.
        uses_store: whether the part reads the KeyValueStore, as ``store``. It is then an ``async function``.
    """

    name: str
    code: str
    uses_store: bool = False


def function_part(name: str, data: object) -> FunctionPart:
    """Return the part in ``javascript/<name>.js``, with ``data`` as JSON in place of ``$DATA``."""
    return FunctionPart(name, fill(javascript(name), {_DATA: as_javascript(data)}))


def javascript(name: str) -> str:
    """Return the text of ``javascript/<name>.js``."""
    return (_FOLDER / f"{name}.js").read_text(encoding="utf-8")


def fill(code: str, values: Mapping[str, str]) -> str:
    """Return ``code`` with the placeholders that are the keys of ``values`` replaced; values are not replaced again."""
    return re.sub("|".join(map(re.escape, values)), lambda found: values[found[0]], code)


def as_javascript(data: object) -> str:
    """Return plain data as a JavaScript expression."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character, escaped in _LINE_SEPARATORS.items():
        text = text.replace(character, escaped)
    return text


def uses_store(parts: Iterable[FunctionPart]) -> bool:
    """Whether a function with these parts reads the KeyValueStore, and so needs its association."""
    return any(part.uses_store for part in parts)


def compose(parts: Sequence[FunctionPart]) -> str:
    """Return the code of the viewer-request function that calls ``parts`` in their order.

    Raises:
        EdgeError: it exceeds the limit; the message has the size of each part.
    """
    begin = "const request=event.request,state={};"
    if uses_store(parts):
        # One statement for each part, because njs has no `await` inside an expression with other calls.
        calls = "".join(f"answer={_call(part, 'request,state')};if(answer)return answer;" for part in parts)
        handler = f"async function handler(event){{{begin}let answer;{calls}return request}}"
    else:
        calls = "||".join(_call(part, "request,state") for part in parts)
        handler = f"function handler(event){{{begin}return {calls}||request}}"
    return _joined(parts, handler, "viewer-request")


def compose_response(parts: Sequence[FunctionPart]) -> str:
    """Return the code of the viewer-response function that calls ``parts`` in their order.

    Raises:
        EdgeError: it exceeds CloudFront's limit; the message has the size of each part.
    """
    calls = "".join(f"{_call(part, 'event.request,response,state')};" for part in parts)
    begin = "async " if uses_store(parts) else ""
    handler = f"{begin}function handler(event){{const response=event.response,state={{}};{calls}return response}}"
    return _joined(parts, handler, "viewer-response")


def _call(part: FunctionPart, arguments: str) -> str:
    return f"{'await ' if part.uses_store else ''}{part.name}({arguments})"


def _joined(parts: Sequence[FunctionPart], handler: str, event: str) -> str:
    names = [part.name for part in parts]
    if len(set(names)) != len(names) or not all(_NAME.fullmatch(name) for name in names) or "handler" in names:
        raise ValueError(f"parts must have different names that are valid in JavaScript: {names}")
    begin = [_STORE] if uses_store(parts) else []
    parts = [*_called_helpers(parts), *parts]
    minified = [_minified(part.code) for part in parts]
    own_code = "\n".join([*minified, handler])
    code = "\n".join([*begin, own_code])
    if size_of(code) > MAX_BYTES:
        code = "\n".join([*begin, _with_short_names(own_code)])
    if size_of(code) > MAX_BYTES:
        sizes = ", ".join(f"{part.name} {size_of(text)}" for part, text in zip(parts, minified, strict=True))
        raise EdgeError(
            f"The {event} function has {size_of(code)} bytes, but CloudFront allows {MAX_BYTES} ({sizes}); nothing was "
            "deployed: remove rules, or replace several rules with one that has a wildcard"
        )
    return code


def _with_short_names(code: str) -> str:
    """Return ``code`` with the names ``a0``, ``a1``, ... for functions and variables; their own are easier to read.

    A name stays if a property has it, too.
    """
    tokens = [(found[0], bool(found["code"])) for found in _TOKENS.finditer(code)]
    text = " ".join(token for token, is_code in tokens if is_code)
    declared = dict.fromkeys(name for names in _DECLARED.findall(text) for name in re.split(r"[(,]", "".join(names)))
    names = [name for name in declared if len(name) > len("a10") and name != "handler"]
    own = [name for name in names if not re.search(rf"[.{{]{name}\b|\b{name}[:}}]", text)]
    short = {name: f"a{number}" for number, name in enumerate(own)}
    return "".join(
        _WORD.sub(lambda found: short.get(found[0], found[0]), token) if is_code else token for token, is_code in tokens
    )


def _called_helpers(parts: Sequence[FunctionPart]) -> list[FunctionPart]:
    called: list[FunctionPart] = []
    for name in _HELPERS:
        if any(f"{name}(" in part.code for part in [*parts, *called]):
            called.append(FunctionPart(name, javascript(name)))
    return called


def size_of(code: str) -> int:
    """Return the size of ``code`` in bytes."""
    return len(code.encode())


def _minified(code: str) -> str:
    """Return ``code`` without comment lines, and without spaces and ends of lines that JavaScript does not need."""
    lines = (line.strip() for line in code.splitlines())
    kept = "\n".join(line for line in lines if line and not line.startswith("//"))
    return "".join(_without_spaces(found[0]) if found["code"] else found[0] for found in _TOKENS.finditer(kept))


def _without_spaces(code: str) -> str:
    # A space stays between two words, and in `+ +` and `- -`, which would become another operator.
    return _SPACE.sub("", code)
