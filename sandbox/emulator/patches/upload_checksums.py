"""MiniStack accepts any value of `x-amz-content-sha256`, the checksum of the body that is part of the signature.

S3 rejects a body that does not match, a value that it does not know, and a signed request without a value:
https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.emulator.ministack import Handler, MiniStack

# The code and the message of an error; its status is 400.
Failure: TypeAlias = tuple[str, str]

_SHA256 = re.compile(r"[0-9a-f]{64}")
# The body has no checksum, or has one in its chunks or behind them, which MiniStack checks.
_WITHOUT_CHECKSUM = (
    "UNSIGNED-PAYLOAD",
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
)


def install(ministack: MiniStack) -> None:
    """Check the value of every request to S3."""
    replace(ministack.s3, "handle_request", lambda original: with_checksums(original, ministack.s3._error))


def with_checksums(original: Handler, make_error: Callable[[str, str, int], tuple[Any, ...]]) -> Handler:
    """Return a handler that answers by ``original``, unless the body's checksum is wrong or missing."""

    async def handle(
        method: str, path: str, headers: Mapping[str, str], body: bytes, *rest: object, **options: object
    ) -> tuple[Any, ...]:
        failure = checksum_failure(headers, body)
        if failure:
            return make_error(*failure, 400)
        return await original(method, path, headers, body, *rest, **options)

    return handle


def checksum_failure(headers: Mapping[str, str], body: bytes) -> Failure | None:
    """Return why S3 rejects the body; None if it accepts it."""
    value = headers.get("x-amz-content-sha256")
    if value is None:
        is_signed = headers.get("authorization", "").startswith("AWS4-")
        message = "Missing required header for this request: x-amz-content-sha256"
        return ("InvalidRequest", message) if is_signed else None
    if value in _WITHOUT_CHECKSUM:
        return None
    if not _SHA256.fullmatch(value):
        allowed = ", ".join(_WITHOUT_CHECKSUM)
        return "InvalidArgument", f"x-amz-content-sha256 must be {allowed} or a valid sha256 value."
    if value != hashlib.sha256(body).hexdigest():
        message = "The provided 'x-amz-content-sha256' header does not match what was computed."
        return "XAmzContentSHA256Mismatch", message
    return None
