"""What S3 refuses of an upload."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SHA256 = re.compile(r"[0-9a-f]{64}")


def with_checksums(
    known: Callable[[Mapping[str, str], bytes], Any], refusal: Callable[[str, str, int], Any]
) -> Callable[[Mapping[str, str], bytes], Any]:
    """Return a function that refuses by ``known``, and a body that is not what its signature is of.

    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html has XAmzContentSHA256Mismatch.
    """

    def refused(headers: Mapping[str, str], body: bytes) -> Any:  # noqa: ANN401 - MiniStack's own answer, or None
        told = headers.get("x-amz-content-sha256", "")
        if _SHA256.fullmatch(told) and told != hashlib.sha256(body).hexdigest():
            message = "The provided 'x-amz-content-sha256' header does not match what was computed."
            return refusal("XAmzContentSHA256Mismatch", message, 400)
        return known(headers, body)

    return refused
