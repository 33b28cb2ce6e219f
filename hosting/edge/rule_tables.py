"""Tables of rules in the stack's CloudFront KeyValueStore, for rules that do not fit a function.

A table consists of buckets, each one value of the store, of three kinds:

- ``exact``: the entries for one path. The hash of the path chooses the bucket.
- ``folder``: the entries for all paths below a first folder. The hash of the folder's name chooses the bucket.
- ``rest``: all other entries, in one bucket.

Each exact bucket also has a copy of all entries of the other two kinds if they are small enough, else of one kind. So a
function reads one value of most tables, and three at most. A table never changes: its id is a part of the hash of its
content, and all its buckets exist. A missing bucket has not arrived at the edge location yet.
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from hosting.edge.function_code import FunctionPart, as_javascript, size_of
from hosting.errors import EdgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

EXACT, FOLDER, REST = "exact", "folder", "rest"
# The number of buckets with the part of the hash that chooses among them, and the value of each bucket.
_Buckets = tuple[list[int], list[str]]
# The kinds of which each exact bucket has copies: the first of these that fit.
_COPIED = ((FOLDER, REST), (REST,), (FOLDER,))
# All copies in a table. A table with more copies would take too much of the store, and too many updates.
_MAX_COPIED_BYTES = 256_000
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
        join: returns the value of an exact bucket, for the texts of the copies and of its own entries.
        always_exact: whether the table has an exact bucket even without entries, because functions always read it.
    """

    name: str
    what: str
    advice: str
    join: Callable[[Sequence[str], Sequence[str]], str]
    always_exact: bool = False


def json_list(texts: Sequence[str]) -> str:
    """Return a list of JSON texts."""
    return f"[{','.join(texts)}]"


def rules_list(copies: Sequence[str], texts: Sequence[str]) -> str:
    """Return a list of the rules for one path, and of the copies."""
    return json_list([json_list(texts), json_list(copies)])


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
    values = {f"t{number}": text for number, text in enumerate(texts)}
    by_kind = {kind: [entry for entry in entries if entry.kind == kind] for kind in (EXACT, FOLDER, REST)}
    copied, exact = _exact_buckets(table, by_kind)
    others = [kind for kind in (FOLDER, REST) if by_kind[kind] and kind not in copied]
    found = {EXACT: exact, **{kind: _buckets(table, kind, by_kind[kind], json_list, _MAX_BUCKETS) for kind in others}}
    if not (by_kind[EXACT] or copied or table.always_exact):
        del found[EXACT]
    for kind, (head[kind], of_kind) in found.items():
        values |= {f"{kind[0]}{number}": value for number, value in enumerate(of_kind)}
    table_id = _table_id(head, values)
    items = {f"{rule_table_prefix(table_id)}{name}": value for name, value in values.items()}
    return RuleTable(table.name, {"id": table_id, **head}, items)


def _exact_buckets(table: TableFormat, by_kind: Mapping[str, Sequence[Entry]]) -> tuple[Sequence[str], _Buckets]:
    """Return the kinds of entries of which the exact buckets have copies, and the exact buckets."""
    for kinds in _COPIED:
        copies = [entry.text for kind in kinds for entry in by_kind[kind]]
        join = partial(table.join, copies)
        if all(by_kind[kind] for kind in kinds) and size_of(join([])) <= MAX_VALUE_BYTES:
            with suppress(EdgeError):
                max_count = min(_MAX_BUCKETS, _MAX_COPIED_BYTES // size_of(json_list(copies)))
                return kinds, _buckets(table, EXACT, by_kind[EXACT], join, max_count)
    return (), _buckets(table, EXACT, by_kind[EXACT], partial(table.join, ()), _MAX_BUCKETS)


def is_rule_table(head: Mapping[str, object], buckets: Mapping[str, str]) -> bool:
    """Return whether the id in the head of a table is that of its buckets, by their names."""
    return head["id"] == _table_id({name: value for name, value in head.items() if name != "id"}, buckets)


def _table_id(head: Mapping[str, object], buckets: Mapping[str, str]) -> str:
    content = as_javascript([head, buckets]).encode()
    return urlsafe_b64encode(hashlib.sha256(content).digest())[:_ID_CHARACTERS].decode()


def _buckets(
    table: TableFormat, kind: str, entries: Sequence[Entry], join: Callable[[Sequence[str]], str], max_count: int
) -> _Buckets:
    """Return the number of buckets with the part of the hash that chooses among them, and the value of each bucket.

    Raises:
        EdgeError: the entries of one key exceed a value of the store, or more than ``max_count`` buckets are needed.
    """
    by_key: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_key[entry.key].append(entry)
    empty = size_of(join([]))
    # Each entry takes a comma, but for the first one of a bucket.
    free = MAX_VALUE_BYTES - empty + 1
    sizes = {key: sum(size_of(join([entry.text])) - empty + 1 for entry in of_key) for key, of_key in by_key.items()}
    for key, of_key in by_key.items():
        if sizes[key] > free:
            raise EdgeError(_too_large(table, kind, of_key, sizes[key] + empty - 1))
    hashes = {key: hashlib.sha256(key.encode()).hexdigest() for key in by_key}
    count, part = _even(table, sizes, hashes, free, max_count)
    texts: list[list[str]] = [[] for _ in range(count)]
    for entry in entries:
        texts[bucket_of(hashes[entry.key], count, part)].append(entry.text)
    return [count, part], [join(of_bucket) for of_bucket in texts]


def bucket_of(digest: str, count: int, part: int) -> int:
    """Return the number of the bucket for a hash in hexadecimal digits. tableBucket.js does the same."""
    return int(digest[part : part + 8], 16) % count


def _even(
    table: TableFormat, sizes: Mapping[str, int], hashes: Mapping[str, str], free: int, max_count: int
) -> tuple[int, int]:
    """Return the smallest number of buckets tried that all have space for their entries, and the part of the hash.

    Raises:
        EdgeError: there would be too many buckets.
    """
    numbers = {
        part: [(int(hashes[key][part : part + 8], 16), size) for key, size in sizes.items()] for part in _HASH_PARTS
    }
    count = 1 + sum(sizes.values()) // (free + 1)
    while count <= max_count:
        for part in _HASH_PARTS:
            if _largest(numbers[part], count) <= free:
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
