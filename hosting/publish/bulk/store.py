"""The key value store, as bulk mode needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hosting.aws.key_value_store import StoreState


class Store(Protocol):
    """The calls to one key value store."""

    def get(self, key: str) -> str | None:
        """Return a value; None if the key does not exist."""

    def list(self) -> dict[str, str]:
        """Return all keys with their values."""

    def describe(self) -> StoreState:
        """Return the store's ETag, number of keys and size."""

    def update(self, etag: str, puts: Mapping[str, str], deletes: Collection[str] = ()) -> str:
        """Write and delete at most 50 keys, all or none, and return the store's new ETag.

        Raises:
            StoreConflictError: the store has another ETag.
        """
