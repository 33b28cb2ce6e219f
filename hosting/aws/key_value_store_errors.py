"""The errors of a key-value store's data API, as sentences: no exception of botocore leaves the client.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_kvs_UpdateKeys.html#API_kvs_UpdateKeys_Errors
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.aws.plain_access import STORE_DOMAIN
from hosting.errors import PublishError

if TYPE_CHECKING:
    from hosting.aws.connections import RequestError

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
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
_THROTTLED = frozenset({"Throttling", "ThrottlingException", "TooManyRequestsException", "SlowDown"})
_CONFLICT, _PRECONDITION_FAILED, _INVALID, _FULL, _NOT_FOUND = 409, 412, 400, 402, 404
_SERVER_ERROR = 500
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
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
    return f"{arn.split(':')[4]}.{STORE_DOMAIN}"


def without_signer() -> StoreError:
    """Return the error for a missing awscrt."""
    return StoreError("Key-value stores need the package awscrt, which signs requests: pip install 'boto3[crt]'")


def without_credentials(error: Exception, arn: str) -> StoreError:
    """Return the error for a request that could not be signed or has no address."""
    reason = str(error).partition("\n")[0].rstrip(".")
    return StoreError(f"Key-value store {arn} could not be used: {reason}. {_AGAIN}")


def without_response(error: RequestError, host: str) -> StoreError:
    """Return the error for a request without a whole response."""
    if error.is_sent:
        return StoreResponseError(f"{host} did not respond ({error}): run `pulumi up` again", is_unknown=True)
    return StoreUnreachableError(
        f"{host}, which takes the keys of CloudFront's key-value stores, can't be reached ({error}): allow "
        "connections to it, or set a proxy: pulumi config set aws:httpsProxy <value>"
    )


def refused(code: str, status: int, message: str, arn: str, *, has_token: bool) -> StoreError:
    """Return the error for a response; ``has_token`` is whether the credentials are temporary."""
    if code in _DENIED:
        return _denied(message, arn, has_token=has_token)
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


def _denied(message: str, arn: str, *, has_token: bool) -> StoreError:
    """Return the error for a call that the credentials do not allow.

    AWS answers "Authentication failed" to a session token of version 1, which STS's global endpoint issues:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-function-restrictions.html#regional-endpoint-for-key-value-store
    https://github.com/boto/boto3/issues/3980
    """
    if "authentication" in message.lower() and has_token:
        return StoreError(
            f"CloudFront refuses the temporary credentials for key-value store {arn} ({message}). Their session token "
            "is probably of version 1, from the global endpoint of AWS STS, and the store needs version 2, from a "
            "regional endpoint: export AWS_STS_REGIONAL_ENDPOINTS=regional, and sign in again"
        )
    return StoreError(
        f"The credentials have no access to the keys of key-value store {arn} ({message}): allow "
        f"{', '.join(DATA_ACTIONS)} on it"
    )
