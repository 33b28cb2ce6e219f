"""Maps `redirects`, `rewrites` and `headers` of vercel.json to this program's rules.

Vercel applies headers, then redirects, then files, then rewrites:
https://vercel.com/docs/project-configuration#rewrites.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import objects
from hosting.migrate.path_patterns import Capture, NotExpressibleError, PathPattern
from hosting.migrate.vercel.services import destination_service
from hosting.migrate.vercel.sources import source_patterns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.migrate.host_rules import HostRules, Target

_CAPTURE = re.compile(r":([A-Za-z_]\w*)(?:\([^()]*\))?[*+]?|\$(\d)|\$\{(\d)\}", re.ASCII)
_URL = re.compile(r"(https?://[^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"(?:[a-z0-9-]+\\?\.)+[a-z]{2,}", re.IGNORECASE)
FUNCTIONS = "this program has no functions: deploy it elsewhere, and lead to it with a proxy rule (docs/redirects.md)"
# What a destination begins with; a page may lack the slash.
_DESTINATION = re.compile(r"/|https?://|[:$]|[^/:]+\.html?\Z", re.IGNORECASE)
_PAGE = re.compile(r"[^/:]+\.html?", re.IGNORECASE)
_NO_DESTINATION = "it has no 'destination' that begins with '/' or 'https://'"
_API = re.compile(r"/?(?:src/)?api(?:/.*)?", re.DOTALL)
_RULE_KEYS = {"source", "destination", "permanent", "statusCode", "has", "missing", "headers", "env"}


def map_rules(config: dict[str, Any], rules: HostRules) -> None:
    """Add the rules of vercel.json in the order in which Vercel applies them."""
    for where, entry in _entries(config, "headers"):
        _add_headers(where, entry, rules)
    for where, entry in _entries(config, "redirects"):
        _add_redirect(where, entry, rules)
    for where, entry in _entries(config, "rewrites"):
        _add_rewrite(where, entry, rules)


def _entries(config: dict[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each entry of a list with its place. Older files have `rewrites` as an object with three lists."""
    for number, entry in enumerate(objects(config.get(key))):
        yield f"{key}[{number}] {entry.get('source', '')}".rstrip(), entry


def target_of(text: str) -> Target:
    """Return a destination split into text and captures: `/b/:path*`, `/b/$1`."""
    url = _URL.fullmatch(text)
    # A colon in the host is the one of its port.
    parts: list[str | Capture] = [url[1]] if url else []
    # The query begins at the first question mark, also after `:name`.
    rest, end = (url[2] if url else text).removesuffix("?"), 0
    for found in _CAPTURE.finditer(rest):
        parts += [rest[end : found.start()], Capture(found[1] or found[2] or found[3])]
        end = found.end()
    return tuple(part for part in (*parts, rest[end:]) if part != "")


def is_function(target: str) -> bool:
    """Whether a destination is a function of the project: a file below `api/`."""
    return _API.fullmatch(target.partition("?")[0]) is not None


def _patterns(where: str, entry: dict[str, Any], rules: HostRules) -> list[PathPattern] | None:
    """Return the paths of an entry; None, and a gap, if they have no counterpart."""
    source = entry.get("source")
    if not isinstance(source, str):
        rules.findings.add_gap(where, "it has no 'source' that is text")
        return None
    try:
        patterns = source_patterns(source)
    except NotExpressibleError as error:
        rules.findings.add_gap(where, f"its source {error}")
        return None
    if not patterns:
        rules.findings.add_gap(where, "its source does not begin with '/', so it matches no path")
    return patterns or None


def _add_headers(where: str, entry: dict[str, Any], rules: HostRules) -> None:
    if _has_condition(where, entry, rules):
        return
    patterns = _patterns(where, entry, rules)
    pairs = [(one.get("key"), one.get("value")) for one in objects(entry.get("headers"))]
    texts = [(key, value) for key, value in pairs if isinstance(key, str) and isinstance(value, str)]
    if len(texts) < len(pairs):
        rules.findings.add_gap(where, "a header has a key or a value that is not text")
    if patterns:
        rules.add_headers(where, patterns, texts)


def _add_redirect(where: str, entry: dict[str, Any], rules: HostRules) -> None:
    host = _host(entry)
    if host is None and _has_condition(where, entry, rules):
        return
    patterns, target = _patterns(where, entry, rules), entry.get("destination")
    if not patterns:
        return
    if not isinstance(target, str) or not _DESTINATION.match(target):
        rules.findings.add_gap(where, _NO_DESTINATION)
        return
    if host:
        patterns = [PathPattern((f"https://{host}", *one.parts), one.values) for one in patterns if one.is_simple]
    rules.add_redirect(where, patterns, target_of(target), _status(entry))


def _status(entry: dict[str, Any]) -> str:
    """Return the status. The default is a permanent redirect: https://vercel.com/docs/redirects/configuration-redirects."""
    if isinstance(entry.get("permanent"), bool):
        return "308" if entry["permanent"] else "307"
    return str(entry.get("statusCode") or "308")


def _add_rewrite(where: str, entry: dict[str, Any], rules: HostRules) -> None:
    if _has_condition(where, entry, rules):
        return
    patterns, target = _patterns(where, entry, rules), entry.get("destination")
    if not patterns:
        return
    service = destination_service(entry)
    if isinstance(service, str):
        rules.add_function(where, patterns, f"service {service}", FUNCTIONS)
    elif not isinstance(target, str) or not _DESTINATION.match(target):
        rules.findings.add_gap(where, _NO_DESTINATION)
    elif is_function(target):
        rules.add_function(where, patterns, target, FUNCTIONS)
    else:
        # A file is the same with any query.
        path = target if _URL.match(target) else re.split(r"[?#]", target)[0]
        rules.add_rewrite(where, patterns, target_of(f"/{path}" if _PAGE.fullmatch(path) else path))


def _host(entry: dict[str, Any]) -> str | None:
    """Return the host that a rule is for, if that is its only condition and the host is one name."""
    conditions = objects(entry.get("has"))
    if len(conditions) != 1 or "missing" in entry or conditions[0].get("type") != "host":
        return None
    value = conditions[0].get("value")
    text = value.removeprefix("^").removesuffix("$") if isinstance(value, str) else ""
    return text.replace("\\", "") if _HOST.fullmatch(text) else None


def _has_condition(where: str, entry: dict[str, Any], rules: HostRules) -> bool:
    """Return whether a rule has a condition, and report it."""
    keys = [key for key in ("has", "missing") if entry.get(key)]
    types = ", ".join(str(one.get("type")) for key in keys for one in objects(entry[key]))
    if keys:
        rules.findings.add_gap(
            where, f"it has the condition '{' and '.join(keys)}' ({types}), which rules here do not have"
        )
    unknown = entry.keys() - _RULE_KEYS
    if unknown:
        rules.findings.add_gap(f"{where} {', '.join(sorted(unknown))}", "rules here have no such key")
    return bool(keys)
