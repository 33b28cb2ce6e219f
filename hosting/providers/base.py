"""The base class of the dynamic providers that call AWS: it reads the stack's `aws:` settings."""

from __future__ import annotations

import atexit
import gc
import os
from typing import TYPE_CHECKING

from pulumi.dynamic import ResourceProvider
from pulumi.runtime import rpc

from hosting.aws.settings import settings_from
from hosting.errors import HostingError

if TYPE_CHECKING:
    from pulumi.dynamic import ConfigureRequest

    from hosting.aws.settings import AwsSettings


def known_text(value: object) -> str:
    """Return a text among a resource's inputs; empty if it is not known before the update."""
    return value if isinstance(value, str) and value != rpc.UNKNOWN else ""


class AwsProvider(ResourceProvider):
    """A dynamic provider with the same settings as the AWS provider of the other resources."""

    # The provider has no secrets. Encrypted, its pickle would change at each update.
    serialize_as_secret_always = False

    _settings: AwsSettings | None = None

    def configure(self, req: ConfigureRequest) -> None:
        """Read the stack's `aws:` settings."""
        # The engine waits for the exit of this process, in which a search for garbage takes 0.1 s.
        atexit.register(gc.freeze)
        self._settings = settings_from(req.config.get, os.environ)

    @property
    def settings(self) -> AwsSettings:
        """The stack's `aws:` settings.

        Raises:
            HostingError: the engine did not configure the provider.
        """
        if self._settings is None:
            raise HostingError(f"{type(self).__name__} was not configured: update the Pulumi CLI")
        return self._settings
