"""The rules as JavaScript."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hosting.cloudfront.edge import Piece, as_javascript

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.website.redirects.rules import Rule

_FILE = Path(__file__).parent / "redirects.js"


def redirects_piece(rules: Sequence[Rule]) -> Piece:
    """Return the piece that answers with the first rule that is for a visit."""
    table = ",\n".join(_as_object(rule) for rule in rules)
    either = as_javascript(any(rule.either_slash for rule in rules))
    code = _FILE.read_text(encoding="utf-8").replace("$EITHER", either)
    return Piece("redirects", code.replace("$RULES", f"[{table}]"))


def _as_object(rule: Rule) -> str:
    """Return a rule with what it has: from, to, status, query, countries, host, and x if it is not for files."""
    parts = [
        f"f:{as_javascript(rule.literal) if rule.is_literal else f'/{rule.regex}/'}",
        f"t:{as_javascript(rule.target)}",
        f"s:{rule.status}",
    ]
    if rule.query:
        parts.append(f"q:{as_javascript(rule.query)}")
    if rule.countries:
        parts.append(f"c:{as_javascript(rule.countries)}")
    if rule.host:
        parts.append(f"h:{as_javascript(rule.host)}")
    if rule.not_for_files:
        parts.append("x:1")
    return "{" + ",".join(parts) + "}"
