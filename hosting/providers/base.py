"""What our dynamic providers that call AWS have in common: the stack's `aws:` settings, and how they are kept."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pulumi.dynamic import ResourceProvider

from hosting.aws.settings import settings_from
from hosting.errors import HostingError

if TYPE_CHECKING:
    from pulumi.dynamic import ConfigureRequest

    from hosting.aws.settings import AwsSettings


class AwsProvider(ResourceProvider):
    """A dynamic provider with the settings that the provider of all other resources has."""

    # Nothing of the provider is secret; as a secret its pickle would change at every update.
    serialize_as_secret_always = False

    _settings: AwsSettings | None = None

    def configure(self, req: ConfigureRequest) -> None:
        """Read the stack's `aws:` settings."""
        self._settings = settings_from(req.config.get, os.environ)

    @property
    def settings(self) -> AwsSettings:
        """The stack's `aws:` settings.

        Raises:
            HostingError: the engine has told none.
        """
        if self._settings is None:
            raise HostingError(f"{type(self).__name__} was not configured: update the Pulumi CLI")
        return self._settings
