"""The rules as JavaScript."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hosting.cloudfront.edge import Piece, as_javascript

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.website.redirects.rules import Rule

_FILE = Path(__file__).parent / "redirects.js"
_USUAL = 301


def redirects_piece(rules: Sequence[Rule]) -> Piece:
    """Return the piece that answers with the first rule that is for a visit."""
    table = ",".join(_as_array(rule) for rule in rules)
    either = as_javascript(any(rule.either_slash for rule in rules))
    code = _FILE.read_text(encoding="utf-8").replace("$EITHER", either)
    return Piece("redirects", code.replace("$RULES", f"[{table}]"))


def _as_array(rule: Rule) -> str:
    """Return a rule in few bytes: from, to, and what else it has.

    That is its status if it is not 301, query, countries, host, and x if it is not for files.
    """
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
