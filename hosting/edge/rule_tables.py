"""Tables of rules in the stack's CloudFront KeyValueStore, for rules that do not fit a function.

A small table is one value of the store, ``all``. A larger one consists of buckets, each one value, of three kinds:

- ``exact``: the entries for one path. The hash of the path chooses the bucket.
- ``folder``: the entries for all paths below a first folder. The hash of the folder's name chooses the bucket.
- ``rest``: all other entries, in one bucket.

So a function reads one value of a small table, and at most three of a larger one. A table never changes: its id is a
part of the hash of its content, and all its buckets exist. A missing bucket has not arrived at the edge location yet.
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from hosting.edge.function_code import FunctionPart, as_javascript, size_of
from hosting.errors import EdgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

EXACT, FOLDER, REST, ALL = "exact", "folder", "rest", "all"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions-create-s3-kvp.html
MAX_VALUE_BYTES = 1_024
# The prefix of the keys of all tables of rules in the key-value store.
RULE_TABLES = "r/"
# The store has 5 MB. During a publish it has the tables of three: the live one, the previous one and the new one.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-keyvaluestores
MAX_BYTES = 1_600_000
# An update of the store has 50 keys, so these are 200 updates.
_MAX_BUCKETS = 10_000
_GROWTH = 1.25
_ID_CHARACTERS = 8
# Parts of a hash in hexadecimal digits. Each is another way to choose the buckets: one that fills them evenly is used.
_HASH_PARTS = range(0, 64, 8)
_SHOWN = 5
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
# Placeholders of the functions' JavaScript, without and with data in the store.
IN_FUNCTION: Mapping[str, str] = {"$ASYNC ": "", "$AWAIT ": "", "// $MISSING": "", "// $NO_RULES": ""}
IN_STORE: Mapping[str, str] = {"$ASYNC ": "async ", "$AWAIT ": "await ", "// $MISSING": "", "// $NO_RULES": ""}


class Entry(NamedTuple):
    """An entry of a table.

    Attributes:
        kind: the kind of its bucket.
        key: the path or the name of the folder that chooses the bucket; empty for the rest.
        text: the entry as JSON.
        where: the place of its rule, for messages.
    """

    kind: str
    key: str
    text: str
    where: str


class RuleTable(NamedTuple):
    """A table in the store.

    Attributes:
        name: the property of ``state.tables`` in the functions.
        head: what a function has to know about the table: its id, and the number of buckets of each kind.
        items: the values of the store by key.
    """

    name: str
    head: Mapping[str, object]
    items: Mapping[str, str]


class StoredPart(NamedTuple):
    """A part of a function that reads a table, and the table."""

    part: FunctionPart
    table: RuleTable


@dataclass(frozen=True)
class TableFormat:
    """How the entries of a table are joined, and how messages name them.

    Attributes:
        name: the property of ``state.tables`` in the functions.
        what: the noun for the entries, in the plural.
        advice: what to do if a bucket has too many of them.
        join: returns the value of a bucket.
        always_exact: whether the table has an exact bucket even without entries, because functions always read it.
    """

    name: str
    what: str
    advice: str
    join: Callable[[Sequence[str]], str]
    always_exact: bool = False


def json_list(texts: Sequence[str]) -> str:
    """Return a list of JSON texts."""
    return f"[{','.join(texts)}]"


def expression_text(regex: str) -> str:
    """Return a regular expression without the escapes of slashes, which only a literal in JavaScript needs."""
    return _ESCAPE.sub(lambda escape: "/" if escape[1] == "/" else escape[0], regex)


def rule_table_prefix(id_: str) -> str:
    """Return the prefix of the keys of a table; the name of the bucket follows."""
    return f"{RULE_TABLES}{id_}/"


def rule_table(
    table: TableFormat, entries: Sequence[Entry], attributes: Mapping[str, object], texts: Sequence[str] = ()
) -> RuleTable:
    """Return the table with the entries. ``attributes`` are more properties of its head; ``texts`` are more values.

    Raises:
        EdgeError: the entries of one path or folder exceed a value of the store, or all of them the store.
    """
    head: dict[str, object] = {**attributes}
    buckets = {f"t{number}": text for number, text in enumerate(texts)}
    if entries and not table.always_exact and is_small(entries):
        head[ALL], buckets[f"{ALL[0]}0"] = [1, 0], _all(entries)
        entries = []
    for kind in (EXACT, FOLDER, REST):
        of_kind = [entry for entry in entries if entry.kind == kind]
        if of_kind or (table.always_exact and kind == EXACT):
            head[kind], parts = _buckets(table, kind, of_kind)
            buckets |= {f"{kind[0]}{number}": table.join(part) for number, part in enumerate(parts)}
    table_id = _table_id(head, buckets)
    items = {f"{rule_table_prefix(table_id)}{name}": value for name, value in buckets.items()}
    return RuleTable(table.name, {"id": table_id, **head}, items)


def is_small(entries: Iterable[Entry]) -> bool:
    """Return whether one value of the store can have all entries of a table."""
    return size_of(_all(entries)) <= MAX_VALUE_BYTES


def _all(entries: Iterable[Entry]) -> str:
    """Return the value that has all entries: those for one path, each once, and all others."""
    exact: dict[str, None] = {}
    others: dict[str, None] = {}
    for entry in entries:
        (exact if entry.kind == EXACT else others)[entry.text] = None
    return json_list([json_list(list(exact)), json_list(list(others))])


def is_rule_table(head: Mapping[str, object], buckets: Mapping[str, str]) -> bool:
    """Return whether the id in the head of a table is that of its buckets, by their names."""
    return head["id"] == _table_id({name: value for name, value in head.items() if name != "id"}, buckets)


def _table_id(head: Mapping[str, object], buckets: Mapping[str, str]) -> str:
    content = as_javascript([head, buckets]).encode()
    return urlsafe_b64encode(hashlib.sha256(content).digest())[:_ID_CHARACTERS].decode()


def _buckets(table: TableFormat, kind: str, entries: Sequence[Entry]) -> tuple[list[int], list[list[str]]]:
    """Return the number of buckets with the part of the hash that chooses among them, and the texts of each bucket."""
    by_key: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_key[entry.key].append(entry)
    # The value of a single entry has one byte more than the entry with a comma, and so has any value.
    sizes = {key: sum(size_of(table.join([entry.text])) - 1 for entry in of_key) for key, of_key in by_key.items()}
    for key, of_key in by_key.items():
        if sizes[key] >= MAX_VALUE_BYTES:
            raise EdgeError(_too_large(table, kind, of_key, sizes[key] + 1))
    hashes = {key: hashlib.sha256(key.encode()).hexdigest() for key in by_key}
    count, part = _even(table, sizes, hashes)
    texts: list[list[str]] = [[] for _ in range(count)]
    for entry in entries:
        texts[bucket_of(hashes[entry.key], count, part)].append(entry.text)
    return [count, part], texts


def bucket_of(digest: str, count: int, part: int) -> int:
    """Return the number of the bucket for a hash in hexadecimal digits. tableBucket.js does the same."""
    return int(digest[part : part + 8], 16) % count


def _even(table: TableFormat, sizes: Mapping[str, int], hashes: Mapping[str, str]) -> tuple[int, int]:
    """Return the smallest number of buckets tried that are all small enough, and the part of the hash.

    Raises:
        EdgeError: there would be too many buckets.
    """
    numbers = {
        part: [(int(hashes[key][part : part + 8], 16), size) for key, size in sizes.items()] for part in _HASH_PARTS
    }
    count = 1 + sum(sizes.values()) // MAX_VALUE_BYTES
    while count <= _MAX_BUCKETS:
        for part in _HASH_PARTS:
            if _largest(numbers[part], count) < MAX_VALUE_BYTES:
                return count, part
        count = int(count * _GROWTH) + 1
    raise EdgeError(
        f"The {len(sizes)} {table.what} are too large for the key-value store, where {MAX_VALUE_BYTES} bytes are the "
        f"limit for those that share a value; nothing was deployed: {table.advice}"
    )


def _largest(numbers: Sequence[tuple[int, int]], count: int) -> int:
    """Return the size of the largest of ``count`` buckets."""
    loads = [0] * count
    for number, size in numbers:
        loads[number % count] += size
    return max(loads)


def _too_large(table: TableFormat, kind: str, entries: Sequence[Entry], size: int) -> str:
    """Return the message for the entries of one path or folder that exceed a value of the store."""
    key = entries[0].key
    which = {EXACT: f"for '{key}'", FOLDER: f"below '/{key}/'", REST: "whose first folder is not fixed"}[kind]
    places = list(dict.fromkeys(entry.where for entry in entries))
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    shown = ", ".join(places[:_SHOWN])
    return (
        f"The {table.what} {which} ({shown}{more}) need {size} bytes, but a value of the key-value store has at most "
        f"{MAX_VALUE_BYTES}, and all {table.what} together do not fit the function; nothing was "
        f"deployed: {table.advice if len(entries) > 1 else 'shorten it'}"
    )


def if_missing(variable: str, response: str = "{ headers: {} }") -> str:
    """Return the statement that answers with 503 if a function has not got a bucket. No other answer could be right."""
    return f"if ({variable} === null) return tableMissing({response});"


def tables_part(tables: Sequence[RuleTable], *, for_response: bool = False) -> FunctionPart:
    """Return the part that says which tables the other parts read."""
    heads = as_javascript({table.name: table.head for table in tables})
    parameters = "request,response,state" if for_response else "request,state"
    return FunctionPart("tables", f"function tables({parameters}){{state.tables={heads}}}")


def store_items(tables: Iterable[RuleTable]) -> dict[str, str]:
    """Return the items of all tables.

    Raises:
        EdgeError: they exceed the store.
    """
    items: dict[str, str] = {}
    sizes = Counter[str]()
    for table in tables:
        items |= table.items
        sizes[table.name] = sum(size_of(key) + size_of(value) for key, value in table.items.items())
    total = sum(size_of(key) + size_of(value) for key, value in items.items())
    if total > MAX_BYTES:
        shares = ", ".join(f"{name} {size}" for name, size in sizes.items())
        raise EdgeError(
            f"The rules need {total} bytes of the key-value store, which has {MAX_BYTES} for one publish ({shares}); "
            "nothing was deployed: remove rules, or replace several rules with one that has a wildcard"
        )
    return items
