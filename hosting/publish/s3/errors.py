"""What S3 refuses, as one class of errors: no exception of botocore leaves this package."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Worth another try; https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_SLOW = frozenset({"SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequests"})
_PASSING = frozenset({"RequestTimeout", "InternalError", "ServiceUnavailable", "OperationAborted"})
_PASSING_STATUS = frozenset({408, 429, 500, 502, 503, 504})


class S3Error(Exception):
    """S3 refused a request, or did not answer.

    Attributes:
        code: S3's error code, or the name of the client's own error; empty if there was no answer.
        slow_down: whether S3 asks for fewer requests.
        passing: whether another try may succeed.
    """

    def __init__(self, code: str, message: str, status: int = 0) -> None:
        self.code = code
        self.slow_down = code in _SLOW or status in (429, 503)
        self.passing = self.slow_down or not code or code in _PASSING or status in _PASSING_STATUS
        super().__init__(f"{code}: {message}" if code else message)


class ConflictError(Exception):
    """The object is not what it was when it was read: another writer has replaced it."""


@contextmanager
def s3_errors() -> Iterator[None]:
    """Raise an S3Error for each error of botocore; also a decorator."""
    try:
        yield
    except ClientError as error:
        details = error.response["Error"]
        raise S3Error(str(details.get("Code", "")), str(details.get("Message") or error).rstrip(".")) from error
    except BotoCoreError as error:
        raise S3Error(type(error).__name__, str(error)) from error
