"""Errors of AWS in pulumi-aws's wording, and the error if the emulator does not run."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from botocore.exceptions import EndpointConnectionError

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class AwsError(Exception):
    """An error of AWS, or one that AWS would return where the emulator is less strict."""

    def __init__(self, call: str, status: int, code: str, message: str) -> None:
        super().__init__(
            f"operation error {call}, https response error StatusCode: {status}, api error {code}: {message}"
        )
        self.code = code
        self.status = status

    @property
    def is_not_found(self) -> bool:
        """Whether the requested resource does not exist."""
        return self.status == 404 or self.code.startswith(("NoSuch", "ResourceNotFound"))  # noqa: PLR2004 - HTTP's own number


class ProviderError(AwsError):
    """An error that pulumi-aws itself raises, in its wording."""

    def __init__(self, message: str) -> None:
        super().__init__("", 0, "", "")
        self.args = (message,)


class UnfinishedCreationError(AwsError):
    """A resource exists, but a later request of its creation failed; the engine keeps the resource."""

    def __init__(self, identifier: str, error: AwsError) -> None:
        super().__init__("", error.status, error.code, "")
        self.args = error.args
        self.identifier = identifier


@contextmanager
def keeping_created(identifier: str) -> Iterator[None]:
    """Let the engine keep a resource that exists if a later request of its creation fails.

    Raises:
        UnfinishedCreationError: a request has failed.
    """
    try:
        yield
    except AwsError as error:
        raise UnfinishedCreationError(identifier, error) from error


class ConfigurationError(Exception):
    """The provider's configuration cannot be used."""


class EmulatorStoppedError(AwsError):
    """The emulator does not run."""

    def __init__(self, url: str) -> None:
        super().__init__("", 0, "", "")
        self.args = (f"the sandbox is not running ({url} refuses connections); start it with: make sandbox",)


def raise_if_emulator_stopped(error: Exception) -> None:
    """Raise an error if a request has failed because no process listens on this machine.

    Raises:
        EmulatorStoppedError: no process listens.
    """
    if isinstance(error, EndpointConnectionError):
        parts = urlsplit(str(error.kwargs.get("endpoint_url")))
        if parts.hostname in _LOOPBACK:
            raise EmulatorStoppedError(f"{parts.scheme}://{parts.netloc}") from error
