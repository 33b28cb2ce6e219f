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
    return any(
        host == alias.lower() or (alias.startswith("*.") and host.endswith(alias[1:].lower())) for alias in aliases
    )
