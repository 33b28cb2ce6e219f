"""Redirects, rewrites and proxies: the part of the viewer-request function that applies the rules.

The function has the rules as arrays, or it reads them from a table of the KeyValueStore. Proxies are always in the
function: they belong to the distribution, and each path is compared with all of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hosting.edge.function_code import MAX_BYTES, FunctionPart, as_javascript, fill, javascript, size_of
from hosting.edge.rule_tables import (
    EXACT,
    FOLDER,
    IN_FUNCTION,
    IN_STORE,
    REST,
    Entry,
    StoredPart,
    TableFormat,
    expression_text,
    if_missing,
    json_list,
    rule_table,
    rules_list,
)
from hosting.formats.redirects.proxies import Proxy, proxies_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from hosting.formats.redirects.rules import Rule

_NAME = "redirects"
_TABLE = TableFormat(
    name="redirects",
    what="redirects",
    advice="replace several rules with one that has a placeholder, or give them different paths",
    join=rules_list,
)
_DEFAULT_STATUS = 301
# Bytes of the list of files in a rule: the rules of one folder share a value of the store.
_MAX_LIST = 400
_ALL_PATHS = "/"
# Lines of redirects.js that only proxies need, by the comments that they replace.
_PROXY_LINES = {
    "// $AMBIGUOUS": "if (proxyIsAmbiguous(request.uri)) return { statusCode: 400 };",
    "// $PROXY": "if (Array.isArray(from)) { if (proxyTo(request, from, to)) return request; continue; }",
}


def redirects_part(rules: Sequence[Rule]) -> FunctionPart:
    """Return the part that answers with the first rule that matches the request, with the rules in the function."""
    values = {
        **IN_FUNCTION,
        "$RULES": f"[{','.join(map(_as_array, _with_exceptions(rules)))}]",
        "$CANDIDATES": "redirectRules",
        "$ANY_SLASH": as_javascript(_any_slash(rules)),
    }
    return FunctionPart(_NAME, _code(rules, values))


def stored_redirects(rules: Sequence[Rule]) -> StoredPart:
    """Return the same part with the rules in a table, except for proxies.

    Raises:
        EdgeError: the rules of one path or folder exceed a value of the store.
    """
    numbered = [*enumerate(_with_exceptions(rules))]
    entries = [_entry(rule, number) for number, rule in numbered if not isinstance(rule, Proxy)]
    own = [_numbered(rule, number) for number, rule in numbered if isinstance(rule, Proxy)]
    table = f"state.tables.{_TABLE.name}"
    values = {
        **IN_STORE,
        "$CANDIDATES": f"await tableRules(redirectRules, {table}, bare, path)",
        "// $MISSING": if_missing("rules"),
        "$RULES": json_list(own),
        "$ANY_SLASH": f"{table}.slash",
    }
    part = FunctionPart(_NAME, _code(rules, values), uses_store=True)
    return StoredPart(part, rule_table(_TABLE, entries, {"slash": _any_slash(rules)}))


def check_size(rules: Sequence[Rule]) -> None:
    """Refuse rules that fit neither a function nor a table.

    Raises:
        EdgeError: the rules of one path or folder exceed a value of the store.
    """
    if sum(size_of(_as_array(rule)) for rule in _with_exceptions(rules)) > MAX_BYTES:
        stored_redirects(rules)


def is_long_list(files: Collection[str]) -> bool:
    """Return whether the files that a rule leaves alone are too many for the rule itself."""
    return bool(files) and size_of(as_javascript(sorted(files))) > _MAX_LIST


def _with_exceptions(rules: Sequence[Rule]) -> Iterator[Rule]:
    """Yield the rules. Before a rule with a long list of files comes a rule for each file, which leaves it alone.

    Such a rule has one path, so a table finds it without reading the others.
    """
    any_slash = _any_slash(rules)
    for rule in rules:
        if isinstance(rule, Proxy) or not is_long_list(rule.files):
            yield rule
            continue
        alone = replace(rule, target="", status=_DEFAULT_STATUS, expression="", files=(_ALL_PATHS,))
        for file in rule.files:
            forms = [file or "/"] if any_slash or not file else [file, f"{file}/"]
            yield from (replace(alone, source=(form,)) for form in forms)
        yield replace(rule, files=())


def _any_slash(rules: Sequence[Rule]) -> bool:
    return any(rule.ignores_trailing_slash for rule in rules)


def _code(rules: Sequence[Rule], values: Mapping[str, str]) -> str:
    has_proxies = bool(proxies_in(rules))
    code = javascript(_NAME) + (javascript("proxies") if has_proxies else "")
    return fill(code, {**values, **(_PROXY_LINES if has_proxies else {})})


def _as_array(rule: Rule) -> str:
    """Return a rule as a short JavaScript array: from, to, and an object with the other attributes that are set.

    A proxy has its path patterns as from, and no object.
    """
    if isinstance(rule, Proxy):
        return f"[{as_javascript(rule.patterns)},{as_javascript(rule.target)}]"
    items = [as_javascript(rule.literal) if rule.is_literal else f"/{rule.regex}/", as_javascript(rule.target)]
    pairs = ",".join(f"{name}:{as_javascript(value)}" for name, value in _attributes(rule).items())
    return f"[{','.join([*items, *([f'{{{pairs}}}'] if pairs else [])])}]"


def _attributes(rule: Rule) -> dict[str, object]:
    """Return the attributes that are set: status (s) if it is not 301, query (q), countries (c), host (h), x and f.

    x is 1 if the rule does not apply to paths with an extension. f are the paths of files that it leaves alone.
    """
    attributes = {
        "s": rule.status if rule.status != _DEFAULT_STATUS else 0,
        "q": rule.query,
        "c": rule.countries,
        "h": rule.host,
        "x": int(rule.not_for_files),
        "f": rule.files,
    }
    return {name: value for name, value in attributes.items() if value}


def _numbered(rule: Rule, number: int) -> str:
    """Return a rule as JSON with its number; an expression is its text."""
    source = (
        rule.patterns if isinstance(rule, Proxy) else rule.literal if rule.is_literal else expression_text(rule.regex)
    )
    attributes = 0 if isinstance(rule, Proxy) else _attributes(rule) or 0
    return as_javascript([source, rule.target, attributes, number])


def _entry(rule: Rule, number: int) -> Entry:
    text = _numbered(rule, number)
    if rule.is_literal:
        return Entry(EXACT, rule.literal, text, rule.where)
    folder = rule.first_folder
    return Entry(FOLDER if folder else REST, folder, text, rule.where)
