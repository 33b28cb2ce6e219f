"""MiniStack accepts every invalidation path.

CloudFront refuses some, see `sandbox.emulator.invalidation_paths`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.invalidation_paths import INVALID_PATHS, is_accepted
from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from sandbox.emulator.ministack import MiniStack


def install(ministack: MiniStack) -> None:
    """Check the paths before an invalidation is created."""
    cloudfront = ministack.cloudfront
    replace(cloudfront, "_create_invalidation", lambda original: with_checked_paths(original, cloudfront))


def with_checked_paths(original: Callable[[str, bytes], Any], cloudfront: ModuleType) -> Callable[[str, bytes], Any]:
    """Return a function that creates an invalidation by ``original`` if CloudFront accepts its paths."""

    def create(distribution: str, body: bytes) -> Any:  # noqa: ANN401 - MiniStack's response
        if distribution in cloudfront._distributions and not all(map(is_accepted, _paths(cloudfront, body))):
            return cloudfront._error("InvalidArgument", INVALID_PATHS, 400)
        return original(distribution, body)

    return create


def _paths(cloudfront: ModuleType, body: bytes) -> Iterator[str]:
    """Yield the paths of a request; none if it has another structure, which MiniStack reports."""
    element = cloudfront._parse_body(body)
    for name in ("Paths", "Items"):
        element = None if element is None else cloudfront._find(element, name)
    for item in () if element is None else element:
        yield item.text or ""
