"""MiniStack lists a distribution's invalidations from the oldest to the most recent.

CloudFront lists the most recent first: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListInvalidations.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from sandbox.emulator.ministack import MiniStack


def install(ministack: MiniStack) -> None:
    """List the most recent first."""
    replace(ministack.cloudfront, "_list_invalidations", lambda original: newest_first(original, ministack.cloudfront))


def newest_first(original: Callable[[str], Any], cloudfront: ModuleType) -> Callable[[str], Any]:
    """Return a function that lists the invalidations of a distribution by ``original``, in the opposite order."""

    def list_invalidations(distribution: str) -> Any:  # noqa: ANN401 - MiniStack's response
        invalidations = cloudfront._invalidations.get(distribution, [])
        invalidations.reverse()
        try:
            return original(distribution)
        finally:
            invalidations.reverse()

    return list_invalidations
