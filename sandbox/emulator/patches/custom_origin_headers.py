"""MiniStack passes a viewer's hop-by-hop headers, and headers that could be forged, to a custom origin.

CloudFront removes them:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html#request-custom-headers-behavior
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.emulator.ministack import MiniStack

_REMOVED = frozenset({"expect", "keep-alive", "te", "trailer", "upgrade", "x-forwarded-proto", "x-real-ip"})
_REMOVED_PREFIXES = ("proxy-", "x-edge-")


def install(ministack: MiniStack) -> None:
    """Remove the headers."""
    replace(ministack.cloudfront, "_origin_request_headers", without_removed_headers)


def without_removed_headers(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Return a function that returns the headers of ``original``, without those that CloudFront removes."""

    def headers(*arguments: object) -> dict[str, Any]:
        return {name: value for name, value in original(*arguments).items() if not _is_removed(name.lower())}

    return headers


def _is_removed(name: str) -> bool:
    return name in _REMOVED or name.startswith(_REMOVED_PREFIXES)
