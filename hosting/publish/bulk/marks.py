"""What the pointers of a key value store name: nobody may delete it. Pure.

The store has all that is needed for this: a record in a table says which publish has written a file.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import unquote

from hosting.publish.bulk import layout
from hosting.publish.bulk.pointer import stored_pointers
from hosting.publish.bulk.table import join_records, record_key, split_changes, split_records, table_prefix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.publish.bulk.pointer import Pointer, ReleasePointer


class Marks:
    """The tables and objects that pointers name."""

    def __init__(self, items: Mapping[str, str]) -> None:
        """``items`` are the keys and values of the store."""
        self._items = items
        self._tables: set[str] = set()
        # Nobody knows what a value names that is not a pointer, so nothing may be deleted.
        self._names_all = False
        self._pages: set[str] = set()
        self._records: defaultdict[str, set[str]] = defaultdict(set)
        self._read_tables: set[tuple[str, str]] = set()
        for pointer in stored_pointers(items).values():
            self._add_pointer(pointer)

    def _add_pointer(self, pointer: Pointer | None) -> None:
        if pointer is None:
            self._names_all = True
            return
        self._tables |= pointer.store_tables
        for release in pointer.named:
            self._add(release)

    def _add(self, release: ReleasePointer) -> None:
        self._pages |= {unquote(uri[1:]) for uri in (release.app_page, release.error_page) if uri}
        records = self._records[release.index_document]
        records |= {key + publish for key, publish in split_changes(release.changes).items()}
        # Many previews use the table of their base.
        if (release.table, release.index_document) not in self._read_tables:
            self._read_tables.add((release.table, release.index_document))
            for number in range(release.buckets):
                records |= _records_in(self._items.get(f"{table_prefix(release.table)}{number}", ""))

    def uses_table(self, prefix: str) -> bool:
        """Whether a release that a pointer names has the table whose keys begin with ``prefix``."""
        return self._names_all or prefix in self._tables

    def uses(self, key: str) -> bool:
        """Whether a release that a pointer names has the object with this key."""
        if self._names_all:
            return True
        publish, path = layout.publish_and_path(key)
        if key in self._pages or not publish:
            return key in self._pages
        return any(
            record_key(path, index_document).text + publish in records
            for index_document, records in self._records.items()
        )


def _records_in(text: str) -> set[str]:
    """Return the records of a bucket."""
    return {join_records({key: publish}) for key, publish in split_records(text).items()}
