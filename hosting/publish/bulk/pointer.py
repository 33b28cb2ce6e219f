"""The pointer of a site: one value of the key value store that says which release visitors get. Pure.

A switch to another release, and a rollback, is one write of the pointer. Few changes since the release's table was
written stand in the pointer itself; more of them need another table. A table may reach an edge location after the
pointer, so the pointer also has the previous release, which release.js serves until then.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from hosting.edge.rule_tables import MAX_VALUE_BYTES, rule_table_prefix
from hosting.errors import PublishError
from hosting.publish.bulk import layout
from hosting.publish.bulk.preview_site import PreviewMetadata, typed
from hosting.publish.bulk.table import (
    MAX_BUCKETS,
    changed_records,
    join_changes,
    split_changes,
    table_checksum,
    table_prefix,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hosting.publish.bulk.manifests import ReleaseManifest

# The prefix of the keys of all pointers in the key value store.
POINTERS = "s/"
# The key of the pointer of a site, which has a store of its own.
SITE_KEY = f"{POINTERS}site"
# How long a release may still be served somewhere after the pointer has moved away from it. CloudFront says that a
# write arrives at all edge locations within a few seconds; function runs and downloads last longer.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions.html
GRACE_S = 600
# A release has this many bytes in the pointer with a table of redirects and one of headers, an error page and an app
# page, but without changes.
_RELEASE_BYTES = 310


@dataclass(frozen=True)
class ReleasePointer:
    """What the edge knows of one release. The pointer has each field under its short name.

    Attributes:
        release: (r) the release's id.
        time: (d) when the pointer was written, in seconds since 1970.
        table: (t) the id of the table.
        buckets: (n) the number of its buckets.
        checksum: (k) a short hash of the table.
        changes: (c) the records that differ from the table.
        routing: (m) how the file of a path is found.
        index_document: (x) the name of the file that is a folder's page.
        root: (o) the path that is served for `/`.
        app_page: (a) the URI that is served for unknown paths with status 200; may be empty.
        error_page: (e) the URI that is served for all other unknown paths; may be empty.
        error_status: (s) its status.
        tables: (u) the heads of the rule tables, by the function part that reads them.
    """

    release: str
    time: int
    table: str
    buckets: int
    checksum: str = ""
    changes: str = ""
    routing: str = "tree"
    index_document: str = "index.html"
    root: str = "index.html"
    app_page: str = ""
    error_page: str = ""
    error_status: int = 404
    tables: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the fields by their short names, without those that have their usual values."""
        fields = {short: getattr(self, name) for short, name in _FIELDS.items()}
        return {short: value for short, value in fields.items() if value != USUAL_VALUES.get(short)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ReleasePointer:
        """Return what ``to_json`` returned.

        Raises:
            LookupError, TypeError, ValueError: it is another value.
        """
        fields = {**USUAL_VALUES, **value}
        pointer = cls(**{name: typed(fields[short], _TYPES.get(short, str)) for short, name in _FIELDS.items()})
        for head in pointer.tables.values():
            typed(head["id"], str)
        if pointer.buckets > MAX_BUCKETS:
            raise ValueError(pointer.buckets)
        return pointer


_FIELDS = {
    "r": "release",
    "d": "time",
    "t": "table",
    "n": "buckets",
    "k": "checksum",
    "c": "changes",
    "m": "routing",
    "x": "index_document",
    "o": "root",
    "a": "app_page",
    "e": "error_page",
    "s": "error_status",
    "u": "tables",
}
# All other fields are texts.
_TYPES: Mapping[str, type] = {"d": int, "n": int, "s": int, "u": dict}
# A pointer leaves out the fields with these values, so that it has room for more changes. releaseFiles.js has them.
USUAL_VALUES: Mapping[str, Any] = {
    "k": "",
    "c": "",
    "m": "tree",
    "x": "index.html",
    "o": "index.html",
    "a": "",
    "e": "",
    "s": 404,
    "u": {},
}


@dataclass(frozen=True)
class Pointer:
    """The pointer of a site.

    Attributes:
        live: the release that visitors get.
        previous: the release that they get at an edge location where a table of the live one has not arrived.
        metadata: the owner, expiry and password of a preview; None for a site.
    """

    live: ReleasePointer
    previous: ReleasePointer | None = None
    metadata: PreviewMetadata | None = None

    def to_text(self) -> str:
        """Return the pointer as a value of the store."""
        value = {**self.live.to_json(), **(self.metadata.to_json() if self.metadata else {})}
        if self.previous is not None:
            value["p"] = self.previous.to_json()
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Pointer | None:
        """Return what ``to_text`` returned; None for another value, which another program or version has written."""
        try:
            value = json.loads(text)
            previous = ReleasePointer.from_json(value["p"]) if "p" in value else None
            return cls(ReleasePointer.from_json(value), previous, PreviewMetadata.from_json(value))
        except (LookupError, TypeError, ValueError, RecursionError):
            return None

    @property
    def named(self) -> tuple[ReleasePointer, ...]:
        """The releases that the pointer names."""
        return (self.live,) if self.previous is None else (self.live, self.previous)

    @property
    def releases(self) -> set[str]:
        """The ids of the releases that the pointer names."""
        return {one.release for one in self.named}

    @property
    def store_tables(self) -> set[str]:
        """The prefixes of all tables in the store that the pointer names."""
        return {prefix for one in self.named for prefix in store_tables(one)}


def stored_pointers(items: Mapping[str, str]) -> dict[str, Pointer | None]:
    """Return the pointers of previews by their names; None for a value that is not a pointer.

    Args:
        items: the keys and values of the store.
    """
    texts = {key.removeprefix(POINTERS): text for key, text in sorted(items.items()) if key.startswith(POINTERS)}
    return {name: Pointer.from_text(text) for name, text in texts.items()}


def store_tables(pointer: ReleasePointer) -> set[str]:
    """Return the prefixes of the keys of a release's tables."""
    return {table_prefix(pointer.table), *(rule_table_prefix(head["id"]) for head in pointer.tables.values())}


def first_pointer(release: str, time: int, manifest: ReleaseManifest, buckets: Sequence[str] = ()) -> ReleasePointer:
    """Return what the edge knows of a release whose table is written with it, and has its id."""
    edge = manifest.edge
    error_name = layout.error_page_name(edge.error_status, edge.error_page)
    return ReleasePointer(
        release=release,
        time=time,
        table=release,
        buckets=len(buckets),
        checksum=table_checksum(buckets),
        routing=edge.routing,
        index_document=edge.index_document,
        root=edge.root,
        app_page=_uri(manifest, edge.app_page),
        error_page=_uri(manifest, error_name),
        error_status=edge.error_status,
        tables=dict(edge.tables),
    )


def _uri(manifest: ReleaseManifest, name: str) -> str:
    file = manifest.files.get(name)
    return f"/{quote(file.key)}" if file else ""


class TableOwner(NamedTuple):
    """A release whose table another one can use.

    Attributes:
        pointer: what the edge knows of it.
        manifest: its manifest.
    """

    pointer: ReleasePointer
    manifest: ReleaseManifest


def next_pointer(
    first: ReleasePointer,
    manifest: ReleaseManifest,
    base: TableOwner,
    current: Pointer | None,
    metadata: PreviewMetadata | None = None,
) -> Pointer | None:
    """Return the pointer to a release that uses the table of another one; None if it needs its own table.

    Args:
        first: the release's pointer with its own table.
        manifest: the release's manifest.
        base: the other release: the live one, or that of a preview's base.
        current: the pointer now; None before the first release.
        metadata: the owner, expiry and password of a preview; None for a site.
    """
    table = base.pointer
    if table.index_document != first.index_document:
        return None
    changes = changed_records(base.manifest.publishes, manifest.publishes, first.index_document)
    if changes is None:
        return None
    all_changes = join_changes({**split_changes(table.changes), **changes})
    pointer = replace(first, table=table.table, buckets=table.buckets, checksum=table.checksum, changes=all_changes)
    if metadata is None and not _leaves_room(pointer, first):
        return None
    with_previous = _with_previous(Pointer(pointer, _previous(pointer, current), metadata))
    return with_previous if _size(with_previous) <= MAX_VALUE_BYTES else None


def pointer_to_table(
    first: ReleasePointer, current: Pointer | None, metadata: PreviewMetadata | None = None
) -> Pointer:
    """Return the pointer to a release with its own table.

    Raises:
        PublishError: the paths of its pages are too long.
    """
    pointer = _with_previous(Pointer(first, current.live if current else None, metadata))
    if _size(pointer) <= MAX_VALUE_BYTES:
        return pointer
    longest = max(first.root, first.app_page, first.error_page, first.index_document, key=len)
    raise PublishError(
        f"The pages that the edge has to know of a release have paths that are too long: with them, the pointer has "
        f"{_size(pointer)} bytes, but CloudFront allows {MAX_VALUE_BYTES}; nothing was uploaded: shorten '{longest}'"
    )


def _with_previous(pointer: Pointer) -> Pointer:
    """Return the pointer; that of a preview has no previous release if it does not fit.

    A preview then answers 503 for the seconds until its table has arrived, and has more room for changes.
    """
    is_too_large = pointer.metadata is not None and _size(pointer) > MAX_VALUE_BYTES
    return replace(pointer, previous=None) if is_too_large else pointer


def _previous(pointer: ReleasePointer, current: Pointer | None) -> ReleasePointer | None:
    """Return the release that the edge needs until all tables of ``pointer`` have arrived."""
    if current is None:
        return None
    if store_tables(pointer) - store_tables(current.live):
        return current.live
    has_arrived = pointer.time - current.live.time >= GRACE_S
    return None if has_arrived else current.previous


def _leaves_room(pointer: ReleasePointer, first: ReleasePointer) -> bool:
    """Whether the pointer still fits as the previous release of one with its own table, and perhaps its first rules."""
    missing = max(0, _RELEASE_BYTES - _size(Pointer(first)))
    return _size(Pointer(first, pointer)) + missing <= MAX_VALUE_BYTES


def _size(pointer: Pointer) -> int:
    return len(pointer.to_text().encode())
