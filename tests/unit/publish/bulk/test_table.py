"""The table of a release: each file is found in its bucket, and no bucket exceeds a value of the store."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hosting.edge.rule_tables import MAX_VALUE_BYTES
from hosting.errors import PublishError
from hosting.publish.bulk import table
from hosting.publish.bulk.table import (
    EMPTY_BUCKET,
    GONE,
    build_table,
    changed_records,
    join_changes,
    record_key,
    split_changes,
    split_records,
    table_checksum,
)

INDEX = "index.html"
NAMES = st.sampled_from(["a", "b", "docs", "index", "index.html", "a.html", "v1.2", "x y", "ä", ".html", "LICENSE"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
PUBLISHES = st.text("ABCdef012-_", min_size=4, max_size=4).filter(lambda publish: publish != GONE)
TREES = st.dictionaries(PATHS, PUBLISHES, max_size=12)


def found(buckets: list[str], path: str, changes: str = "") -> str | None:
    """Return the publish that a table, and a pointer's changes to it, have for a path."""
    key = record_key(path, INDEX)
    return {**split_records(buckets[key.number % len(buckets)]), **split_changes(changes)}.get(key.text)


@given(TREES)
@settings(max_examples=60, deadline=None)
def test_each_path_is_found_in_its_bucket(files: dict[str, str]) -> None:
    """The record of each file is in the bucket of its hash, and no bucket is empty or too large for the store."""
    buckets = build_table(files, INDEX)
    assert {path: found(buckets, path) for path in files} == files
    assert all(0 < len(bucket) <= MAX_VALUE_BYTES for bucket in buckets)


@given(TREES, TREES)
@settings(max_examples=60, deadline=None)
def test_changes_lead_from_one_release_to_the_next(old: dict[str, str], new: dict[str, str]) -> None:
    """The table of a release, with the records that have changed since, has exactly the files of the next release."""
    changes = changed_records(old, new, INDEX)
    assert changes is not None
    buckets = build_table(old, INDEX)
    seen = {path: found(buckets, path, join_changes(changes)) for path in {*old, *new}}
    assert {path: publish for path, publish in seen.items() if publish not in (None, GONE)} == new


@pytest.mark.parametrize(
    ("path", "name", "form"),
    [
        ("docs", "docs", "f"),
        ("docs.html", "docs", "p"),
        ("docs/index.html", "docs", "i"),
        ("docs/index", "docs", "s"),
        ("index.html", "", "i"),
        ("index", "", "s"),
        ("app.js", "app.js", "f"),
        ("docs/myindex.html", "docs/myindex", "p"),
    ],
)
def test_the_forms_of_a_page_have_one_name(path: str, name: str, form: str) -> None:
    """The hash is that of the page's name, and the form is the sixth character of the record."""
    digest = urlsafe_b64encode(hashlib.sha256(name.encode()).digest()).decode()
    assert record_key(path, INDEX).text == digest[3:8] + form


def test_another_index_document() -> None:
    """With `website:indexDocument`, `index.html` is a page like any other."""
    assert record_key("docs/home.htm", "home.htm").text[-1] == "i"
    assert record_key("docs/index.html", "home.htm").text[-1] == "p"


@pytest.mark.parametrize(("count", "most"), [(0, 1), (1, 10), (1_000, 11_500), (50_000, 570_000)])
def test_size_of_a_table(count: int, most: int) -> None:
    """A file takes 10 to 11.4 bytes: 50,000 files take a ninth of the store, in buckets that are one value each."""
    buckets = build_table({f"blog/{number % 97}/post-{number}.html": "AAAA" for number in range(count)}, INDEX)
    assert max(map(len, buckets)) <= MAX_VALUE_BYTES
    assert sum(map(len, buckets)) <= most
    assert sum(len(split_records(bucket)) for bucket in buckets) == count


def test_a_table_without_files_has_a_bucket() -> None:
    """All buckets exist, and none is empty: a missing one has not arrived."""
    assert build_table({}, INDEX) == [EMPTY_BUCKET]
    assert split_records(EMPTY_BUCKET) == {}


def collide(monkeypatch: pytest.MonkeyPatch, *, numbers: dict[str, int]) -> None:
    """Give all paths the same key, and the numbers that choose their buckets."""
    monkeypatch.setattr(table, "record_key", lambda path, _: table.RecordKey(numbers[path], "AAAAAf"))


def test_a_collision_within_a_bucket_needs_more_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files with the same key are in different buckets."""
    collide(monkeypatch, numbers={"one": 0, "two": 6})
    buckets = build_table({"one": "AAA1", "two": "AAA2"}, INDEX)
    assert len(buckets) == 4
    assert [bucket for bucket in buckets if bucket != EMPTY_BUCKET] == ["AAAAAfAAA1", "AAAAAfAAA2"]


def test_two_files_with_the_same_hash_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """If no number of buckets separates two files, the message has both."""
    collide(monkeypatch, numbers={"one": 5, "two": 5})
    with pytest.raises(PublishError, match=r"same hash.*rename one of 'one', 'two'$"):
        build_table({"one": "AAA1", "two": "AAA2"}, INDEX)


def test_a_change_with_the_key_of_another_file_needs_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """The edge looks for changes in all buckets' stead, so a change must not have the key of a file in another one."""
    collide(monkeypatch, numbers={"one": 0, "two": 1})
    assert changed_records({"one": "AAA1", "two": "AAA2"}, {"one": "AAA3", "two": "AAA2"}, INDEX) is None
    assert changed_records({"one": "AAA1", "two": "AAA2"}, {"one": "AAA3", "two": "AAA3"}, INDEX) is None
    assert changed_records({"one": "AAA1"}, {"two": "AAA2"}, INDEX) is None
    assert changed_records({"one": "AAA1"}, {"one": "AAA1"}, INDEX) == {}


def test_checksum_of_a_table() -> None:
    """Another bucket, or another order of buckets, is another checksum."""
    assert len({table_checksum(["a", "b"]), table_checksum(["b", "a"]), table_checksum(["ab"])}) == 3
    assert len(table_checksum([])) == 6
