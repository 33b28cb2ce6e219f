"""The errors of S3, as one class: no exception of botocore leaves this package."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hosting.aws.session import aws_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

# Errors that may not occur again; https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_SLOW_DOWN = frozenset({"SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequests"})
_TRANSIENT = frozenset({"RequestTimeout", "InternalError", "ServiceUnavailable", "OperationAborted"})
_TRANSIENT_STATUS = frozenset({408, 429, 500, 502, 503, 504})


class S3Error(Exception):
    """S3 refused a request, or did not respond.

    Attributes:
        code: S3's error code, or the name of the client's own error; empty if there was no response.
        slow_down: whether S3 asks for fewer requests.
        is_transient: whether another attempt may succeed.
    """

    def __init__(self, code: str, message: str, status: int = 0) -> None:
        self.code = code
        self.slow_down = code in _SLOW_DOWN or status in (429, 503)
        self.is_transient = self.slow_down or not code or code in _TRANSIENT or status in _TRANSIENT_STATUS
        super().__init__(f"{code}: {message}" if code else message)


class ConflictError(Exception):
    """Another writer has replaced the object since it was read."""


@contextmanager
def s3_errors() -> Iterator[None]:
    """Raise an S3Error for each error of botocore and of the libraries below it; usable as a decorator."""
    try:
        yield
    except aws_errors() as error:
        raise _s3_error(error) from error


def _s3_error(error: Exception) -> S3Error:
    # Only a ClientError has the response, which is then S3's own error.
    details = getattr(error, "response", {}).get("Error")
    if details is None:
        return S3Error(type(error).__name__, str(error).partition("\n")[0].rstrip("."))
    return S3Error(str(details.get("Code", "")), str(details.get("Message") or error).rstrip("."))
