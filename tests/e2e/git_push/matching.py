"""Which pushes deploy a stack: https://www.pulumi.com/docs/deployments/concepts/settings/path-filtering/."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_TOKENS = re.compile(r"\*\*/|\*\*|\*|\?|\{|\}|,|[^*?{},]+")
_PATTERNS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")"}


def branch_of(settings: Mapping[str, Any]) -> str:
    """Return the branch that deploys the stack, from its deployment settings."""
    branch: str = settings.get("sourceContext", {}).get("git", {}).get("branch", "")
    return branch.removeprefix("refs/heads/")


def deploys(settings: Mapping[str, Any], branch: str, changed: Iterable[str]) -> bool:
    """Whether a push to ``branch`` that changed these files deploys the stack."""
    github = settings.get("gitHub", {})
    return (
        bool(github.get("deployCommits"))
        and branch == branch_of(settings)
        and any_matches(github.get("paths", ()), changed)
    )


def any_matches(filters: Sequence[str], changed: Iterable[str]) -> bool:
    """Whether a changed file matches the filters; without any, every push does."""
    return not filters or any(matches(filters, path) for path in changed)


def matches(filters: Sequence[str], path: str) -> bool:
    """Whether a file is included, or nothing is, and it isn't excluded: the order means nothing."""
    includes = [each for each in filters if not each.startswith("!")]
    excludes = [each[1:] for each in filters if each.startswith("!")]
    included = not includes or any(_is_match(each, path) for each in includes)
    return included and not any(_is_match(each, path) for each in excludes)


def _is_match(pattern: str, path: str) -> bool:
    """Whether the glob matches the whole path."""
    depth, expression = 0, ""
    for token in _TOKENS.findall(pattern):
        depth += {"{": 1, "}": -1}.get(token, 0)
        separator = "|" if depth else ","
        expression += separator if token == "," else _PATTERNS.get(token, re.escape(token))
    return re.fullmatch(expression, path) is not None
