"""MiniStack passes every `CloudFront-*` header of a viewer to the function.

CloudFront sets these headers itself, and only those that the behavior's cache policy or origin request policy names:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import cache_behavior, replace
from sandbox.emulator.viewer_request import ViewerRequest, current

if TYPE_CHECKING:
    from types import ModuleType

    from sandbox.emulator.ministack import Handler, MiniStack

_PREFIX = "cloudfront-"
_BEHAVIORS_WITH_NAMES = ("whitelist", "allViewerAndWhitelistCloudFront")


def install(ministack: MiniStack) -> None:
    """Remove the headers that no policy names."""
    replace(
        ministack.cloudfront,
        "handle_viewer_request",
        lambda original: with_named_headers(original, ministack.cloudfront),
    )


def with_named_headers(original: Handler, cloudfront: ModuleType) -> Handler:
    """Return a handler that answers a request by ``original``, which gets only named `CloudFront-*` headers."""

    async def handle(*arguments: Any) -> tuple[Any, ...]:  # noqa: ANN401 - MiniStack's arguments
        request = ViewerRequest(*arguments)
        named = _named_headers(cloudfront, request.distribution, current().path)
        headers = {
            name: value for name, value in request.headers.items() if not name.startswith(_PREFIX) or name in named
        }
        return await original(*request._replace(headers=headers))

    return handle


def _named_headers(cloudfront: ModuleType, distribution: object, path: str) -> set[str]:
    behavior = cache_behavior(cloudfront, distribution, path)
    policies = (
        cloudfront.cache_policy_params(behavior.get("cache_policy_id")),
        cloudfront.origin_request_policy_config(behavior.get("origin_request_policy_id")),
    )
    return {
        name.lower()
        for policy in policies
        if policy and policy.get("HeaderBehavior") in _BEHAVIORS_WITH_NAMES
        for name in policy["Headers"]
    }
