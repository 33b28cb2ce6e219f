"""The errors of a publish, as messages for the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.aws.key_value_store_errors import StoreError
from hosting.errors import HostingError, for_stack
from hosting.publish.bulk.upload import MAYBE_MIXED, UNCHANGED
from hosting.publish.s3.errors import S3Error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar

    T = TypeVar("T")


def _stack_of(props: Mapping[str, Any]) -> str:
    """Return the stack in the resource's URN: `urn:pulumi:<stack>::...`."""
    return str(props["urn"]).removeprefix("urn:pulumi:").partition("::")[0]


def reported(props: Mapping[str, Any], action: Callable[[], T], failure: str = "") -> T:
    """Return the result of ``action``; errors of AWS become messages, and each command names the stack.

    ``failure`` is what an error of AWS means, as a sentence; by default, that a publish stopped.
    """
    try:
        return action()
    except (S3Error, StoreError) as error:
        reason = str(error).rstrip(".")
        if failure:
            raise HostingError(f"{failure}: {reason}. Run the command again once this is fixed") from error
        live_site = UNCHANGED if props.get("store") else MAYBE_MIXED
        raise HostingError(
            f"Publishing stopped: {reason}. {live_site}. Run pulumi up again: it continues where this one stopped"
        ) from error
    except HostingError as error:
        raise type(error)(for_stack(str(error), _stack_of(props))) from error
