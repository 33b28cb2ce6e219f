"""The cloud's refusals, worded as pulumi-aws words them; and what it can't know, that the local cloud isn't there."""

from urllib.parse import urlsplit

from botocore.exceptions import EndpointConnectionError

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class AwsError(Exception):
    """An answer of AWS that isn't a success, or what AWS would have answered where the emulator is laxer."""

    def __init__(self, call: str, status: int, code: str, message: str) -> None:
        super().__init__(
            f"operation error {call}, https response error StatusCode: {status}, api error {code}: {message}"
        )
        self.code = code
        self.status = status

    @property
    def is_missing(self) -> bool:
        """Whether it says that the thing asked for does not exist."""
        return self.status == 404 or self.code.startswith(("NoSuch", "ResourceNotFound"))  # noqa: PLR2004 - HTTP's own number


class ProviderError(AwsError):
    """What pulumi-aws itself refuses, in its own words."""

    def __init__(self, message: str) -> None:
        super().__init__("", 0, "", "")
        self.args = (message,)


class ConfigurationError(Exception):
    """The provider can't work with the configuration that it was given."""


class CloudStoppedError(AwsError):
    """The local cloud isn't running."""

    def __init__(self, url: str) -> None:
        super().__init__("", 0, "", "")
        self.args = (f"the sandbox's cloud is not running ({url} refuses connections); start it with: make sandbox",)


def refuse_stopped_cloud(failure: Exception) -> None:
    """Say so where a call has failed because nothing listens on this machine.

    Raises:
        CloudStoppedError: nothing does.
    """
    if isinstance(failure, EndpointConnectionError):
        parts = urlsplit(str(failure.kwargs.get("endpoint_url")))
        if parts.hostname in _LOOPBACK:
            raise CloudStoppedError(f"{parts.scheme}://{parts.netloc}") from failure
