"""MiniStack compares path patterns with the decoded path.

CloudFront compares them with the normalized path, see `sandbox.emulator.path_patterns`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace
from sandbox.emulator.viewer_request import ViewerRequest, current

if TYPE_CHECKING:
    from sandbox.emulator.ministack import Handler, MiniStack


def install(ministack: MiniStack) -> None:
    """Choose cache behaviors by the normalized path."""
    replace(ministack.cloudfront, "handle_viewer_request", with_normalized_path)


def with_normalized_path(original: Handler) -> Handler:
    """Return a handler that answers a request by ``original``, which gets the normalized path."""

    async def handle(*arguments: Any) -> tuple[Any, ...]:  # noqa: ANN401 - MiniStack's arguments
        return await original(*ViewerRequest(*arguments)._replace(path=current().path))

    return handle
