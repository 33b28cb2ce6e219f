"""Translate the ignore patterns of `amplify publish` to gitignore patterns.

Amplify matched each file's absolute path with minimatch and its option ``matchBase``. As in gitignore, a pattern
without a slash is compared with the last name of the path, a leading ``/`` is the distribution folder, and a matched
folder is not entered. The differences follow from https://github.com/isaacs/minimatch/blob/v3.0.4/README.md.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hosting.formats.git_pattern import why_invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hosting.migrate.findings import Findings

_EXTENDED = re.compile(r"[?*+@!]\(")
_BRACES = re.compile(r"(?<!\\)\{([^{}]*,[^{}]*)\}")
_RANGE = re.compile(r"(?<!\\)\{[^{}]*\.\.[^{}]*\}")
_LEADING_WILDCARD = re.compile(r"(^|/)(\*(?!\*/)|[?\[])")


def gitignore_patterns(patterns: Iterable[str], findings: Findings) -> list[str]:
    """Return the gitignore patterns for Amplify's ``patterns``; ``findings`` lists where the two differ."""
    kept: list[str] = []
    for given in patterns:
        pattern = given.strip()
        why = _why_not(pattern)
        if why:
            findings.add_gap(f"Ignore pattern '{given}'", why)
            continue
        for one in _expanded(pattern):
            broken = why_invalid(one)
            if broken:
                findings.add_gap(f"Ignore pattern '{one}'", f"it is not a gitignore pattern, it {broken}: rewrite it")
                continue
            kept.append(re.sub("/{2,}", "/", one))
            if _never_matched(one):
                findings.notes.append(
                    f"The ignore pattern '{one}' never matched in Amplify, because it has a slash "
                    f"{'at the end' if one.endswith('/') else 'inside and none at the start'}; here it matches."
                )
    if any(_LEADING_WILDCARD.search(one) for one in kept):
        findings.notes.append("In ignore patterns, '*', '?' and '[' now also match a dot at the start of a name.")
    return kept


def _why_not(pattern: str) -> str | None:
    """Return why the pattern cannot be translated, None if it can."""
    if not pattern:
        return "an empty pattern never matched anything"
    if pattern.startswith("#"):
        return "it is a comment, as in gitignore; for names that begin with '#' write '\\#'"
    if pattern.startswith("!"):
        return (
            "in Amplify it ignored everything that it does not match, in gitignore it publishes what it matches: "
            "set the patterns to ignore with pulumi config set --path 'publish:ignore[<n>]' '<pattern>'"
        )
    if _EXTENDED.search(pattern) or _RANGE.search(pattern):
        return (
            "gitignore supports neither '(a|b)' nor '{1..9}': set one pattern for each with "
            "pulumi config set --path 'publish:ignore[<n>]' '<pattern>'"
        )
    if pattern.startswith(("./", "../")):
        return "it never matched anything, and does not in gitignore: write it with '/' at the start"
    return None


def _expanded(pattern: str) -> Iterator[str]:
    """Yield ``*.jpg`` and ``*.png`` for ``*.{jpg,png}``, because gitignore does not support braces."""
    braces = _BRACES.search(pattern)
    if not braces:
        yield pattern
        return
    for choice in braces[1].split(","):
        yield from _expanded(pattern[: braces.start()] + choice + pattern[braces.end() :])


def _never_matched(pattern: str) -> bool:
    """Return whether Amplify never matched ``pattern``.

    For a pattern with a slash, minimatch compares the whole path, and an absolute path begins with a slash.
    """
    return pattern.endswith("/") or ("/" in pattern and not pattern.startswith(("/", "**/")))
