"""Rules as Amplify writes them: `{"source": "/docs/<*>", "target": "/documents/<*>", "status": "301"}`.

https://docs.aws.amazon.com/amplify/latest/userguide/redirects.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hosting.errors import PLACEHOLDER
from hosting.formats.redirects.expressions import is_expression, is_single_page, read_expression
from hosting.formats.redirects.rules import RuleError, Taken
from hosting.formats.redirects.syntax import EVERYTHING, Written, from_root, split_origin

if TYPE_CHECKING:
    from hosting.formats.redirects.rules import Template

_KEYS = {"source", "target", "status", "condition"}
_CONDITION = re.compile(r"<([A-Za-z]{2})>|([A-Za-z]{2})")
_TAKEN = re.compile(r"<([^<>]*)>")
_NAME = re.compile(r"[A-Za-z0-9_.-]+|\*")
_DEFAULT = "302"
# A rewrite of an app's paths: files come first here, as its expression leaves their extensions out.
_APP = {"200": "404-200"}


def read_rule(where: str, rule: Any) -> Written:  # noqa: ANN401 - whatever JSON holds
    """Return a rule of Amplify's.

    Raises:
        RuleError: it is not a rule.
    """
    if not isinstance(rule, dict) or not {"source", "target"} <= set(rule) <= _KEYS:
        raise RuleError("is not a rule: it has 'source' and 'target', and may have 'status' and 'condition'")
    source, target, status = rule["source"], rule["target"], str(rule.get("status") or _DEFAULT)
    if not (isinstance(source, str) and source.strip() and isinstance(target, str) and target.strip()):
        raise RuleError("has a source or a target that is not text")
    source, target = source.strip(), from_root(target.strip())
    countries = _countries(rule.get("condition"))
    if is_expression(source):
        return _of_expression(Written(where, (), _template(target), status, countries=countries), source)
    origin, rest = split_origin(source)
    path, query = _split_query(rest if origin[1] else from_root(rest))
    wanted = _template(target)
    parts = _template(path)
    if origin[1] and path == "/":
        # Amplify goes on to the same path: https://docs.aws.amazon.com/amplify/latest/userguide/redirect-rewrite-examples.html
        parts = EVERYTHING
        if re.fullmatch(r"[^?#<]+", target):
            wanted = (*_template(target.rstrip("/") + "/"), Taken("*"))
    return Written(where, parts, wanted, status, query, countries, origin=origin)


def _of_expression(rule: Written, source: str) -> Written:
    app = _APP.get(rule.status, rule.status)
    if is_single_page(source) and app in ("404", "404-200"):
        return Written(rule.where, EVERYTHING, rule.target, app, countries=rule.countries)
    return Written(rule.where, (), rule.target, rule.status, countries=rule.countries, pattern=read_expression(source))


def _template(text: str) -> Template:
    """Return the parts of a source or target with `<*>` and `<name>`."""
    parts: list[str | Taken] = []
    end = 0
    for found in _TAKEN.finditer(text):
        if not _NAME.fullmatch(found[1]):
            raise RuleError(f"has '{found[0]}', which is not a placeholder such as <*> or <name>")
        parts += [text[end : found.start()], Taken(found[1])]
        end = found.end()
    return tuple(part for part in (*parts, text[end:]) if part)


def _split_query(text: str) -> tuple[str, tuple[tuple[str, Template], ...]]:
    """Return a path, and name and template of each parameter after its `?`."""
    path, _, query = text.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return path, tuple((name, _template(value)) for name, _, value in pairs)


def _countries(condition: object) -> tuple[str, ...]:
    if condition in (None, ""):
        return ()
    found = _CONDITION.fullmatch(condition.strip()) if isinstance(condition, str) else None
    if found is None:
        raise RuleError(f"has the condition '{condition}', which is not a country such as <US>", condition=PLACEHOLDER)
    return (found[1] or found[2],)
