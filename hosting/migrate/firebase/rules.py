"""Maps `redirects`, `rewrites` and `headers` of firebase.json to this program's rules.

Firebase applies redirects, then files, then rewrites:
https://firebase.google.com/docs/hosting/full-config#hosting_priority_order.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import objects, section
from hosting.migrate.firebase.globs import glob_patterns, is_negated
from hosting.migrate.path_patterns import Capture, NotExpressibleError
from hosting.migrate.regex_forms import regex_patterns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.migrate.host_rules import HostRules, Target
    from hosting.migrate.path_patterns import PathPattern

_CAPTURE = re.compile(r"(/|^):([A-Za-z_]\w*|\d)\*?", re.ASCII)
_URL = re.compile(r"(https?://[^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_SERVICES = {
    "function": "a Cloud Function",
    "run": "a Cloud Run container",
    "dynamicLinks": "Firebase Dynamic Links, which Google has shut down",
}
# A hash in a glob, as `ng add @angular/fire` wrote it, and the value that hashed files have here.
_HASH = re.compile(r"(?:\[[0-9a-zA-Z-]+\]){8}")
_YEAR = re.compile(r"cache-control: .*\bmax-age=31536000\b")
_HAVE_A_YEAR = "have a year of cache here without a rule (docs/caching.md)."
_END_OF_GLOB_TEXT = re.compile(r"([*{@:])")
_END_OF_REGEX_TEXT = re.compile(r"([^\w/-])")
# Paths whose last name has no dot, as the routes of an app.
_ROUTES = "**/!(*.*)"
_KEYS = {"source", "glob", "regex", "destination", "type", "headers"}


def map_rules(site: dict[str, Any], rules: HostRules, project: str = "<project>") -> None:
    """Add the rules of a site in the order in which Firebase applies them; ``project`` is the id of the project."""
    for where, entry in _entries(site, "headers"):
        pairs = ((one.get("key"), one.get("value")) for one in objects(entry.get("headers")))
        texts = [(key, value) for key, value in pairs if isinstance(key, str) and isinstance(value, str)]
        if _HASH.search(_source(entry)) and all(_YEAR.search(f"{key.lower()}: {value}") for key, value in texts):
            rules.findings.notes.append(f"{where.split()[0]}: files with a hash in their name {_HAVE_A_YEAR}")
            continue
        patterns = _patterns(where, entry, rules)
        if patterns and not _is_negated(where, entry, rules):
            rules.add_headers(where, patterns, texts)
    for where, entry in _entries(site, "redirects"):
        _add_redirect(where, entry, rules)
    for where, entry in _entries(site, "rewrites"):
        _add_rewrite(where, entry, rules, project)


def _entries(site: dict[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each entry of a list with its place."""
    for number, entry in enumerate(objects(site.get(key))):
        yield f"{key}[{number}] {_source(entry)}".rstrip(), entry


def _source(entry: dict[str, Any]) -> str:
    """Return the glob or the regular expression of an entry."""
    found = next((entry[key] for key in ("source", "glob", "regex") if isinstance(entry.get(key), str)), "")
    return str(found)


def target_of(text: str) -> Target:
    """Return a destination split into text and captures: `/users/:id/new`, `/:1`."""
    url = _URL.fullmatch(text)
    parts: list[str | Capture] = [url[1]] if url else []
    rest, end = (url[2] if url else text), 0
    for found in _CAPTURE.finditer(rest):
        parts += [rest[end : found.start()], Capture(found[2], found[1])]
        end = found.end()
    return tuple(part for part in (*parts, rest[end:]) if part != "")


def _patterns(where: str, entry: dict[str, Any], rules: HostRules) -> list[PathPattern]:
    """Return the paths of an entry; none, and a gap, if they have no counterpart."""
    try:
        return _source_patterns(_source(entry), is_regex=isinstance(entry.get("regex"), str))
    except NotExpressibleError as error:
        rules.findings.add_gap(where, f"its source {error}")
        return []


def _source_patterns(source: str, *, is_regex: bool) -> list[PathPattern]:
    if not source:
        raise NotExpressibleError("is missing, or is not text")
    if "://" in source:
        raise NotExpressibleError("is a URL, and Firebase compares paths, so it never matched anything")
    patterns = regex_patterns(source) if is_regex else glob_patterns(source)
    found = [pattern for pattern in (one.from_root() for one in patterns) if pattern.begins_with_slash]
    if not found:
        raise NotExpressibleError("does not begin with '/'")
    return found


def _is_negated(where: str, entry: dict[str, Any], rules: HostRules) -> bool:
    negated = is_negated(_source(entry)) and "regex" not in entry
    if negated:
        rules.findings.add_gap(where, "its source is for all paths but some: write the paths that it is for")
    return negated


def _add_redirect(where: str, entry: dict[str, Any], rules: HostRules) -> None:
    patterns, target = _patterns(where, entry, rules), entry.get("destination")
    if not patterns or _is_negated(where, entry, rules):
        return
    if not isinstance(target, str):
        rules.findings.add_gap(where, "it has no 'destination' that is text")
        return
    rules.add_redirect(where, patterns, target_of(target), str(entry.get("type") or "301"))


def _add_rewrite(where: str, entry: dict[str, Any], rules: HostRules, project: str) -> None:
    service = next((key for key in _SERVICES if entry.get(key)), None)
    if service:
        rules.findings.add_gap(f"{where} -> {service}", _service_gap(service, entry, project))
        return
    target = entry.get("destination")
    if not isinstance(target, str):
        rules.findings.add_gap(where, "it has no 'destination' that is text")
        return
    page = target if target.startswith(("/", "http")) else f"/{target}"
    if is_negated(_source(entry)) and "regex" not in entry:
        _add_negated(where, _source(entry), page, rules)
        return
    # All paths but those of assets are what the page of an app answers here, too.
    patterns = glob_patterns("**") if _source(entry).lstrip("/") == _ROUTES else _patterns(where, entry, rules)
    if patterns:
        rules.add_rewrite(where, patterns, target_of(page))


def is_server_for_all(entry: dict[str, Any]) -> bool:
    """Whether a rewrite leads all paths without a file to a function or a container."""
    has_service = any(entry.get(key) for key in ("function", "run"))
    return has_service and _source(entry).strip("/") in ("**", "**/*")


def _add_negated(where: str, source: str, page: str, rules: HostRules) -> None:
    """Add a rewrite for all paths but some: a missing file below those gets the page too, unless it is an asset."""
    if source.strip("!/") in ("**", "**/*"):
        rules.findings.add_gap(where, "it excludes all paths, so it never matched anything")
        return
    rules.add_rewrite(where, glob_patterns("**"), (page,))
    rules.findings.notes.append(
        f"{where}: paths without a file that it excludes get {page} too, unless they have the extension of an asset."
    )


def _proxied_path(source: str, *, is_regex: bool) -> str:
    """Return the path of a proxy rule: what a glob or a regular expression begins with, and all paths below it."""
    fixed, *others = (_END_OF_REGEX_TEXT if is_regex else _END_OF_GLOB_TEXT).split(source.lstrip("^/"), maxsplit=1)
    return f"/{fixed.rstrip('/') or 'api'}/<*>" if "".join(others).rstrip("$") else f"/{fixed}"


def _service_gap(service: str, entry: dict[str, Any], project: str) -> str:
    """Return the reason, with the proxy rule to copy."""
    if service == "dynamicLinks":
        return f"it leads to {_SERVICES[service]}"
    if is_server_for_all(entry):
        return (
            f"every page without a file comes from {_SERVICES[service]}, on a server, and this program publishes "
            "files: write proxy rules for its paths (docs/redirects.md#proxies)"
        )
    details = section(entry, service)
    region = details.get("region") or entry.get("region") or "us-central1"
    name = details.get("serviceId") or details.get("functionId") or entry.get(service)
    server = f"{name}-<hash>.a.run.app" if service == "run" else f"{region}-{project}.cloudfunctions.net/{name}"
    path = _proxied_path(_source(entry), is_regex="regex" in entry)
    example = {"source": path, "target": f"https://{server}{path}", "status": "200"}
    return (
        f"it leads to {_SERVICES[service]}, which stays at Google; this rule of website:redirects leads to it: "
        f"{json.dumps(example)} (docs/redirects.md#proxies)"
    )
