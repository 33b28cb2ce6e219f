"""Switches visitors to a release: writes its tables, then the pointer."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.aws.key_value_store import MAX_BYTES, MAX_KEYS_A_WRITE
from hosting.aws.key_value_store_errors import StoreConflictError, StoreUnavailableError
from hosting.edge.rule_tables import RULE_TABLES
from hosting.errors import PublishError
from hosting.publish.bulk.pointer import POINTERS, Pointer, stored_pointers
from hosting.publish.bulk.table import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hosting.publish.bulk.store import Store

_REPEATED = (RULE_TABLES, POINTERS)
_USABLE_PERCENT = 90
# A conflict may be the write of another preview. When the store does not answer, the client has tried again already.
_CONFLICT_ATTEMPTS, _ATTEMPTS = 20, 8
_SHOWN = 5
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
        """The pointer; None without one, and for a value that is not a pointer."""
        return Pointer.from_text(self.text) if self.text else None


def view(store: Store, key: str) -> StoreView:
    """Return the pointer with this key, and the ETag of a version of the store that has it."""
    state = store.describe()
    return StoreView(state.etag, state.bytes, store.get(key))


def check_capacity(store: Store, found: StoreView, items: Mapping[str, str], *, is_shared: bool = False) -> None:
    """Check before the first upload that the tables fit into the store.

    Args:
        store: the store.
        found: the store as the publish has found it.
        items: the tables.
        is_shared: whether the store has the pointers of many previews.

    Raises:
        PublishError: they do not fit.
    """
    size = sum(len(key.encode()) + len(value.encode()) for key, value in items.items())
    limit = MAX_BYTES * _USABLE_PERCENT // 100
    if found.bytes + size <= limit:
        return
    begin = f"The tables of this release have {size} bytes, and the"
    if not is_shared:
        raise PublishError(
            f"{begin} stack's key value store has {found.bytes} of the {limit} bytes that bulk mode uses; nothing was "
            "uploaded: the tables of earlier releases are deleted by the first publish after 10 minutes. Run pulumi up "
            "again then, or publish fewer files or rules"
        )
    # The pointer alone always has a place: only tables are refused.
    if any(key.startswith(TABLES) for key in items):
        raise PublishError(
            f"{begin} preview edge's key value store has {found.bytes} of the {limit} bytes that previews use; nothing "
            f"was uploaded: remove old previews, or use another edge. The oldest are {_oldest(store)}: "
            "python -m hosting.previews prune --stack '<edge>'"
        )


def _oldest(store: Store) -> str:
    """Return the names of the previews that were published longest ago, with the day and their share of the store."""
    items, sizes = store.list(), Counter[str]()
    for key, value in items.items():
        sizes[key.rpartition("/")[0] + "/"] += len(key.encode()) + len(value.encode())
    pointers = {name: pointer for name, pointer in stored_pointers(items).items() if pointer}
    users = Counter(prefix for pointer in pointers.values() for prefix in pointer.store_tables)
    oldest = sorted((pointer.live.time, name) for name, pointer in pointers.items())[:_SHOWN]
    shares = {name: sum(sizes[one] for one in pointers[name].store_tables if users[one] == 1) for _, name in oldest}
    days = {name: time.strftime("%Y-%m-%d", time.gmtime(when)) for when, name in oldest}
    return ", ".join(f"{name} ({day}, {shares[name]} bytes of its own)" for name, day in days.items())


class Switch:
    """One publish's change of the pointer."""

    def __init__(
        self, store: Store, key: str, started_from: StoreView, pointer: Pointer, host_of: Callable[[str], str]
    ) -> None:
        """``key`` is the pointer's key.

        ``started_from`` is the store that the publish has found; ``host_of`` returns who published a release.
        """
        self._store = store
        self._key = key
        self._started_from = started_from
        self._pointer = pointer
        self._text = pointer.to_text()
        self._host_of = host_of
        self._etag = started_from.etag

    def run(self, tables: Mapping[str, str], check: Callable[[Mapping[str, str]], None] | None = None) -> None:
        """Write the tables, and with the last of them the pointer.

        Args:
            tables: the tables to write.
            check: is called after each conflict with the items of the store, and raises a PublishError if the release
                cannot be published any more.

        Raises:
            PublishError: another publish has written the pointer, or ``check`` raises it.
            StoreError: the store did not take a value.
        """
        batches = _batches(tables)
        batches[-1][self._key] = self._text
        # Rule tables are shared: until a pointer names one, another preview may delete it. After each conflict they are
        # written again.
        first_rules = next(n for n, batch in enumerate(batches) if any(key.startswith(_REPEATED) for key in batch))
        position, attempts = 0, 0
        while position < len(batches):
            try:
                self._etag = self._store.update(self._etag, batches[position], ())
            except (StoreConflictError, StoreUnavailableError) as error:
                attempts += 1
                if attempts == (_CONFLICT_ATTEMPTS if isinstance(error, StoreConflictError) else _ATTEMPTS):
                    raise
                if self._is_done(batches[position], check):
                    return
                position = min(position, first_rules)
                wait_after(attempts)
            else:
                position += 1

    def _is_done(self, puts: Mapping[str, str], check: Callable[[Mapping[str, str]], None] | None) -> bool:
        """Read the pointer after a conflict or an unknown outcome; return whether it is already the new one."""
        found = view(self._store, self._key)
        self._etag = found.etag
        if self._key in puts and found.text == self._text:
            return True
        if found.text != self._started_from.text:
            raise PublishError(_other_publish(found, self._host_of))
        if check:
            check(self._store.list())
        return False


def wait_after(attempts: int) -> None:
    """Wait before a write is tried again, longer after more attempts, so that other publishers can end theirs."""
    time.sleep(random.uniform(0, min(_MAX_WAIT_S, 0.05 * 2**attempts)))  # noqa: S311 - jitter, not a secret


def _batches(tables: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the tables in parts of which each leaves one key of an update for the pointer; rule tables come last."""
    items = sorted(tables.items(), key=lambda item: item[0].startswith(RULE_TABLES))
    size = MAX_KEYS_A_WRITE - 1
    return [dict(items[start : start + size]) for start in range(0, len(items), size)] or [{}]


def _other_publish(found: StoreView, host_of: Callable[[str], str]) -> str:
    """Return the message that another publish has switched visitors."""
    pointer = found.pointer
    if pointer is None:
        return (
            "The site was removed while this pulumi up ran; visitors get no release, and this one was not published. "
            "Run pulumi up again to publish the files of this machine"
        )
    host = host_of(pointer.live.release)
    when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(pointer.live.time))
    return (
        f"Another release was published{f' by {host}' if host else ''} ({when}) while this pulumi up ran; visitors "
        "get that one, and this one was not published. Run pulumi up again to publish the files of this machine"
    )
