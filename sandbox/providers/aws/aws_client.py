"""Requests to AWS with the credentials, region and endpoints of the provider's configuration."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from botocore.response import StreamingBody
from botocore.session import Session

from sandbox.providers.aws.configuration import ProviderConfig
from sandbox.providers.aws.credentials import make_client, make_session
from sandbox.providers.aws.errors import AwsError, raise_if_emulator_stopped
from sandbox.providers.values import Properties

SERVICE_NAMES = {
    "acm": "ACM",
    "cloudfront": "CloudFront",
    "cloudwatch": "CloudWatch",
    "iam": "IAM",
    "route53": "Route 53",
    "s3": "S3",
    "sts": "STS",
}


class AwsClient:
    """The botocore clients of one configured provider; each is created once, because that takes long."""

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    @property
    def region(self) -> str:
        """The provider's region."""
        return self.config.region

    @cached_property
    def identity(self) -> Properties:
        """The Account, Arn and UserId of the credentials."""
        return self.call("sts", "get_caller_identity")

    @property
    def account(self) -> str:
        """The account's id."""
        return str(self.identity["Account"])

    @property
    def partition(self) -> str:
        """`aws`, or the partition of the regions in China or of the US government."""
        prefix = self.region.rsplit("-", 2)[0]
        return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(prefix, "aws")

    def s3(self, operation: str, region: str | None = None, /, **params: object) -> Properties:
        """Call S3 in the region of a bucket."""
        return self.call("s3", operation, region, **params)

    def cloudfront(self, operation: str, /, **params: object) -> Properties:
        """Call CloudFront."""
        return self.call("cloudfront", operation, **params)

    def call(self, service: str, operation: str, region: str | None = None, /, **params: object) -> Properties:
        """Send one request, and return its response; a body that boto3 would read later is bytes.

        Raises:
            AwsError: AWS returns an error or does not answer in full, or there are no credentials.
        """
        with _as_aws_errors(service, operation):
            response: Properties = getattr(self.client(service, region), operation)(**params)
            return {name: _whole(value) for name, value in response.items()}

    def pages(self, service: str, operation: str, region: str | None, /, **params: object) -> Iterator[Properties]:
        """Yield every page of a listing.

        Raises:
            AwsError: as for `call`.
        """
        with _as_aws_errors(service, operation):
            yield from self.client(service, region).get_paginator(operation).paginate(**params)

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - botocore creates client classes at run time
        """Return the client for a service and region."""
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = make_client(self.session, self.config, *key)
            return self._clients[key]

    @cached_property
    def session(self) -> Session:
        """The session with the configured credentials.

        Raises:
            ConfigurationError: no credentials were found.
        """
        return make_session(self.config)


def _whole(value: object) -> object:
    return value.read() if isinstance(value, StreamingBody) else value


@contextmanager
def _as_aws_errors(service: str, operation: str) -> Iterator[None]:
    name = "".join(word.capitalize() for word in operation.split("_"))
    call = f"{SERVICE_NAMES[service]}: {name}"
    try:
        yield
    except ClientError as response_error:
        response = response_error.response
        error, metadata = response.get("Error", {}), response.get("ResponseMetadata", {})
        status, code = metadata.get("HTTPStatusCode", 0), error.get("Code", "Unknown")
        raise AwsError(call, status, code, error.get("Message", "")) from response_error
    # ResponseParserError, for a response that was cut off, is not a BotoCoreError.
    except (BotoCoreError, ResponseParserError) as request_error:
        raise_if_emulator_stopped(request_error)
        raise AwsError(call, 0, type(request_error).__name__, str(request_error)) from request_error
