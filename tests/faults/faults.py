"""The faults that the proxy can apply to a request."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum


class Fault(Enum):
    """A fault; the value is its name on the command line."""

    KILL_BEFORE = "kill-before"
    KILL_AFTER = "kill-after"
    DENY = "deny"
    SLOW_DOWN = "slow-down"
    SERVER_ERROR = "server-error"
    UNAVAILABLE = "unavailable"
    EXPIRE = "expire"
    RESET = "reset"
    CUT = "cut"
    DELAY = "delay"

    @property
    def is_kill(self) -> bool:
        """Whether the engine and all of its plugins are killed."""
        return self in {Fault.KILL_BEFORE, Fault.KILL_AFTER}


@dataclass(frozen=True)
class Refusal:
    """An error response of AWS.

    Attributes:
        status: the HTTP status.
        code: AWS's code.
        message: AWS's message.
        is_lasting: whether all later requests of the same run get it too.
    """

    status: int
    code: str
    message: str
    is_lasting: bool = False

    def answer(self, service: str) -> tuple[int, str, bytes]:
        """Return the status, the content type and the body: XML, but for the data API of key value stores.

        S3's error is the root, other services have it in an ErrorResponse.
        """
        if service == DATA_API:
            status, code = _DATA_API_CODES.get(self.code, (self.status, self.code))
            return status, "application/json", json.dumps({"__type": code, "Message": self.message}).encode()
        error = f"<Error><Code>{self.code}</Code><Message>{self.message}</Message></Error>"
        text = error if service == "s3" else f"<ErrorResponse>{error}<RequestId>0</RequestId></ErrorResponse>"
        return self.status, "application/xml", f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()


# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
REFUSALS = {
    Fault.DENY: Refusal(403, "AccessDenied", "Access Denied"),
    Fault.SLOW_DOWN: Refusal(503, "SlowDown", "Please reduce your request rate."),
    Fault.SERVER_ERROR: Refusal(500, "InternalError", "We encountered an internal error. Please try again."),
    Fault.UNAVAILABLE: Refusal(503, "ServiceUnavailable", "Service is unable to handle request."),
    Fault.EXPIRE: Refusal(400, "ExpiredToken", "The provided token has expired.", is_lasting=True),
}
DATA_API = "cloudfront-keyvaluestore"
# https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_kvs_UpdateKeys.html#API_kvs_UpdateKeys_Errors
_DATA_API_CODES = {
    "AccessDenied": (403, "AccessDeniedException"),
    "InternalError": (500, "InternalServerException"),
    "SlowDown": (429, "ThrottlingException"),
    "ExpiredToken": (403, "ExpiredTokenException"),
}
# Longer than a request takes, and shorter than any client waits.
DELAY_S = 1.0
# The faults other than kills; the fault suite applies one of them to each request, in turn.
ERRORS = tuple(fault for fault in Fault if not fault.is_kill)
