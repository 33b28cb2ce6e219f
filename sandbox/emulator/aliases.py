"""The alternate domain names (CNAMEs) of a distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def matches_alias(host: str, aliases: Iterable[str]) -> bool:
    """Return whether one of ``aliases`` is, or covers, a lower-case host name.

    `*.example.com` covers `a.example.com` and `a.b.example.com`, but not `example.com`:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html#alternate-domain-names-wildcard
    """
    return alias_specificity(host, aliases) > 0


def alias_specificity(host: str, aliases: Iterable[str]) -> int:
    """Return how much of a lower-case host name the best of ``aliases`` has; 0 if none covers it.

    If the aliases of several distributions cover a host name, the more specific one decides which of them answers:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html#alternate-domain-names-restrictions
    """
    return max((_covered(host, alias.lower()) for alias in aliases), default=0)


def _covered(host: str, alias: str) -> int:
    if host == alias:
        return len(alias)
    suffix = alias[1:]
    return len(suffix) if alias.startswith("*.") and host.endswith(suffix) else 0
