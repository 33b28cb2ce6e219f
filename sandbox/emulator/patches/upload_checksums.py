"""MiniStack stores an upload whose body does not match the signed checksum in `x-amz-content-sha256`.

S3 rejects it with XAmzContentSHA256Mismatch: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.emulator.ministack import MiniStack

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MISMATCH = "The provided 'x-amz-content-sha256' header does not match what was computed."


def install(ministack: MiniStack) -> None:
    """Check the checksum where MiniStack checks Content-MD5."""
    replace(ministack.s3, "_validate_content_md5", lambda original: with_sha256(original, ministack.s3._error))


def with_sha256(
    original: Callable[[Mapping[str, str], bytes], Any], make_error: Callable[[str, str, int], Any]
) -> Callable[[Mapping[str, str], bytes], Any]:
    """Return a function that checks the SHA-256 of a body, and then checks it by ``original``."""

    def error(headers: Mapping[str, str], body: bytes) -> Any:  # noqa: ANN401 - MiniStack's response, or None
        signed = headers.get("x-amz-content-sha256", "")
        if _SHA256.fullmatch(signed) and signed != hashlib.sha256(body).hexdigest():
            return make_error("XAmzContentSHA256Mismatch", _MISMATCH, 400)
        return original(headers, body)

    return error
