"""Clients of AWS with the stack's `aws:` settings, and what the checks need to know about AWS's errors."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from hosting.aws.session import client_of, make_session

if TYPE_CHECKING:
    import boto3

    from hosting.aws.settings import AwsSettings

AWS_ERRORS = (BotoCoreError, ClientError)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"})


class AwsClients(Protocol):
    """Makes clients of AWS's services."""

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3 generates its clients
        """Return a client of ``service``, in ``region`` or in the stack's."""
        ...


class StackClients:
    """Clients with the credentials, region, proxies and endpoints of the stack's provider."""

    def __init__(self, settings: AwsSettings) -> None:
        self._settings = settings

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - as above
        """Return a client of ``service``, in ``region`` or in the stack's."""
        return client_of(self._session, service, self._settings, region)

    @cached_property
    def _session(self) -> boto3.Session:
        return make_session(self._settings)


def backend_client(region: str | None, profile: str | None) -> Any:  # noqa: ANN401 - boto3 generates its clients
    """Return a client of S3 with the environment's credentials, which the CLI uses for its backend."""
    import boto3  # noqa: PLC0415 - few stacks have a backend in S3

    return boto3.Session(region_name=region, profile_name=profile).client("s3")


def error_code(error: BaseException) -> str:
    """Return the code of an error that AWS answered with; empty for any other error."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def is_denied(error: BaseException) -> bool:
    """Return whether the credentials have no right to the operation."""
    return error_code(error) in _DENIED


def answer_date(error: BaseException) -> str:
    """Return the Date header of an error that AWS answered with; empty without one."""
    metadata = error.response.get("ResponseMetadata", {}) if isinstance(error, ClientError) else {}
    return str(metadata.get("HTTPHeaders", {}).get("date", ""))
