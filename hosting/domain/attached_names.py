"""The custom host names of a distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pulumi


@dataclass(frozen=True)
class AttachedNames:
    """A distribution's aliases, with their certificate.

    Attributes:
        names: the aliases.
        certificate_arn: the ARN of an issued certificate that covers them.
    """

    names: tuple[str, ...]
    certificate_arn: pulumi.Input[str]
