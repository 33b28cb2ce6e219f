"""Maps the redirects of netlify.toml to lines of a `_redirects` file, which this program reads as Netlify does.

https://docs.netlify.com/manage/routing/redirects/overview/#syntax-for-the-netlify-configuration-file
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hosting.formats.redirects.conversion import convert_rule
from hosting.formats.redirects.netlify import read_line
from hosting.formats.redirects.rules import FallbackRule, RuleError
from hosting.migrate.findings import objects, section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hosting.migrate.findings import Findings

_RESERVED = "/.netlify/"
_RESERVED_TARGETS = {
    "/.netlify/functions/": "a function",
    "/.netlify/builders/": "a function",
    "/.netlify/edge-functions/": "an edge function",
    "/.netlify/images": "the image CDN",
    "/.netlify/identity": "Netlify Identity",
    "/.netlify/git": "Git Gateway",
    "/.netlify/large-media": "Large Media",
}
# Older names of the keys: https://github.com/netlify/build/blob/main/packages/redirect-parser/src/normalize.js
_NAMES = {
    "from": ("from", "origin"),
    "to": ("to", "destination"),
    "query": ("query", "params", "parameters"),
    "signed": ("signed", "signing", "sign"),
}
_KNOWN = {*sum(_NAMES.values(), ()), "status", "force", "conditions", "headers", "edge_handler"}
_STATUS = re.compile(r"\s*(\d+)")
_APP_PAGES = ("/index.html", "/", "/index")
_OK = 200
_UNQUOTED = "/:*?#[]@!$&'()+,;=%~"


class RedirectLines:
    """The lines for the redirects of a project.

    Attributes:
        lines: the lines.
        has_app: whether `/* /index.html 200` is among the redirects; it has no line.
    """

    def __init__(self, findings: Findings) -> None:
        self.lines: list[str] = []
        self.has_app = False
        self._findings = findings

    def add_all(self, redirects: object) -> None:
        """Add the redirects of netlify.toml; those without a counterpart are gaps."""
        for number, redirect in enumerate(objects(redirects)):
            where = f"redirects[{number}] {_value(redirect, 'from') or ''}".rstrip()
            try:
                self._add(where, redirect)
            except RuleError as error:
                self._findings.add_gap(where, f"it {error}")

    def _add(self, where: str, redirect: dict[str, Any]) -> None:
        source, target = _value(redirect, "from"), _value(redirect, "to")
        if not isinstance(source, str) or not source.strip() or not isinstance(target, str | None):
            raise RuleError("has no 'from', or one that is not text")
        reserved = _reserved(source, target)
        if reserved:
            raise RuleError(f"leads to {reserved}, which stays at Netlify: deploy it elsewhere, and add a proxy rule")
        words = [
            _word(source),
            *_query(redirect),
            *([_word(target)] if target else []),
            _status(redirect),
            *_conditions(redirect),
        ]
        convert_rule(read_line(where, words))
        self._report_keys(where, redirect)
        if _is_app(where, words):
            self.has_app = True
        else:
            self.lines.append(" ".join(words))

    def _report_keys(self, where: str, redirect: dict[str, Any]) -> None:
        """Report what a rule here can't have, without values: a header may be a password."""
        headers = section(redirect, "headers")
        if headers:
            names = ", ".join(headers)
            self._findings.add_gap(f"{where} headers", f"the server of a proxy gets no headers of yours ({names})")
        if _value(redirect, "signed"):
            self._findings.add_gap(f"{where} signed", "the server of a proxy gets no signature")
        unknown = redirect.keys() - _KNOWN
        if unknown:
            self._findings.add_gap(f"{where} {', '.join(sorted(unknown))}", "Netlify has no such key")


def _is_app(where: str, words: Sequence[str]) -> bool:
    """Whether a rule answers all paths with the app; with `force`, scripts and styles would be the app's page too."""
    rule = convert_rule(read_line(where, [word.removesuffix("!") for word in words]))
    return isinstance(rule, FallbackRule) and rule.status == _OK and rule.page in _APP_PAGES


def _conditions(redirect: dict[str, Any]) -> Iterator[str]:
    """Yield the condition on the country; refuse the others."""
    for name, value in section(redirect, "conditions").items():
        values = value if isinstance(value, list) else str(value).split(",")
        if name.lower() != "country":
            raise RuleError(f"has the condition '{name}', which rules here do not have")
        yield f"Country={','.join(str(one).strip().lower() for one in values)}"


def _value(redirect: dict[str, Any], key: str) -> Any:  # noqa: ANN401 - any TOML value
    return next((redirect[name] for name in _NAMES[key] if name in redirect), None)


def _reserved(source: str, target: str | None) -> str:
    """Return what a rule for Netlify's own paths leads to; empty for another rule."""
    for path in (target or "", source):
        local = re.sub(r"^https?://[^/]*", "", path) if path == source else path
        if local.startswith(_RESERVED):
            return next((name for start, name in _RESERVED_TARGETS.items() if local.startswith(start)), "Netlify")
    return ""


def _word(text: str) -> str:
    """Return a path or a URL as one word: spaces and control characters are encoded."""
    return quote(text.strip(), safe=_UNQUOTED)


def _query(redirect: dict[str, Any]) -> Sequence[str]:
    pairs = section(_value(redirect, "query"))
    return [f"{_word(str(name))}={_word(str(value))}" for name, value in pairs.items()]


def _status(redirect: dict[str, Any]) -> str:
    """Return the status with `!` for `force`. Netlify reads the digits of a text, and ignores a `!` in it."""
    found = _STATUS.match(str(redirect.get("status", "301")))
    if found is None:
        raise RuleError(f"has the status '{redirect.get('status')}', which is not a number")
    return f"{found[1]}{'!' if redirect.get('force') is True else ''}"
