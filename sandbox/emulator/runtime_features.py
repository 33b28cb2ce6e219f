"""The syntax, names and modules in a function's code that the runtime `cloudfront-js-2.0` does not document.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
The page lists ES 5.1, and what the runtime has of later versions: `const`, `let`, `async`, `await`, `**`, template
literals, arrow functions and rest parameters. "async arguments and closures are not supported."
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = ("buffer", "cloudfront", "crypto", "querystring")
# Comments, strings, templates and regular expressions. A slash begins a regular expression after an operator, an
# opening bracket or `return`.
_TOKENS = re.compile(
    r"""
    (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")
    | (?P<template>`(?:\\.|[^`\\])*`)
    | (?P<expression>
        (?: (?<=[(,=:\[!&|?{};+*%<>~^\n\ -]) | (?<=return) | ^ )
        /(?!\*) (?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+ /[a-z]*
      )
    """,
    re.VERBOSE | re.DOTALL,
)
_BEFORE_MODULE = re.compile(r"(?:\bfrom|\bimport|\brequire\s*\()\s*$")
_REST_PARAMETER = re.compile(r"\.\.\.(?=[\w$]+\s*\)\s*(?:=>|\{))")
# Only the first 200 characters of parameters are read, as each update of a function is checked on the event loop.
# Not as a property's name.
_NAME = r"(?<![.\w$])(?:{})\b(?!\s*:)"
_FEATURES = (
    ("for...of", r"\bfor\s*\([^;)]{0,200}\bof\b"),
    ("spread", r"\.\.\."),
    ("optional chaining", r"\?\.(?!\d)"),
    ("nullish coalescing", r"\?\?"),
    ("logical assignment", r"&&=|\|\|="),
    ("destructuring", r"\b(?:const|let|var)\s*[\[{]|[;{}]\s*\[[^\]]*\]\s*=[^=]"),
    ("destructured parameters", r"\bfunction\b[^({]*\([^)]*[\[{]|[(,]\s*[\[{][^()]{0,200}[\]}]\s*\)\s*=>"),
    ("default parameters", r"\bfunction\b[^({]*\([^)]*=|\([^()]{0,200}[^=!<>()]=[^=>()][^()]{0,200}\)\s*=>"),
    ("classes", _NAME.format("class|super")),
    ("generators", r"\bfunction\s*\*|" + _NAME.format("yield")),
    ("catch without a name", r"\bcatch\s*\{"),
    ("async closures", r"\basync\s*(?:\(|[\w$]+\s*=>)"),
    ("export", _NAME.format("export")),
    ("import()", r"\bimport\s*\("),
    ("evaluation of code", r"(?<![.\w$])eval\s*\(|(?<![.\w$])Function\s*\("),
    ("timers", r"(?<![.\w$])set(?:Timeout|Interval|Immediate)\b"),
    ("network access", r"(?<![.\w$])(?:fetch\s*\(|XMLHttpRequest\b)"),
    ("process", _NAME.format("process")),
    ("objects of ES 6", r"\bnew\s+(?:Map|Set|WeakMap|WeakSet)\b|" + _NAME.format("Symbol|Proxy|Reflect")),
)
_PATTERNS = tuple((name, re.compile(pattern)) for name, pattern in _FEATURES)
_LATER_EXPRESSION = re.compile(r"\(\?<[=!]|/[a-z]*[dsuvy][a-z]*$")
_BRACKETS = re.compile(r"[(){}\[\]]|\bawait\b")
_CALLED = re.compile(r"(?:^|[^\w$.])([\w$]+)\s*$|[\w$\])]\s*$")
_STATEMENTS = frozenset({"if", "while", "for", "switch", "return", "function", "catch", "await", "typeof", "in"})


def undocumented(code: str) -> list[str]:
    """Return the names of what the code uses and the runtime does not document, each once."""
    found: list[str] = []

    def replaced(token: re.Match[str]) -> str:
        text = token[0]
        if token["expression"]:
            found.extend(["later regular expressions"] if _LATER_EXPRESSION.search(text) else [])
            return "/x/"
        if token["comment"]:
            return " "
        is_module = token["string"] and _BEFORE_MODULE.search(code, max(0, token.start() - 20), token.start())
        if is_module and text[1:-1] not in MODULES:
            found.append(f"the module {text[1:-1]}")
        return "''"

    plain = _REST_PARAMETER.sub("", _TOKENS.sub(replaced, code))
    found += [name for name, pattern in _PATTERNS if pattern.search(plain)]
    if any(_awaits_in_arguments(plain)):
        found.append("await in arguments")
    return list(dict.fromkeys(found))


def _awaits_in_arguments(code: str) -> Iterator[bool]:
    """Yield for each `await` whether it is in the arguments of a call."""
    opened: list[str] = []
    for token in _BRACKETS.finditer(code):
        if token[0] == "(":
            opened.append("call" if _is_call(code[max(0, token.start() - 80) : token.start()]) else "(")
        elif token[0] in "{[":
            opened.append(token[0])
        elif token[0] == "await":
            since_block = opened[len(opened) - opened[::-1].index("{") :] if "{" in opened else opened
            yield "call" in since_block
        elif opened:
            opened.pop()


def _is_call(before: str) -> bool:
    called = _CALLED.search(before)
    return called is not None and called[1] not in _STATEMENTS and not re.search(r"\bfunction\s+[\w$]*\s*$", before)
