"""Maps `assets.fileOptions` of a StaticSite to `publish:cacheControl`. In both, a file's last entry counts.

https://sst.dev/docs/component/aws/static-site#assets-fileoptions
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import texts

if TYPE_CHECKING:
    from hosting.migrate.sst.values import SiteValues

_NAME = "assets.fileOptions"
_SET = "set publish:cacheControl; hashed files have a year anyway (docs/caching.md)"
_BRACES = re.compile(r"\{([^{}]*)\}")
_MOST_PATTERNS = 100
_ENTRY = {"files", "ignore", "cacheControl"}


def map_file_options(values: SiteValues, given: list[Any]) -> None:
    """Add the Cache-Control of each entry; an entry that patterns can't express is a gap."""
    entries = [entry if isinstance(entry, dict) else {} for entry in given]
    patterns = [_patterns(entry.get("files")) for entry in entries]
    rules: list[dict[str, str]] = []
    for number, entry in enumerate(entries):
        where, value = f"{_NAME}[{number}]", entry.get("cacheControl")
        kept = _kept(number, entries)
        if not patterns[number] or kept is None or not isinstance(value, str):
            values.findings.add_gap(where, f"it is not a list of files with a cacheControl: {_SET}")
            continue
        rules += [{"pattern": pattern, "value": value} for pattern in patterns[number]] + kept
        for key in sorted(entry.keys() - _ENTRY):
            values.findings.add_gap(f"{where}.{key}", "only its cacheControl has a counterpart")
    if rules:
        values.findings.add_setting("publish:cacheControl", rules, _NAME)


def _kept(number: int, entries: list[dict[str, Any]]) -> list[dict[str, str]] | None:
    """Return the rules for the files that an entry ignores, by the other entry that has them; None if none has."""
    rules: list[dict[str, str]] = []
    for glob in texts(entries[number].get("ignore")):
        others = [one for one in entries[:number] + entries[number + 1 :] if glob in texts(one.get("files"))]
        value = others[-1].get("cacheControl") if others else None
        if not isinstance(value, str):
            return None
        rules += [{"pattern": pattern, "value": value} for pattern in _patterns(glob)]
    return rules


def _patterns(given: object) -> list[str]:
    """Return gitignore patterns for globs; none for a glob that git doesn't have.

    https://github.com/isaacs/node-glob#glob-primer
    """
    globs = texts(given)
    for index, glob in enumerate(globs):
        braces = _BRACES.search(glob)
        if braces and len(globs) < _MOST_PATTERNS:
            parts = [glob[: braces.start()] + part + glob[braces.end() :] for part in braces[1].split(",")]
            return _patterns([*globs[:index], *parts, *globs[index + 1 :]])
    names = [glob.removeprefix("./").lstrip("/") for glob in globs]
    is_whole = not isinstance(given, list) or len(texts(given)) == len(given)
    if not is_whole or any(not name or set(name) & set("[]{}()!\\") for name in names):
        return []
    return [name if name.startswith("**/") else f"/{name}" for name in names]
