"""The rules as JavaScript."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hosting.edge.function_code import Piece, as_javascript
from hosting.formats.redirects.proxies import Proxy, proxies_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.formats.redirects.rules import Rule

_FILE = Path(__file__).parent / "javascript" / "redirects.js"
_PROXIES = Path(__file__).parent / "javascript" / "proxies.js"
_USUAL = 301
# Lines of redirects.js that are there with proxies alone, by the comment in their place.
_WITH_PROXIES = {
    "// $AMBIGUOUS": "if (proxyIsAmbiguous(request.uri)) return { statusCode: 400 };",
    "// $PROXY": "if (Array.isArray(from)) { if (proxyTo(request, from, to)) return request; continue; }",
}


def redirects_piece(rules: Sequence[Rule]) -> Piece:
    """Return the piece that answers with the first rule that is for a visit."""
    table = ",".join(_as_array(rule) for rule in rules)
    either = as_javascript(any(rule.either_slash for rule in rules))
    code = _FILE.read_text(encoding="utf-8").replace("$EITHER", either)
    if proxies_in(rules):
        code += _PROXIES.read_text(encoding="utf-8")
        for place, line in _WITH_PROXIES.items():
            code = code.replace(place, line)
    return Piece("redirects", code.replace("$RULES", f"[{table}]"))


def _as_array(rule: Rule) -> str:
    """Return a rule in few bytes: from, to, and what else it has.

    That is its status if it is not 301, query, countries, host, and x if it is not for files. A proxy has its path
    patterns alone.
    """
    if isinstance(rule, Proxy):
        return f"[{as_javascript(rule.patterns)},{as_javascript(rule.target)}]"
    parts = [as_javascript(rule.literal) if rule.is_literal else f"/{rule.regex}/", as_javascript(rule.target)]
    more = {
        "s": rule.status if rule.status != _USUAL else 0,
        "q": rule.query,
        "c": rule.countries,
        "h": rule.host,
        "x": int(rule.not_for_files),
    }
    told = ",".join(f"{name}:{as_javascript(value)}" for name, value in more.items() if value)
    return f"[{','.join([*parts, *([f'{{{told}}}'] if told else [])])}]"
