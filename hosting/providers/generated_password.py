"""The dynamic provider of a generated password, which stays the same until the resource is replaced.

The engine pickles the provider by reference to this module's name, so importing it must have no side effect.
"""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

# 192 bits: the function at the edge has time for one round of a hash alone.
_BYTES = 24


class GeneratedPasswordProvider(ResourceProvider):
    """Generates a password on create."""

    # The provider itself has no secrets. Encrypted, its pickle would change at each update.
    serialize_as_secret_always = False

    def create(self, _props: Mapping[str, Any]) -> CreateResult:
        """Return a new password."""
        return CreateResult(f"password-{uuid.uuid4()}", {"password": secrets.token_urlsafe(_BYTES)})


class GeneratedPassword(Resource, module="hosting", name="GeneratedPassword"):
    """A password.

    Attributes:
        password: the password, encrypted in the state.
    """

    password: pulumi.Output[str]

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        """Declare it under the logical name ``name``."""
        secret = pulumi.ResourceOptions(additional_secret_outputs=["password"])
        inputs = {"password": None}
        super().__init__(GeneratedPasswordProvider(), name, inputs, pulumi.ResourceOptions.merge(opts, secret))
