"""MiniStack ignores `x-amz-checksum-algorithm` of CopyObject, and has no checksum in the response.

S3 computes the checksum of the copied content, and returns it: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.emulator.ministack import MiniStack

_END = b"</CopyObjectResult>"


def install(ministack: MiniStack) -> None:
    """Compute the checksum of each copy."""
    s3 = ministack.s3

    def checksum(bucket: str, key: str, algorithm: str) -> str | None:
        copied = s3._ensure_bucket(bucket)["objects"][key]
        found: str | None = s3._compute_s3_checksum(algorithm, s3._read_body(bucket, key, copied))
        return found

    replace(s3, "_copy_object", lambda original: with_checksum(original, checksum))


def with_checksum(
    original: Callable[..., tuple[Any, ...]], checksum: Callable[[str, str, str], str | None]
) -> Callable[..., tuple[Any, ...]]:
    """Return a function that copies by ``original``, and adds the ``checksum`` of the copy to the response."""

    def copy(bucket: str, key: str, headers: Mapping[str, str]) -> tuple[Any, ...]:
        status, response_headers, body = original(bucket, key, headers)
        algorithm = headers.get("x-amz-checksum-algorithm", "").upper()
        if algorithm and _END in body:
            element = f"<Checksum{algorithm}>{checksum(bucket, key, algorithm)}</Checksum{algorithm}>".encode()
            body = body.replace(_END, element + _END)
        return status, response_headers, body

    return copy
