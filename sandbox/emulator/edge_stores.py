"""What each edge location has of a key value store.

AWS promises that an update arrives within a few seconds, and no order between two updates. So there are two ways of
arrival: whole updates in their order, and each key by itself, also between two reads of one request. Each location,
update and key has a different part of the lag, which the seed chooses. What was written before the first function read
the store has arrived, as a distribution takes minutes to get a function.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions.html
"""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.emulator.store_settings import WHOLE_UPDATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sandbox.emulator.store_settings import StoreSettings


@dataclass(frozen=True)
class _Update:
    """One update of a store; None in place of a value removes the key."""

    number: int
    at: float
    changes: Mapping[str, str | None]

    def has_arrived(self, location: str, key: str, now: float, settings: StoreSettings) -> bool:
        """Return whether a key of this update has arrived; an empty key stands for the whole update."""
        text = f"{settings.seed}\n{location}\n{self.number}\n{key}"
        part = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32
        return self.at + settings.lag_seconds * part <= now


class EdgeStore:
    """One store, as edge locations have it; safe to use in several threads."""

    def __init__(self, items: Mapping[str, str]) -> None:
        self._everywhere = dict(items)
        self._updates: list[_Update] = []
        self._count = 0
        self._reads: defaultdict[str, int] = defaultdict(int)
        self._lock = threading.Lock()

    def write(self, changes: Mapping[str, str | None], settings: StoreSettings) -> None:
        """Add an update, which now begins to arrive."""
        with self._lock:
            self._count += 1
            self._updates.append(_Update(self._count, settings.now(), changes))

    def get(self, location: str, key: str, settings: StoreSettings) -> str | None:
        """Return the value that a location has for a key, or None; the read takes its time."""
        with self._lock:
            return self._value(location, key, self._begin_read(location, settings), settings)

    def count(self, location: str, settings: StoreSettings) -> int:
        """Return how many keys a location has; this is a read too."""
        with self._lock:
            now = self._begin_read(location, settings)
            keys = {key for update in self._updates for key in update.changes} | set(self._everywhere)
            return sum(self._value(location, key, now, settings) is not None for key in keys)

    def _begin_read(self, location: str, settings: StoreSettings) -> float:
        now = settings.now()
        lag = settings.lag_seconds if self._reads else float("-inf")
        while self._updates and self._updates[0].at + lag <= now:
            for key, value in self._updates.pop(0).changes.items():
                if value is None:
                    self._everywhere.pop(key, None)
                else:
                    self._everywhere[key] = value
        self._reads[location] += 1
        return now + (self._reads[location] - 1) * settings.seconds_per_read

    def _value(self, location: str, key: str, now: float, settings: StoreSettings) -> str | None:
        value = self._everywhere.get(key)
        for changes in self._arrived(location, now, settings, key):
            value = changes.get(key, value)
        return value

    def _arrived(
        self, location: str, now: float, settings: StoreSettings, key: str
    ) -> Iterator[Mapping[str, str | None]]:
        """Yield the changes of each update that has arrived, as far as a key is concerned, in their order."""
        is_whole = settings.arrival == WHOLE_UPDATES
        for update in self._updates:
            if update.has_arrived(location, "" if is_whole else key, now, settings):
                yield update.changes
            elif is_whole:
                return


_STORES: dict[str, EdgeStore] = {}


def edge_store(arn: str, items: Mapping[str, str]) -> EdgeStore:
    """Return the store with an ARN; one that is new has these items at every location."""
    if arn not in _STORES:
        _STORES[arn] = EdgeStore(items)
    return _STORES[arn]
