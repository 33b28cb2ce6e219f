"""Switches visitors to a release: writes its tables, then the pointer."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.aws.key_value_store import MAX_BYTES, MAX_KEYS_A_WRITE
from hosting.aws.key_value_store_errors import StoreConflictError, StoreUnavailableError
from hosting.errors import PublishError
from hosting.publish.bulk.pointer import Pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hosting.publish.bulk.store import Store

SITE_KEY = "s/site"
_USABLE_PERCENT = 90
_ATTEMPTS = 8
_MAX_WAIT_S = 2.0


@dataclass(frozen=True)
class StoreView:
    """The key value store as a publish has found it.

    Attributes:
        etag: the store's ETag.
        bytes: the store's size.
        text: the value of the pointer; None without one.
    """

    etag: str
    bytes: int
    text: str | None

    @property
    def pointer(self) -> Pointer | None:
        """The pointer."""
        return Pointer.from_text(self.text) if self.text else None


def view(store: Store) -> StoreView:
    """Return the pointer, and the ETag of a version of the store that has it."""
    state = store.describe()
    return StoreView(state.etag, state.bytes, store.get(SITE_KEY))


def check_capacity(found: StoreView, items: Mapping[str, str]) -> None:
    """Check before the first upload that the tables fit into the store.

    Raises:
        PublishError: they do not fit.
    """
    size = sum(len(key.encode()) + len(value.encode()) for key, value in items.items())
    limit = MAX_BYTES * _USABLE_PERCENT // 100
    if found.bytes + size > limit:
        raise PublishError(
            f"The tables of this release have {size} bytes, and the stack's key value store has {found.bytes} of the "
            f"{limit} bytes that bulk mode uses; nothing was uploaded: the tables of earlier releases are deleted "
            "by the first publish after 10 minutes. Run pulumi up again then, or publish fewer files or rules"
        )


class Switch:
    """One publish's change of the pointer."""

    def __init__(self, store: Store, started_from: StoreView, pointer: Pointer, host_of: Callable[[str], str]) -> None:
        """``started_from`` is the store that the publish has found; ``host_of`` returns who published a release."""
        self._store = store
        self._started_from = started_from
        self._text = pointer.to_text()
        self._host_of = host_of
        self._etag = started_from.etag

    def run(self, tables: Mapping[str, str]) -> None:
        """Write the tables, and with the last of them the pointer.

        Raises:
            PublishError: another publish has written the pointer.
            StoreError: the store did not take a value.
        """
        *first, last = _batches(tables) or [{}]
        for batch in first:
            self._write(batch)
        self._write({**last, SITE_KEY: self._text})

    def _write(self, puts: Mapping[str, str]) -> None:
        attempt = 0
        while True:
            attempt += 1
            try:
                self._etag = self._store.update(self._etag, puts, ())
            except (StoreConflictError, StoreUnavailableError):
                if attempt == _ATTEMPTS:
                    raise
                if self._is_done(puts):
                    return
                time.sleep(random.uniform(0, min(_MAX_WAIT_S, 0.05 * 2**attempt)))  # noqa: S311 - jitter, not a secret
            else:
                return

    def _is_done(self, puts: Mapping[str, str]) -> bool:
        """Read the pointer after a conflict or an unknown outcome; return whether it is already the new one."""
        found = view(self._store)
        self._etag = found.etag
        if SITE_KEY in puts and found.text == self._text:
            return True
        if found.text != self._started_from.text:
            raise PublishError(_other_publish(found, self._host_of))
        return False


def _batches(tables: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the tables in parts of which each leaves one key of an update for the pointer."""
    items, size = list(tables.items()), MAX_KEYS_A_WRITE - 1
    return [dict(items[start : start + size]) for start in range(0, len(items), size)]


def _other_publish(found: StoreView, host_of: Callable[[str], str]) -> str:
    """Return the message that another publish has switched visitors."""
    pointer = found.pointer
    host = host_of(pointer.live.release) if pointer else ""
    when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(pointer.live.time)) if pointer else "meanwhile"
    return (
        f"Another release was published{f' by {host}' if host else ''} ({when}) while this pulumi up ran; visitors "
        "get that one, and this one was not published. Run pulumi up again to publish the files of this machine"
    )
