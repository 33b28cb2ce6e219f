"""What the checks are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from hosting.aws.key_value_store import KeyValueStoreClient
    from hosting.config.load import Settings
    from hosting.doctor.aws_clients import AwsClients
    from hosting.doctor.state import StackState


@dataclass(frozen=True)
class Identity:
    """The caller, as AWS sees it.

    Attributes:
        account: the account's ID.
        arn: the ARN of the user, or of the session of an assumed role.
    """

    account: str
    arn: str

    @property
    def partition(self) -> str:
        """The partition of AWS, such as ``aws``."""
        return self.arn.split(":")[1]


@dataclass(frozen=True)
class Context:
    """What the checks of AWS are given.

    Attributes:
        stack: the stack's name, for commands.
        prefix: `<project>-<stack>`, with which the names in AWS begin.
        settings: the stack's settings.
        state: the stack's state; empty before the first `pulumi up`.
        aws: makes clients of AWS.
        identity: the caller.
        name_servers: returns the name servers of a zone in DNS; empty if the zone does not exist there.
        open_store: returns the client of the key-value store with an ARN.
    """

    stack: str
    prefix: str
    settings: Settings
    state: StackState
    aws: AwsClients
    identity: Identity
    name_servers: Callable[[str], frozenset[str]]
    open_store: Callable[[str], KeyValueStoreClient]
