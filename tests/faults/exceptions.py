"""What is documented to need another command than one `pulumi up`; docs/troubleshooting.md says what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.operations import RequestName


class Remedy(Enum):
    """What the documentation says to do."""

    REFRESH = "pulumi up --refresh"
    RESTORE_CHECKPOINT = "copy the newest file of .pulumi/backups over the state"
    BY_HAND = "delete or import the resource that AWS created and the state does not know"


@dataclass(frozen=True)
class DocumentedException:
    """An interruption after which one `pulumi up` is not enough.

    Attributes:
        name: a few words.
        request: matches the name of the request that was interrupted; None for any.
        output: matches the output of the `pulumi up` that fails.
        remedy: what to do; the site is checked after it.
        reason: why it can't be otherwise.
    """

    name: str
    request: re.Pattern[str] | None
    output: re.Pattern[str]
    remedy: Remedy
    reason: str


_CREATED = DocumentedException(
    name="created and not in the state",
    request=re.compile(r"\w+ Create\w+"),
    output=re.compile(r"AlreadyExists|AlreadyOwnedByYou"),
    remedy=Remedy.BY_HAND,
    reason="Pulumi's engine writes a new resource to the state when AWS has answered.",
)
EXCEPTIONS = (
    _CREATED,
    # AWS creates other resources when the engine is killed at any request.
    replace(
        _CREATED,
        request=None,
        output=re.compile(rf"(?s)(?=.*interrupted while creating).*(?:{_CREATED.output.pattern})"),
    ),
    DocumentedException(
        name="function's version",
        # Any: other requests of the same run are under way when the engine is killed.
        request=None,
        output=re.compile(
            r"(?:updating|deleting|publishing) CloudFront Function .*(?:PreconditionFailed|InvalidIfMatchVersion)"
            r"|CloudFront runs other code of function"
        ),
        remedy=Remedy.REFRESH,
        reason="The AWS provider sends the version of its state with each change, and does not compare LIVE.",
    ),
    DocumentedException(
        name="cut checkpoint",
        request=None,
        output=re.compile(r"failed to load checkpoint|unexpected end of JSON input|could not deserialize deployment"),
        remedy=Remedy.RESTORE_CHECKPOINT,
        reason="Pulumi's engine writes its state without a temporary file in a file backend.",
    ),
)


def exception_for(request: RequestName | None, output: str) -> DocumentedException | None:
    """Return the documented exception for a failed `pulumi up` after ``request`` was interrupted."""
    name = str(request) if request else ""
    return next(
        (
            exception
            for exception in EXCEPTIONS
            if exception.output.search(output) and (exception.request is None or exception.request.match(name))
        ),
        None,
    )
