"""Amplify's publish ignore patterns -> gitignore patterns.

Amplify asked minimatch, with ``matchBase``, about each file's absolute path: a pattern without a slash is held
against the last name, a leading ``/`` stands for the distribution folder, and a matched folder is not entered.
So far gitignore agrees. https://github.com/isaacs/minimatch/blob/v3.0.4/README.md tells the rest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hosting.formats.wildmatch import why_invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hosting.migrate.findings import Findings

_EXTENDED = re.compile(r"[?*+@!]\(")
_BRACES = re.compile(r"(?<!\\)\{([^{}]*,[^{}]*)\}")
_RANGE = re.compile(r"(?<!\\)\{[^{}]*\.\.[^{}]*\}")
_LEADING_WILDCARD = re.compile(r"(^|/)(\*(?!\*/)|[?\[])")


def gitignore_patterns(patterns: Iterable[str], findings: Findings) -> list[str]:
    """Return what to ignore, in gitignore's words; where the two differ, ``findings`` tells how."""
    kept: list[str] = []
    for given in patterns:
        pattern = given.strip()
        why = _why_not(pattern)
        if why:
            findings.gap(f"Ignore pattern '{given}'", why)
            continue
        for one in _expanded(pattern):
            broken = why_invalid(one)
            if broken:
                findings.gap(f"Ignore pattern '{one}'", f"gitignore does not take it, it {broken}: write it otherwise")
                continue
            kept.append(re.sub("/{2,}", "/", one))
            if _never_matched(one):
                findings.notes.append(
                    f"The ignore pattern '{one}' never matched in Amplify (it has a slash "
                    f"{'at the end' if one.endswith('/') else 'inside, but none in front'}); here it does."
                )
    if any(_LEADING_WILDCARD.search(one) for one in kept):
        findings.notes.append("In ignore patterns '*', '?' and '[' now match a name's leading dot too.")
    return kept


def _why_not(pattern: str) -> str | None:
    """Return why the pattern can't be taken over, None if it can."""
    if not pattern:
        return "an empty pattern never matched anything"
    if pattern.startswith("#"):
        return "it is a comment, there as in gitignore; for names that begin with '#' write '\\#'"
    if pattern.startswith("!"):
        return (
            "there it ignored all that it does not match, in gitignore it publishes again what it matches: "
            "say what you mean with pulumi config set --path 'publish:ignore[<n>]' '<pattern>'"
        )
    if _EXTENDED.search(pattern) or _RANGE.search(pattern):
        return "gitignore has neither '(a|b)' nor '{1..9}': set one pattern for each with 'publish:ignore[<n>]'"
    if pattern.startswith(("./", "../")):
        return "it never matched anything, and in gitignore it does not either: write it with a leading '/'"
    return None


def _expanded(pattern: str) -> Iterator[str]:
    """Yield ``*.jpg`` and ``*.png`` for ``*.{jpg,png}``: gitignore has no braces."""
    braces = _BRACES.search(pattern)
    if not braces:
        yield pattern
        return
    for choice in braces[1].split(","):
        yield from _expanded(pattern[: braces.start()] + choice + pattern[braces.end() :])


def _never_matched(pattern: str) -> bool:
    """A slash makes minimatch compare whole paths, and an absolute path begins with one."""
    return pattern.endswith("/") or ("/" in pattern and not pattern.startswith(("/", "**/")))
