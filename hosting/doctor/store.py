"""Checks of the data API of key-value stores: another host, another signature and other rights than CloudFront's."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from hosting.aws.key_value_store import MAX_BYTES
from hosting.aws.key_value_store_errors import StoreError, StoreNotFoundError, api_host
from hosting.doctor.lines import Line
from hosting.doctor.state import KEY_VALUE_STORE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.doctor.context import Context

_ALMOST_FULL = 0.9
# The ID of no store: the API answers that it does not exist, and so accepts the request and its signature.
_NO_STORE = "00000000-0000-0000-0000-000000000000"


def check_store(context: Context) -> Iterator[Line]:
    """Describe the stack's store; without one, ask the API for a store that does not exist."""
    stores = [str(each.outputs["arn"]) for each in context.state.of(KEY_VALUE_STORE)]
    if stores:
        yield from (_described(context, arn) for arn in stores)
    elif context.settings.cloudfront.enabled:
        yield _reached(context)


def _described(context: Context, arn: str) -> Line:
    try:
        state = context.open_store(arn).describe()
    except StoreError as error:
        return Line("error", str(error))
    text = f"The key-value store has {state.items} keys with {state.bytes} of {MAX_BYTES} bytes"
    if state.bytes >= MAX_BYTES * _ALMOST_FULL:
        return Line("warning", text, "publish fewer rules, or replace several with one that has a wildcard")
    return Line("ok", text)


def _reached(context: Context) -> Line:
    identity = context.identity
    arn = f"arn:{identity.partition}:cloudfront::{identity.account}:key-value-store/{_NO_STORE}"
    try:
        with suppress(StoreNotFoundError):
            context.open_store(arn).describe()
    except StoreError as error:
        return Line("warning", str(error), "without many rules the stack needs no key-value store")
    return Line("ok", f"{api_host(arn)} takes the requests of a stack with many rules")
