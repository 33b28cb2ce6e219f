"""Calls to the cloud, with the credentials, region and endpoints that the provider was configured with."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from sandbox.providers.aws.configuration import ProviderConfig
from sandbox.providers.aws.credentials import make_client, make_session
from sandbox.providers.aws.errors import AwsError, refuse_stopped_cloud
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


class Cloud:
    """One configured provider's access to AWS. Clients are slow to make, so each is made once."""

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
        """Account, Arn and UserId of the credentials."""
        return self.call("sts", "get_caller_identity")

    @property
    def account(self) -> str:
        """The account's number."""
        return str(self.identity["Account"])

    @property
    def partition(self) -> str:
        """`aws`, or the partition of China's or the US government's regions."""
        prefix = self.region.rsplit("-", 2)[0]
        return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(prefix, "aws")

    def s3(self, operation: str, region: str | None = None, /, **params: object) -> Properties:
        """Call S3, in the region of one bucket."""
        return self.call("s3", operation, region, **params)

    def cloudfront(self, operation: str, /, **params: object) -> Properties:
        """Call CloudFront."""
        return self.call("cloudfront", operation, **params)

    def call(self, service: str, operation: str, region: str | None = None, /, **params: object) -> Properties:
        """Make one call.

        Raises:
            AwsError: AWS refuses it, can't be reached, or there are no credentials.
        """
        with _as_aws_errors(service, operation):
            answer: Properties = getattr(self.client(service, region), operation)(**params)
        return answer

    def pages(self, service: str, operation: str, region: str | None, /, **params: object) -> Iterator[Properties]:
        """Every page of a listing.

        Raises:
            AwsError: as for a call.
        """
        with _as_aws_errors(service, operation):
            yield from self.client(service, region).get_paginator(operation).paginate(**params)

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - botocore makes clients at run time
        """The one client of this service and region."""
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = make_client(self.session, self.config, *key)
            return self._clients[key]

    @cached_property
    def session(self) -> Session:
        """The session with the configured credentials.

        Raises:
            ConfigurationError: there are none.
        """
        return make_session(self.config)


@contextmanager
def _as_aws_errors(service: str, operation: str) -> Iterator[None]:
    name = "".join(word.capitalize() for word in operation.split("_"))
    call = f"{SERVICE_NAMES[service]}: {name}"
    try:
        yield
    except ClientError as refusal:
        error, meta = refusal.response.get("Error", {}), refusal.response.get("ResponseMetadata", {})
        status, code = meta.get("HTTPStatusCode", 0), error.get("Code", "Unknown")
        raise AwsError(call, status, code, error.get("Message", "")) from refusal
    except BotoCoreError as failure:
        refuse_stopped_cloud(failure)
        raise AwsError(call, 0, type(failure).__name__, str(failure)) from failure
