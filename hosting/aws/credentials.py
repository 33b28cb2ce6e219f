"""The credentials with which the program signs requests itself, without botocore in the usual cases."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.aws.plain_access import plain_credentials
from hosting.aws.session import make_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from hosting.aws.settings import AwsSettings


@dataclass(frozen=True, repr=False)
class Credentials:
    """AWS credentials. Their repr does not show the fields, which are secrets."""

    access_key: str
    secret_key: str
    token: str | None


def credentials_of(settings: AwsSettings) -> Callable[[], Credentials]:
    """Return a function that returns the current credentials.

    Raises:
        botocore.exceptions.BotoCoreError, ClientError: no credentials were found, or a role can't be assumed.
        HostingError: the web identity has no token.
    """
    plain = plain_credentials(settings, os.environ)
    if plain is not None:
        return lambda: Credentials(*plain)
    source = make_session(settings).get_credentials()
    if source is None:
        from botocore.exceptions import NoCredentialsError  # noqa: PLC0415 - the import takes 0.1 s

        raise NoCredentialsError

    def credentials() -> Credentials:
        # botocore renews them before they expire.
        frozen = source.get_frozen_credentials()
        return Credentials(str(frozen.access_key), str(frozen.secret_key), frozen.token)

    return credentials
