"""MiniStack publishes the version of a function that is published already.

CloudFront answers PreconditionFailed, so Terraform's provider fails if only the tags of a function change:
https://github.com/hashicorp/terraform-provider-aws/issues/49572
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from sandbox.emulator.ministack import MiniStack


def install(ministack: MiniStack) -> None:
    """Publish each version once."""
    replace(ministack.cloudfront, "_cf_publish_function", lambda original: once(original, ministack.cloudfront))


def once(original: Callable[..., Any], cloudfront: ModuleType) -> Callable[..., Any]:
    """Return a function that publishes a function by ``original``, unless its version is published."""

    def publish(name: str, headers: Mapping[str, Any]) -> Any:  # noqa: ANN401 - MiniStack's response
        function = cloudfront._functions.get(name)
        if function and function.get("published_dev_etag") == function["dev_etag"] == headers.get("if-match"):
            return cloudfront._error("PreconditionFailed", f"The version of function {name} is published.", 412)
        return original(name, headers)

    return publish
