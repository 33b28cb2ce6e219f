"""Maps Amplify's publish ignore patterns to gitignore patterns.

Amplify matched each file's absolute path by minimatch with ``matchBase``. As in gitignore, a pattern without a slash
matches the last name, a leading ``/`` is the distribution folder, and a matched folder is not entered. The differences
are in https://github.com/isaacs/minimatch/blob/v3.0.4/README.md.
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
    """Return the gitignore patterns, and add the differences to ``findings``."""
    accepted: list[str] = []
    for value in patterns:
        pattern = value.strip()
        reason = _reason_to_skip(pattern)
        if reason:
            findings.add_gap(f"Ignore pattern '{value}'", reason)
            continue
        for one in _expanded(pattern):
            error = why_invalid(one)
            if error:
                findings.add_gap(f"Ignore pattern '{one}'", f"it is invalid in gitignore, it {error}: rewrite it")
                continue
            accepted.append(re.sub("/{2,}", "/", one))
            if _matched_nothing(one):
                findings.notes.append(
                    f"The ignore pattern '{one}' never matched in Amplify (it has a slash "
                    f"{'at the end' if one.endswith('/') else 'inside, but none in front'}); here it does."
                )
    if any(_LEADING_WILDCARD.search(one) for one in accepted):
        findings.notes.append("In ignore patterns '*', '?' and '[' now match a name's leading dot too.")
    return accepted


def _reason_to_skip(pattern: str) -> str | None:
    """Return why the pattern has no gitignore equivalent, None if it has one."""
    if not pattern:
        return "an empty pattern never matched anything"
    if pattern.startswith("#"):
        return "it is a comment in both; for names that begin with '#' write '\\#'"
    if pattern.startswith("!"):
        return (
            "in Amplify it ignored all files that it does not match, in gitignore it publishes those that it matches: "
            "set the patterns with pulumi config set --path 'publish:ignore[<n>]' '<pattern>'"
        )
    if _EXTENDED.search(pattern) or _RANGE.search(pattern):
        return "gitignore has neither '(a|b)' nor '{1..9}': set one pattern for each with 'publish:ignore[<n>]'"
    if pattern.startswith(("./", "../")):
        return "it matched nothing in Amplify, and matches nothing in gitignore: write it with a leading '/'"
    return None


def _expanded(pattern: str) -> Iterator[str]:
    """Yield ``*.jpg`` and ``*.png`` for ``*.{jpg,png}``, as gitignore has no braces."""
    braces = _BRACES.search(pattern)
    if not braces:
        yield pattern
        return
    for choice in braces[1].split(","):
        yield from _expanded(pattern[: braces.start()] + choice + pattern[braces.end() :])


def _matched_nothing(pattern: str) -> bool:
    """Return whether minimatch never matched: with a slash it compares the whole path, which begins with one."""
    return pattern.endswith("/") or ("/" in pattern and not pattern.startswith(("/", "**/")))
