"""The table of a release with the rules for response headers. releaseResponse.js reads it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hosting.edge.function_code import as_javascript, size_of
from hosting.edge.headers import HEADERS_TABLE, stored_rules
from hosting.edge.rule_tables import MAX_VALUE_BYTES, REST, Entry, rule_table
from hosting.errors import EdgeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.edge.rule_tables import RuleTable
    from hosting.edge.site_routes import SiteRoutes
    from hosting.formats.headers.rules import HeaderRule

# Each is one read of the function for responses.
_MAX_TEXTS = 4


def headers_table(rules: Sequence[HeaderRule], routes: SiteRoutes) -> RuleTable:
    """Return the table. Rules that may apply to any folder are one text in several values if they exceed one value.

    Raises:
        EdgeError: the rules of one path or folder, or those that may apply to any folder, are too large.
    """
    entries, others = stored_rules(rules, routes)
    if size_of(as_javascript(others)) <= MAX_VALUE_BYTES:
        every_entry = [*entries, *(Entry(REST, "", as_javascript(rule), "") for rule in others)]
        return rule_table(HEADERS_TABLE, every_entry, {})
    # ASCII, so that each character is a byte, and a value can end after any of them.
    text = json.dumps(others, separators=(",", ":"))
    texts = [text[start : start + MAX_VALUE_BYTES] for start in range(0, len(text), MAX_VALUE_BYTES)]
    if len(texts) > _MAX_TEXTS:
        raise EdgeError(
            f"The header rules that may apply to any folder have {len(text)} bytes, but bulk mode allows "
            f"{_MAX_TEXTS * MAX_VALUE_BYTES}; nothing was deployed: {HEADERS_TABLE.advice}"
        )
    return rule_table(HEADERS_TABLE, entries, {"texts": len(texts)}, texts)
