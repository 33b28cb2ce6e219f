"""MiniStack removes all slashes at the start of a URI to get the key of an object, and keeps a plus sign.

S3 removes one slash: the key of `//` is `/`. https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
Its REST endpoint decodes a plus sign to a space: https://github.com/imgix/js-core/issues/88,
https://github.com/nginx/nginx-s3-gateway/issues/77, https://techracho.bpsinc.jp/?p=148538
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.emulator.ministack import MiniStack


def install(ministack: MiniStack) -> None:
    """Replace the function that computes the key."""
    replace(ministack.cloudfront, "_s3_object_key", lambda _: object_key)


def object_key(origin: Mapping[str, Any], uri: str) -> str:
    """Return the key that a URI stands for at an S3 origin."""
    return unquote(f"{origin.get('origin_path') or ''}{uri}".removeprefix("/").replace("+", " "))
