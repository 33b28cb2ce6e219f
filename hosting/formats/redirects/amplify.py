"""Parses rules in Amplify's syntax: `{"source": "/docs/<*>", "target": "/documents/<*>", "status": "301"}`.

https://docs.aws.amazon.com/amplify/latest/userguide/redirects.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hosting.errors import PLACEHOLDER
from hosting.formats.redirects.conversion import FALLBACK_STATUSES
from hosting.formats.redirects.expressions import is_expression, is_single_page, read_expression
from hosting.formats.redirects.rules import Placeholder, RuleError
from hosting.formats.redirects.syntax import EVERYTHING, ParsedRule, from_root, split_origin

if TYPE_CHECKING:
    from hosting.formats.redirects.rules import Template

_KEYS = {"source", "target", "status", "condition", "force"}
_CONDITION = re.compile(r"<([A-Za-z]{2})>|([A-Za-z]{2})")
_PLACEHOLDER = re.compile(r"<([^<>]*)>")
_NAME = re.compile(r"[A-Za-z0-9_.-]+|\*")
_DEFAULT = "302"
# The status of a rewrite for a single-page app. Files take precedence, as the expression excludes their extensions.
_APP_STATUS = {"200": "404-200"}


def read_rule(where: str, rule: Any) -> ParsedRule:  # noqa: ANN401 - any JSON value
    """Return the rule in an element of Amplify's list.

    Raises:
        RuleError: it is not a rule.
    """
    if not isinstance(rule, dict) or not {"source", "target"} <= set(rule) <= _KEYS:
        raise RuleError(
            "is not a rule: a rule has 'source' and 'target', and optionally 'status', 'condition' and 'force'"
        )
    source, target, status = rule["source"], rule["target"], str(rule.get("status") or _DEFAULT)
    if not (isinstance(source, str) and source.strip() and isinstance(target, str) and target.strip()):
        raise RuleError("has a source or a target that is not text")
    source, target = source.strip(), from_root(target.strip())
    countries, force = _countries(rule.get("condition")), _force(rule.get("force"))
    if is_expression(source):
        parsed = ParsedRule(where, (), _template(target), status, countries=countries, force=force)
        return _expression_rule(parsed, source)
    origin, rest = split_origin(source)
    path, query = _split_query(rest if origin[1] else from_root(rest))
    target_template = _template(target)
    source_template = _template(path)
    if origin[1] and path == "/":
        # Amplify redirects to the same path: https://docs.aws.amazon.com/amplify/latest/userguide/redirect-rewrite-examples.html
        source_template = EVERYTHING
        if re.fullmatch(r"[^?#<]+", target):
            target_template = (*_template(target.rstrip("/") + "/"), Placeholder("*"))
    return ParsedRule(where, source_template, target_template, status, query, countries, origin=origin, force=force)


def _force(value: object) -> bool:
    """Return whether the rule also applies to paths of files. Amplify's rules do, and have no such key."""
    if value is None or isinstance(value, bool):
        return value is not False
    raise RuleError("has a 'force' that is neither true nor false")


def _expression_rule(rule: ParsedRule, source: str) -> ParsedRule:
    status = _APP_STATUS.get(rule.status, rule.status)
    if is_single_page(source) and status in FALLBACK_STATUSES:
        return replace(rule, source=EVERYTHING, status=status)
    return replace(rule, expression=read_expression(source))


def _template(text: str) -> Template:
    """Return a source or target split into text and the placeholders `<*>` and `<name>`."""
    parts: list[str | Placeholder] = []
    end = 0
    for found in _PLACEHOLDER.finditer(text):
        if not _NAME.fullmatch(found[1]):
            raise RuleError(f"has '{found[0]}', which is not a placeholder such as <*> or <name>")
        parts += [text[end : found.start()], Placeholder(found[1])]
        end = found.end()
    return tuple(part for part in (*parts, text[end:]) if part)


def _split_query(text: str) -> tuple[str, tuple[tuple[str, Template], ...]]:
    """Return a path, and name and template of each parameter of its query."""
    path, _, query = text.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return path, tuple((name, _template(value)) for name, _, value in pairs)


def _countries(condition: object) -> tuple[str, ...]:
    if condition in (None, ""):
        return ()
    found = _CONDITION.fullmatch(condition.strip()) if isinstance(condition, str) else None
    if found is None:
        raise RuleError(
            f"has the condition '{condition}', which is not a country code such as <US>", condition=PLACEHOLDER
        )
    return (found[1] or found[2],)
