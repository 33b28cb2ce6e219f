"""MiniStack answers a request for an object of the type `application/xml; charset=utf-8` without the charset.

It corrects the Content-Type of S3's own XML documents, and takes such an object for one of them. S3 returns the type
that was uploaded: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_ResponseSyntax
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.emulator.ministack import MiniStack


def install(ministack: MiniStack) -> None:
    """Keep the types of S3's successful responses, which are right as S3's handler returns them."""
    replace(ministack.app, "fix_success_content_type", without_s3)


def without_s3(original: Callable[[str, int, dict[str, str]], None]) -> Callable[[str, int, dict[str, str]], None]:
    """Return a function that corrects the type in the headers of any service but S3 by ``original``."""

    def fix(service: str, status: int, headers: dict[str, str]) -> None:
        if service != "s3":
            original(service, status, headers)

    return fix
