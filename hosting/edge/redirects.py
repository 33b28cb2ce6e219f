"""Redirects, rewrites and proxies: the part of the viewer-request function that applies the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.edge.function_code import FunctionPart, as_javascript, fill, javascript
from hosting.formats.redirects.proxies import Proxy, proxies_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.formats.redirects.rules import Rule

_NAME = "redirects"
_DEFAULT_STATUS = 301
# Lines of redirects.js that only proxies need, by the comments that they replace.
_PROXY_LINES = {
    "// $AMBIGUOUS": "if (proxyIsAmbiguous(request.uri)) return { statusCode: 400 };",
    "// $PROXY": "if (Array.isArray(from)) { if (proxyTo(request, from, to)) return request; continue; }",
}


def redirects_part(rules: Sequence[Rule]) -> FunctionPart:
    """Return the part that answers with the first rule that matches the request."""
    any_slash = any(rule.ignores_trailing_slash for rule in rules)
    values = {"$RULES": f"[{','.join(map(_as_array, rules))}]", "$ANY_SLASH": as_javascript(any_slash)}
    code = javascript(_NAME)
    if proxies_in(rules):
        code += javascript("proxies")
        values |= _PROXY_LINES
    return FunctionPart(_NAME, fill(code, values))


def _as_array(rule: Rule) -> str:
    """Return a rule as a short JavaScript array: from, to, and an object with the other attributes that are set.

    The object has the status (s) if it is not 301, query (q), countries (c), host (h), and x if the rule does not
    apply to files. A proxy has its path patterns as from, and no object.
    """
    if isinstance(rule, Proxy):
        return f"[{as_javascript(rule.patterns)},{as_javascript(rule.target)}]"
    items = [as_javascript(rule.literal) if rule.is_literal else f"/{rule.regex}/", as_javascript(rule.target)]
    attributes = {
        "s": rule.status if rule.status != _DEFAULT_STATUS else 0,
        "q": rule.query,
        "c": rule.countries,
        "h": rule.host,
        "x": int(rule.not_for_files),
    }
    pairs = ",".join(f"{name}:{as_javascript(value)}" for name, value in attributes.items() if value)
    return f"[{','.join([*items, *([f'{{{pairs}}}'] if pairs else [])])}]"
