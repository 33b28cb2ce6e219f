"""The table of a release: which publish wrote each file. Pure; releaseFiles.js reads it.

A table is a list of buckets, each a value of the key value store. A bucket is a list of records of 10 bytes:

    5 characters   a hash of the page's name
    1 character    the form of the file: f, p, i or s
    4 characters   the id of the publish that wrote the file

The forms of a page have the same name, so one lookup finds all of them: `docs` (f), `docs.html` (p), `docs/index.html`
(i) and `docs/index` (s) have the name `docs`. The hash is the SHA-256 of the name in base64url. Its first 3 characters
choose the bucket.

An object's key contains the path. So if a visitor asks for a path that does not exist and has the hash of another one,
the answer is 404, never another file.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from hosting.edge.rule_tables import MAX_VALUE_BYTES
from hosting.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The prefix of the keys of all tables in the key value store.
TABLES = "t/"
RECORD_LENGTH = 10
PUBLISH_ID_LENGTH = 4
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# What is between two groups of a pointer's changes; no record has it.
_GROUP_END = "."
_CHANGE_LENGTH = RECORD_LENGTH - PUBLISH_ID_LENGTH
# In a pointer's changes: the release does not have the file that its table has.
GONE = "----"
# Of a bucket without records: the store may refuse an empty value.
EMPTY_BUCKET = "-"
_RECORDS_IN_BUCKET = MAX_VALUE_BYTES // RECORD_LENGTH
_FILE, _PAGE, _INDEX, _INDEX_STEM = "f", "p", "i", "s"
_PAGE_SUFFIX = ".html"
_BUCKET_CHARACTERS, _KEY_CHARACTERS, _CHECKSUM_CHARACTERS = 3, 5, 6
_BITS_IN_CHARACTER = 6
# The bytes of the hash that the characters of the bucket and of the key stand for.
_DIGEST_BYTES = (_BUCKET_CHARACTERS + _KEY_CHARACTERS) * _BITS_IN_CHARACTER // 8
MAX_BUCKETS = 64**_BUCKET_CHARACTERS // 4


class RecordKey(NamedTuple):
    """Where the record of a file is.

    Attributes:
        number: the bucket is this number modulo the number of buckets.
        text: the first 6 characters of the record.
    """

    number: int
    text: str


def record_key(path: str, index_document: str) -> RecordKey:
    """Return the key of a file's record."""
    name, form = _page_name(path, index_document)
    digest = hashlib.sha256(name.encode()).digest()[:_DIGEST_BYTES]
    number = int.from_bytes(digest, "big") >> _BITS_IN_CHARACTER * _KEY_CHARACTERS
    return RecordKey(number, urlsafe_b64encode(digest)[_BUCKET_CHARACTERS:].decode() + form)


def _page_name(path: str, index_document: str) -> tuple[str, str]:
    """Return a page's name and the form of its file, as releasePage in releaseFiles.js does."""
    for suffix, form in ((index_document, _INDEX), (index_document.removesuffix(_PAGE_SUFFIX), _INDEX_STEM)):
        if path == suffix:
            return "", form
        if path.endswith(f"/{suffix}"):
            return path.removesuffix(f"/{suffix}"), form
    return (path.removesuffix(_PAGE_SUFFIX), _PAGE) if path.endswith(_PAGE_SUFFIX) else (path, _FILE)


def build_table(publishes: Mapping[str, str], index_document: str) -> list[str]:
    """Return the buckets of the table of a release.

    Args:
        publishes: the id of the publish that wrote each file, by path.
        index_document: the name of the file that is a folder's page.

    Raises:
        PublishError: two files have the same hash in every table.
    """
    records = [(record_key(path, index_document), publish) for path, publish in sorted(publishes.items())]
    count = max(1, -(-len(records) // _RECORDS_IN_BUCKET))
    while count < MAX_BUCKETS:
        buckets = _distribute(records, count)
        if buckets is not None:
            return buckets
        count += max(1, count // 32)
    raise PublishError(
        "Two files of the site have the same hash, so bulk mode cannot publish them; nothing was deployed: rename "
        f"one of {_alike(publishes, index_document)}"
    )


def _distribute(records: Iterable[tuple[RecordKey, str]], count: int) -> list[str] | None:
    """Return ``count`` buckets; None if a bucket is too large, or has two records with the same key."""
    buckets: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for key, publish in records:
        bucket = buckets[key.number % count]
        if key.text in bucket or len(bucket) == _RECORDS_IN_BUCKET:
            return None
        bucket[key.text] = publish
    return [join_records(buckets[number]) or EMPTY_BUCKET for number in range(count)]


def _alike(paths: Iterable[str], index_document: str) -> str:
    """Return the paths whose records cannot be told apart, for a message."""
    found: defaultdict[RecordKey, list[str]] = defaultdict(list)
    for path in paths:
        found[record_key(path, index_document)].append(path)
    return ", ".join(f"'{path}'" for alike in found.values() if len(alike) > 1 for path in alike)


def table_prefix(id_: str) -> str:
    """Return the prefix of the keys of a table; the number of the bucket follows."""
    return f"{TABLES}{id_}/"


def table_checksum(buckets: Iterable[str]) -> str:
    """Return a short hash of a table, by which a refresh finds buckets that another program has changed."""
    digest = hashlib.sha256("\n".join(buckets).encode()).digest()
    return urlsafe_b64encode(digest).decode()[:_CHECKSUM_CHARACTERS]


def join_records(records: Mapping[str, str]) -> str:
    """Return records, by their first 6 characters, as one text."""
    return "".join(key + publish for key, publish in sorted(records.items()))


def split_records(text: str) -> dict[str, str]:
    """Return the records of a bucket, by their first 6 characters."""
    records = [text[start : start + RECORD_LENGTH] for start in range(0, len(text), RECORD_LENGTH)]
    return {record[:-PUBLISH_ID_LENGTH]: record[-PUBLISH_ID_LENGTH:] for record in records if record != EMPTY_BUCKET}


def join_changes(records: Mapping[str, str]) -> str:
    """Return changed records as one text, in groups with the same publish: its id, then the first 6 characters of each.

    Most changes since a table was written are those of a few publishes, so a group is shorter than whole records.
    """
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for key, publish in sorted(records.items()):
        groups[publish].append(key)
    return _GROUP_END.join(publish + "".join(keys) for publish, keys in sorted(groups.items()))


def split_changes(text: str) -> dict[str, str]:
    """Return the changed records, by their first 6 characters."""
    return {
        group[start : start + _CHANGE_LENGTH]: group[:PUBLISH_ID_LENGTH]
        for group in text.split(_GROUP_END)
        for start in range(PUBLISH_ID_LENGTH, len(group), _CHANGE_LENGTH)
    }


def changed_records(old: Mapping[str, str], new: Mapping[str, str], index_document: str) -> dict[str, str] | None:
    """Return the records that differ between two releases; None if a table must be written instead.

    The edge finds a change by its key alone, so a change must not have the key of another file.

    Args:
        old: the id of the publish that wrote each file of the previous release, by path.
        new: the same for the next release.
        index_document: the name of the file that is a folder's page.
    """
    paths = [path for path in old.keys() | new.keys() if old.get(path) != new.get(path)]
    changes = {record_key(path, index_document).text: new.get(path, GONE) for path in paths}
    others = {record_key(path, index_document).text for path in new.keys() - set(paths)}
    return None if len(changes) < len(paths) or others & changes.keys() else changes
