"""MiniStack forwards a GET request with a body.

CloudFront answers it with 403:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html#RequestCustom-get-body
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace
from sandbox.emulator.viewer_request import ViewerRequest

if TYPE_CHECKING:
    from types import ModuleType

    from sandbox.emulator.ministack import Handler, MiniStack


def install(ministack: MiniStack) -> None:
    """Reject such requests."""
    replace(
        ministack.cloudfront, "handle_viewer_request", lambda original: without_bodies(original, ministack.cloudfront)
    )


def without_bodies(original: Handler, cloudfront: ModuleType) -> Handler:
    """Return a handler that answers a GET with a body with 403, and any other request by ``original``."""

    async def handle(*arguments: Any) -> tuple[Any, ...]:  # noqa: ANN401 - MiniStack's arguments
        request = ViewerRequest(*arguments)
        if request.method == "GET" and request.body:
            error: tuple[Any, ...] = cloudfront._cf_error_response(403, "Bad request.", "Error from cloudfront")
            return error
        return await original(*request)

    return handle
