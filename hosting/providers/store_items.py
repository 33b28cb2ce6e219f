"""The dynamic providers of a key-value store's keys: one writes them, the other removes those of earlier publishes.

The keys are written before the functions that read them change, and removed after CloudFront runs the new functions.
A key belongs to a table that never changes, so new keys never replace those that the current functions read. The keys
of the previous publish that finished remain, as edge locations may run the previous functions for some seconds.

The engine pickles the providers by reference to this module's name. So renaming the module breaks the state of every
stack, and importing it must have no side effect.
"""

from __future__ import annotations

import json
import uuid
import zlib
from base64 import b64decode, b64encode
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from hosting.aws.key_value_store import open_store
from hosting.aws.key_value_store_errors import StoreError, StoreNotFoundError
from hosting.edge.rule_tables import RULE_TABLES
from hosting.errors import HostingError
from hosting.providers.base import AwsProvider
from hosting.publish.managed.path_list import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    import pulumi


class Store(Protocol):
    """The calls of a store's client that this module makes."""

    def list(self) -> dict[str, str]:
        """Return all keys with their values."""

    def write(self, puts: Mapping[str, str], deletes: Collection[str] = ()) -> None:
        """Write and delete keys."""


class StoreProvider(AwsProvider):
    """A provider that writes to a store."""

    def store(self, arn: str) -> Store:
        """Return the client of a store; overridden in tests."""
        return open_store(arn, self.settings)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Do nothing: the keys go with the store."""


class StoreItemsProvider(StoreProvider):
    """Writes the keys on create and update, and compares them on read; it removes none."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return a change if a key is to be written, or removed after it; another store is no replacement."""
        changes = bool(_olds.get("drift")) or _is_other_store(_olds, _news) or _items(_olds) != _items(_news)
        return DiffResult(changes=changes, replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Write all keys."""
        return CreateResult(str(uuid.uuid4()), self._written(props, {}))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Write the keys that are new, or all keys to another store, and after a refresh that found a difference."""
        is_known = not _olds.get("drift") and not _is_other_store(_olds, _news)
        return UpdateResult(self._written(_news, _items(_olds) if is_known else {}))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the state with the number of keys that are missing or have another value."""
        try:
            existing = self.store(props["store_arn"]).list()
        except StoreNotFoundError:
            # The store's own resource reports that.
            return ReadResult(id_, props)
        return ReadResult(id_, {**props, "drift": len(_missing(_items(props), existing))})

    def _written(self, props: dict[str, Any], existing: Mapping[str, str]) -> dict[str, Any]:
        """Write what ``existing`` does not have, and return the resource's outputs."""
        with _consequence("The new rules could not be stored, so visitors get the previous ones"):
            self.store(props["store_arn"]).write(_missing(_items(props), existing))
        return {**props, "drift": 0}


class StoreCleanupProvider(StoreProvider):
    """Removes the keys of earlier publishes on update."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return a change if other keys were published; never a replacement."""
        changes = _is_other_store(_olds, _news) or unpack(_olds["keys"]) != unpack(_news["keys"])
        return DiffResult(changes=changes, replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Record the first keys. What a store has before is removed after the next publish."""
        return CreateResult(str(uuid.uuid4()), props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Remove the keys that neither this publish nor the previous one that finished has."""
        kept = {*unpack(_olds["keys"]), *unpack(_news["keys"])}
        # Another store has no earlier publishes.
        if not _is_other_store(_olds, _news):
            with _consequence("The new rules are published, but those of earlier publishes could not be removed"):
                store = self.store(_news["store_arn"])
                store.write({}, [key for key in store.list() if key.startswith(RULE_TABLES) and key not in kept])
        return UpdateResult(_news)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the state: ``StoreItems`` compares the keys."""
        return ReadResult(id_, props)


@contextmanager
def _consequence(text: str) -> Iterator[None]:
    """Put what an error means before its sentence."""
    try:
        yield
    except StoreError as error:
        raise HostingError(f"{text}. {error}") from error


def _is_other_store(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    # In a preview the ARN of a new store is unknown, so it differs from the old one.
    return bool(olds["store_arn"] != news["store_arn"])


def _missing(items: Mapping[str, str], existing: Mapping[str, str]) -> dict[str, str]:
    """Return the items that ``existing`` does not have."""
    return {key: value for key, value in items.items() if existing.get(key) != value}


def _items(props: Mapping[str, Any]) -> dict[str, str]:
    # Compressed texts are not compared: another version of zlib may compress in another way.
    items: dict[str, str] = json.loads(zlib.decompress(b64decode(props["items"])))
    return items


class StoreItems(Resource, module="hosting", name="StoreItems"):
    """The keys of a store that the current functions read.

    Attributes:
        drift: the number of keys that a refresh found to differ.
    """

    drift: pulumi.Output[int]

    def __init__(
        self, name: str, store_arn: pulumi.Input[str], items: Mapping[str, str], opts: pulumi.ResourceOptions
    ) -> None:
        """Declare it under the logical name ``name``; the functions must depend on it."""
        text = json.dumps(items, sort_keys=True, ensure_ascii=False)
        packed = b64encode(zlib.compress(text.encode(), 9)).decode()
        # Outputs have to be declared among the inputs.
        super().__init__(StoreItemsProvider(), name, {"store_arn": store_arn, "items": packed, "drift": None}, opts)


class StoreCleanup(Resource, module="hosting", name="StoreCleanup"):
    """The removal of keys that no function reads any more."""

    def __init__(
        self, name: str, store_arn: pulumi.Input[str], keys: Iterable[str], opts: pulumi.ResourceOptions
    ) -> None:
        """Declare it under the logical name ``name``; ``opts`` must depend on the published functions."""
        super().__init__(StoreCleanupProvider(), name, {"store_arn": store_arn, "keys": pack(keys)}, opts)
