"""The AWS provider of all resources of the site, including the synced folders' objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws import Provider

if TYPE_CHECKING:
    from hosting.aws.settings import AwsSettings


def make_provider(name: str, settings: AwsSettings, opts: pulumi.ResourceOptions) -> Provider:
    """Return an explicit provider with the stack's `aws:` settings.

    The default provider reads these settings too. But the children of a component in another process (the synced
    folders) would get the default provider of that process.
    """
    values = {**settings.values, "region": settings.region}
    arguments: dict[str, Any] = {
        _snake(key): pulumi.Output.secret(value) if key in settings.secret_keys else value
        for key, value in values.items()
    }
    return Provider(name, opts=opts, **arguments)


def _snake(key: str) -> str:
    """Return the SDK's name of a setting: ``s3UsePathStyle`` -> ``s3_use_path_style``."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)
