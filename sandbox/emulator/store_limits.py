"""The limits of a key value store, and what an update may contain.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-keyvaluestores
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

KEY_BYTES = 512
VALUE_BYTES = 1024
# AWS does not say whether its megabyte has 1000 or 1024 kilobytes: the stricter one applies.
STORE_BYTES = 5_000_000
UPDATE_BYTES = 3_000_000
UPDATE_KEYS = 50
PAGE_KEYS = 50


class Rejection(NamedTuple):
    """An error of the data API.

    Attributes:
        code: such as ValidationException.
        message: the sentence.
        status: the HTTP status.
    """

    code: str
    message: str
    status: int


def size_of(items: Mapping[str, str]) -> int:
    """Return the bytes of the keys and values."""
    return sum(len(key.encode()) + len(value.encode()) for key, value in items.items())


def too_large() -> Rejection:
    """Return the rejection of a request with too many keys or bytes."""
    return _invalid(f"A request can have {UPDATE_KEYS} keys and {UPDATE_BYTES} bytes at most.")


def request_rejection(puts: Collection[tuple[str, str]], deletes: Collection[str]) -> Rejection | None:
    """Return why the service rejects an update whatever the store has, or None."""
    keys = [*(key for key, _ in puts), *deletes]
    if len(keys) > UPDATE_KEYS:
        return too_large()
    if len(set(keys)) < len(keys):
        return _invalid("A request can name a key only once.")
    if any(not 0 < len(key.encode()) <= KEY_BYTES for key in keys):
        return _invalid(f"A key can have {KEY_BYTES} bytes at most.")
    if any(len(value.encode()) > VALUE_BYTES for _, value in puts):
        return _invalid(f"A value can have {VALUE_BYTES} bytes at most.")
    return None


def store_rejection(items: Mapping[str, str], puts: Mapping[str, str], deletes: Collection[str]) -> Rejection | None:
    """Return why the service rejects an update of a store with these items, or None."""
    after = {key: value for key, value in {**items, **puts}.items() if key not in set(deletes)}
    if size_of(after) <= STORE_BYTES:
        return None
    message = f"The key value store would have {size_of(after)} bytes; it can have {STORE_BYTES}."
    return Rejection("ServiceQuotaExceededException", message, 402)


def _invalid(message: str) -> Rejection:
    return Rejection("ValidationException", message, 400)
