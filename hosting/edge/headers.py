"""Custom response headers: the part of the viewer-response function that sets them.

A function sets them because response headers policies don't suffice. An account has 20 policies, a policy has 10
headers, and a path gets one policy, while the headers of all matching patterns apply in Amplify's and Netlify's files:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-policies

The function has the rules, or it reads them from a table of the KeyValueStore. Rules that may apply to any folder are
always in the function, where their size has no other limit than the function's. So are rules for the app page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hosting.edge.function_code import FunctionPart, as_javascript, fill, javascript
from hosting.edge.page_paths import page_names, page_paths
from hosting.edge.routing import stored_routes
from hosting.edge.rule_tables import (
    EXACT,
    FOLDER,
    IN_FUNCTION,
    IN_STORE,
    Entry,
    RuleTable,
    TableFormat,
    expression_text,
    if_missing,
    json_list,
    rule_table,
    rules_list,
)
from hosting.formats.paths import canonical_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hosting.edge.site_routes import SiteRoutes
    from hosting.formats.headers.rules import HeaderRule

_NAME = "headers"
HEADERS_TABLE = TableFormat(
    name=_NAME,
    what="header rules",
    advice="replace several patterns with one that has a '*', or shorten the headers",
    join=rules_list,
)


def headers_for(rules: Sequence[HeaderRule], path: str, routes: SiteRoutes) -> dict[str, str]:
    """Return the headers for a path, from all patterns that match it; for the same header the last pattern wins."""
    headers: dict[str, str] = {}
    paths = page_paths(canonical_path(path), routes) if rules else []
    for rule in rules:
        if _matches(rule, paths):
            headers.update(rule.headers)
    return headers


def _matches(rule: HeaderRule, paths: Sequence[str]) -> bool:
    return any(re.match(rule.regex, page_path) for page_path in paths)


def headers_part(rules: Sequence[HeaderRule], routes: SiteRoutes) -> FunctionPart:
    """Return the part that sets the headers of a response, with all data in the function."""
    own = ",\n".join(f"[{_source(rule)},{as_javascript(dict(rule.headers))}]" for rule in rules)
    return FunctionPart(_NAME, fill(javascript(_NAME), {**IN_FUNCTION, **_values(f"[{own}]", routes)}))


def stored_headers(
    rules: Sequence[HeaderRule], routes: SiteRoutes, *, stores_rules: bool, stores_routes: bool
) -> tuple[FunctionPart, list[RuleTable]]:
    """Return the same part with the rules or the routes in tables, and the tables.

    Raises:
        EdgeError: the rules of one path or folder exceed a value of the store.
    """
    app_paths = _app_paths(routes)
    numbered = [(number, rule, stores_rules and _is_storable(rule, app_paths)) for number, rule in enumerate(rules)]
    own = json_list([_numbered(rule, number, _source(rule)) for number, rule, is_stored in numbered if not is_stored])
    values, tables = {**IN_STORE, **_values(own, routes)}, []
    if stores_rules:
        stored = ((number, rule) for number, rule, is_stored in numbered if is_stored)
        entries = [entry for number, rule in stored for entry in _entries(rule, number, routes)]
        tables.append(rule_table(HEADERS_TABLE, entries, {}))
        values["$CANDIDATES"] = f"await tableRules(headerRules, state.tables.{_NAME}, name, name)"
        values["// $NO_RULES"] = if_missing("rules", "response")
    if stores_routes:
        tables.append(stored_routes(routes))
        values["$ROUTES"] = as_javascript({**routes.data, "named": {}})
        values["$NAMED"] = f"await tableBucket(state.tables.{tables[-1].name}, 'exact', plain)"
        values["// $MISSING"] = if_missing("named", "response")
    return FunctionPart(_NAME, fill(javascript(_NAME), values), uses_store=True), tables


def stored_rules(rules: Sequence[HeaderRule], routes: SiteRoutes) -> tuple[list[Entry], list[list[object]]]:
    """Return the entries of a table for bulk mode, and the rules that its buckets can't have, as arrays.

    Those may apply to any folder, or to the app page, which is served for any path.
    """
    app_paths = _app_paths(routes)
    entries: list[Entry] = []
    others: list[list[object]] = []
    for number, rule in enumerate(rules):
        if _is_storable(rule, app_paths):
            entries += _entries(rule, number, routes)
        else:
            others.append([expression_text(rule.regex), dict(rule.headers), 0, number])
    return entries, others


def _values(own: str, routes: SiteRoutes) -> Mapping[str, str]:
    """Return the values of the placeholders for data in the function."""
    return {
        "$RULES": own,
        "$ROUTES": as_javascript(routes.data),
        "$APP_PATHS": as_javascript(_app_paths(routes)),
        "$NAMED": "headerRoutes.named",
        "$CANDIDATES": "headerRules",
    }


def _app_paths(routes: SiteRoutes) -> list[str]:
    return page_paths(routes.app_url, routes) if routes.app_url else []


def _source(rule: HeaderRule) -> str:
    """Return the paths of a rule in JavaScript: one path, or a regular expression."""
    return as_javascript(rule.literal) if rule.literal else f"/{rule.regex}/"


def _numbered(rule: HeaderRule, number: int, source: str) -> str:
    return f"[{source},{as_javascript(dict(rule.headers))},0,{number}]"


def _is_storable(rule: HeaderRule, app_paths: Sequence[str]) -> bool:
    """Whether the buckets of a page's own paths are enough to find a rule."""
    return bool(rule.literal or rule.first_folder) and not _matches(rule, app_paths)


def _entries(rule: HeaderRule, number: int, routes: SiteRoutes) -> Iterator[Entry]:
    """Yield the entries of a rule: a rule for one path is found by each name of a page that may have the path."""
    source = rule.literal or expression_text(rule.regex)
    text, where = _numbered(rule, number, as_javascript(source)), f"'{rule.pattern}'"
    names = page_names(rule.literal, routes) if rule.literal else [rule.first_folder]
    yield from (Entry(EXACT if rule.literal else FOLDER, name, text, where) for name in names)
