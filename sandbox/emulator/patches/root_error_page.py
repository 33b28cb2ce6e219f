"""MiniStack asks S3 for the empty key if the page of a custom error response is `/`.

CloudFront returns the default root object:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DefaultRootObject.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.emulator.ministack import MiniStack


def install(ministack: MiniStack) -> None:
    """Replace the page."""
    replace(ministack.cloudfront, "parse_distribution_dataplane_config", with_root_error_page)


def with_root_error_page(original: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """Return a function that parses a distribution by ``original``, with the default root object for the page `/`."""

    def parse(distribution: object) -> dict[str, Any]:
        config = original(distribution)
        for response in config["custom_error_responses"].values():
            if response["page"] == "/":
                response["page"] += config["default_root_object"]
        return config

    return parse
