"""Translates the ignore patterns of firebase.json to gitignore patterns.

They are globs of whole paths in the `public` folder: `*.log` is a file at the top, `**/*.log` one in any folder.
https://firebase.google.com/docs/hosting/full-config#ignore
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hosting.formats.git_pattern import why_invalid
from hosting.migrate.firebase.globs import without_braces
from hosting.migrate.path_patterns import NotExpressibleError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.migrate.findings import Findings

_GROUP = re.compile(r"[@+?*!]\(")
# `**/.*` is for files alone: the files in `.well-known/` have no dot at the start of their names.
_HIDDEN = ("**/.*", ".*", "/**/.*")
_HIDDEN_PATTERNS = (".*", "!.well-known/")


def ignore_patterns(patterns: object, findings: Findings) -> list[str]:
    """Return the gitignore patterns; those without a counterpart are gaps."""
    kept: list[str] = []
    for pattern in patterns if isinstance(patterns, list) else []:
        try:
            kept += [one for one in _translated(pattern) if one not in kept]
        except NotExpressibleError as error:
            findings.add_gap(f"ignore '{pattern}'", f"it {error}")
    return kept


def _translated(pattern: object) -> Iterator[str]:
    if not isinstance(pattern, str) or not pattern.strip():
        raise NotExpressibleError("is not a pattern")
    if pattern.startswith("!") or _GROUP.search(pattern):
        raise NotExpressibleError("is a glob that gitignore does not have: set one pattern for each name")
    for one in without_braces(pattern.strip()):
        if one in _HIDDEN:
            yield from _HIDDEN_PATTERNS
            continue
        written = _gitignore(one)
        broken = why_invalid(written)
        if broken:
            raise NotExpressibleError(f"is not a gitignore pattern, as it {broken}")
        yield written


def _gitignore(glob: str) -> str:
    """Return a pattern that is relative to the folder, as Firebase's are, without its needless parts."""
    path = glob.removeprefix("./").lstrip("/")
    folder = path.removesuffix("/**/*").removesuffix("/**")
    ending = "/" if folder != path else ""
    anywhere = folder.removeprefix("**/")
    if anywhere != folder and "/" not in anywhere:
        return f"{anywhere}{ending}"
    return f"/{folder}{ending}"
