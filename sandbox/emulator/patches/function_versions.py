"""MiniStack returns the new version of a function from UpdateFunction in the header `ETag`.

CloudFront returns it in `ETtag`, where the SDKs look for it; without it, Terraform's provider cannot publish an update:
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateFunction.html#API_UpdateFunction_ResponseSyntax
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.emulator.ministack import MiniStack

    Response: TypeAlias = tuple[int, dict[str, str], bytes]


def install(ministack: MiniStack) -> None:
    """Return the version in both headers."""
    replace(ministack.cloudfront, "_cf_update_function", with_version)


def with_version(original: Callable[..., Response]) -> Callable[..., Response]:
    """Return a function that updates a function by ``original``, and returns its version as CloudFront does."""

    def update(name: str, headers: Mapping[str, Any], body: bytes) -> Response:
        status, found, content = original(name, headers, body)
        return status, {**found, "ETtag": found["ETag"]} if "ETag" in found else found, content

    return update
