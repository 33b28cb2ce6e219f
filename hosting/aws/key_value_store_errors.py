"""The errors of a key-value store's data API, as sentences: no exception of botocore leaves the client.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_kvs_UpdateKeys.html#API_kvs_UpdateKeys_Errors
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hosting.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Callable

CONNECT_TIMEOUT_S = 5
# The actions of the data API. IAM cannot restrict them to single keys:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudfrontkeyvaluestore.html
DATA_ACTIONS = (
    "cloudfront-keyvaluestore:DeleteKey",
    "cloudfront-keyvaluestore:DescribeKeyValueStore",
    "cloudfront-keyvaluestore:GetKey",
    "cloudfront-keyvaluestore:ListKeys",
    "cloudfront-keyvaluestore:PutKey",
    "cloudfront-keyvaluestore:UpdateKeys",
)
_OPERATIONS = frozenset(action.partition(":")[2] for action in DATA_ACTIONS)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
_THROTTLED = frozenset({"Throttling", "ThrottlingException", "TooManyRequestsException", "SlowDown"})
_CONFLICT, _PRECONDITION_FAILED, _INVALID, _FULL, _NOT_FOUND = 409, 412, 400, 402, 404
_SERVER_ERROR = 500
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
# The exceptions of botocore for a connection that was not established. They are compared by name, as importing
# botocore takes 0.1 s.
_NO_CONNECTION = frozenset({"ConnectTimeoutError", "EndpointConnectionError", "ProxyConnectionError", "SSLError"})
# The exceptions of botocore and of the HTTP libraries below it for a request without a whole response.
_NO_RESPONSE = frozenset(
    {
        "ConnectionClosedError",
        "HTTPClientError",
        "IncompleteRead",
        "IncompleteReadError",
        "ProtocolError",
        "ReadTimeoutError",
        "ResponseParserError",
        "ResponseStreamingError",
    }
)
_NO_SIGNER = "MissingDependencyException"
_AGAIN = "Run `pulumi up` again once this is fixed"


class StoreError(PublishError):
    """A key-value store could not be read or written.

    Attributes:
        is_unknown: whether a write may have been done in spite of the error.
    """

    def __init__(self, message: str, *, is_unknown: bool = False) -> None:
        super().__init__(message)
        self.is_unknown = is_unknown


class StoreConflictError(StoreError):
    """The store was written since its ETag was read."""


class StoreFullError(StoreError):
    """The write would exceed the size that CloudFront allows; nothing of it was written."""


class StoreNotFoundError(StoreError):
    """The store does not exist, or a key does not."""


class StoreUnavailableError(StoreError):
    """CloudFront asks to try again later."""


class StoreResponseError(StoreUnavailableError):
    """There was no response to a request, or a part of one."""


class StoreUnreachableError(StoreUnavailableError):
    """There is no connection to the data API, so nothing was written."""


def api_host(arn: str) -> str:
    """Return the host of the data API for the store ``arn``, if `aws:endpoints` sets no other."""
    return f"{arn.split(':')[4]}.cloudfront-kvs.global.api.aws"


def store_error(error: Exception, arn: str, has_session_token: Callable[[], bool]) -> StoreError:
    """Return the error of a call to the store ``arn``, for one of the exceptions of ``aws_errors``.

    ``has_session_token`` returns whether the credentials are temporary.
    """
    response: Any = getattr(error, "response", None)
    if not isinstance(response, dict):
        return _without_response(error, arn)
    if getattr(error, "operation_name", "") not in _OPERATIONS:
        # A call before it, such as that for the credentials of a role.
        return StoreError(f"Key-value store {arn} could not be used: {error}. {_AGAIN}")
    details = response.get("Error", {})
    code, message = str(details.get("Code", "")), str(details.get("Message") or error).rstrip(".")
    if code in _DENIED:
        return _denied(message, arn, has_session_token)
    return _refused(code, int(response["ResponseMetadata"]["HTTPStatusCode"]), message, arn)


def _without_response(error: Exception, arn: str) -> StoreError:
    """Return the error for an exception of the client itself."""
    name, reason = type(error).__name__, str(error).partition("\n")[0].rstrip(".")
    details: dict[str, Any] = getattr(error, "kwargs", {})
    host = urlsplit(str(details.get("endpoint_url", ""))).netloc.rpartition("@")[2] or api_host(arn)
    if name in _NO_CONNECTION:
        why = details.get("error") or f"no connection within {CONNECT_TIMEOUT_S} seconds"
        return StoreUnreachableError(
            f"{host}, which takes the keys of CloudFront's key-value stores, can't be reached ({why}): allow "
            "connections to it, or set a proxy: pulumi config set aws:httpsProxy <value>"
        )
    if name in _NO_RESPONSE:
        return StoreResponseError(f"{host} did not respond ({reason}): run `pulumi up` again", is_unknown=True)
    if name == _NO_SIGNER:
        return StoreError("Key-value stores need the package awscrt, which signs requests: pip install 'boto3[crt]'")
    return StoreError(f"Key-value store {arn} could not be used: {reason}. {_AGAIN}")


def _denied(message: str, arn: str, has_session_token: Callable[[], bool]) -> StoreError:
    """Return the error for a call that the credentials do not allow.

    AWS answers "Authentication failed" to a session token of version 1, which STS's global endpoint issues:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-function-restrictions.html#regional-endpoint-for-key-value-store
    https://github.com/boto/boto3/issues/3980
    """
    if "authentication" in message.lower() and has_session_token():
        return StoreError(
            f"CloudFront refuses the temporary credentials for key-value store {arn} ({message}). Their session token "
            "is probably of version 1, from the global endpoint of AWS STS, and the store needs version 2, from a "
            "regional endpoint: export AWS_STS_REGIONAL_ENDPOINTS=regional, and sign in again"
        )
    return StoreError(
        f"The credentials have no access to the keys of key-value store {arn} ({message}): allow "
        f"{', '.join(DATA_ACTIONS)} on it"
    )


def _refused(code: str, status: int, message: str, arn: str) -> StoreError:
    """Return the error for a status."""
    is_precondition = "precondition" in message.lower().replace("-", "")
    if status in (_CONFLICT, _PRECONDITION_FAILED) or (status == _INVALID and is_precondition):
        return StoreConflictError(
            f"Key-value store {arn} was changed by somebody else at the same time ({message}): run `pulumi up` again "
            "once their update has finished"
        )
    if status in _TRANSIENT or code in _THROTTLED:
        return StoreUnavailableError(
            f"CloudFront can't answer for key-value store {arn} now ({code or status}: {message}): run `pulumi up` "
            "again in a few minutes",
            is_unknown=status >= _SERVER_ERROR,
        )
    if status == _FULL:
        return StoreFullError(f"Key-value store {arn} is full ({message})")
    if status == _NOT_FOUND:
        return StoreNotFoundError(f"Key-value store {arn} does not exist ({message}): pulumi up --refresh")
    return StoreError(f"CloudFront refuses a request to key-value store {arn} ({code}: {message}). {_AGAIN}")
