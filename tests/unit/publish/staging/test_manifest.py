"""The manifest: one digest of paths, contents and headers, and of nothing else."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.errors import PublishError
from hosting.publish.staging.manifest import Manifest, ManifestEntry, changed_paths

if TYPE_CHECKING:
    from random import Random

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ENTRIES = st.builds(
    ManifestEntry,
    path=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
    size=st.integers(0, 1 << 40),
    sha256=st.sampled_from(["aa", "bb"]),
    content_type=TEXT,
    cache_control=st.none() | TEXT,
    content_encoding=st.none() | TEXT,
)
LISTS = st.lists(ENTRIES, max_size=6, unique_by=lambda entry: entry.path)

PAGE = ManifestEntry("index.html", 12, "aa", "text/html; charset=utf-8", None)
STYLE = ManifestEntry("a/style.css", 3, "bb", "text/css; charset=utf-8", "public, max-age=60")


def test_entries_are_sorted_by_path() -> None:
    """The order in which files are found does not matter."""
    assert [entry.path for entry in Manifest.of([PAGE, STYLE]).entries] == ["a/style.css", "index.html"]


def test_totals() -> None:
    """A manifest has the number of its files and bytes."""
    manifest = Manifest.of([PAGE, STYLE])
    assert (manifest.file_count, manifest.total_bytes) == (2, 15)


def test_get_by_path() -> None:
    """An entry is found by its path."""
    manifest = Manifest.of([PAGE, STYLE])
    assert manifest.get("index.html") == PAGE
    assert manifest.get("missing.html") is None


def test_same_path_twice_is_refused() -> None:
    """Two files can't have one key."""
    with pytest.raises(ValueError, match="same path"):
        Manifest.of([PAGE, dataclasses.replace(PAGE, size=1)])


def test_digest_is_stable() -> None:
    """The digest of a known manifest does not change between versions, which would publish everything again."""
    assert Manifest.of([PAGE, STYLE]).digest == "4e270c31d495bb4260619bc443897537d98b308cce19106079547e17c2fcadce"


@given(LISTS, st.randoms())
def test_digest_does_not_depend_on_order(entries: list[ManifestEntry], random: Random) -> None:
    """Shuffled entries make the same digest."""
    shuffled = list(entries)
    random.shuffle(shuffled)
    assert Manifest.of(shuffled).digest == Manifest.of(entries).digest


@given(LISTS, LISTS)
def test_digests_differ_when_manifests_do(one: list[ManifestEntry], other: list[ManifestEntry]) -> None:
    """Two manifests have the same digest only when they are equal."""
    first, second = Manifest.of(one), Manifest.of(other)
    assert (first.digest == second.digest) == (first == second)


@pytest.mark.parametrize(
    "other",
    [
        dataclasses.replace(STYLE, path="b/style.css"),
        dataclasses.replace(STYLE, size=4),
        dataclasses.replace(STYLE, sha256="cc"),
        dataclasses.replace(STYLE, content_type="text/plain"),
        dataclasses.replace(STYLE, cache_control=None),
        dataclasses.replace(STYLE, content_encoding="br"),
    ],
)
def test_each_part_of_an_entry_counts(other: ManifestEntry) -> None:
    """Path, size, content and all headers are part of the digest."""
    assert Manifest.of([other]).digest != Manifest.of([STYLE]).digest


@given(LISTS)
def test_json_round_trip(entries: list[ManifestEntry]) -> None:
    """A manifest that was written is read back as it was."""
    manifest = Manifest.of(entries)
    assert Manifest.from_json(manifest.to_json()) == manifest


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"version": 1}', '{"version": 1, "entries": [["a"]]}'])
def test_damaged_json_is_refused(text: str) -> None:
    """The message about a damaged manifest has the remedy."""
    with pytest.raises(PublishError, match="damaged: remove it and run pulumi up again"):
        Manifest.from_json(text)


def test_json_of_another_version_is_refused() -> None:
    """A manifest of a later version is not read."""
    with pytest.raises(PublishError, match="version 9"):
        Manifest.from_json(json.dumps({"version": 9, "entries": []}))


def test_fingerprint_is_short_and_stable() -> None:
    """A fingerprint has 16 hex digits, and is the same for the same content and headers under another path."""
    assert len(PAGE.fingerprint) == 16
    assert dataclasses.replace(PAGE, path="other.html", size=1).fingerprint == PAGE.fingerprint


@pytest.mark.parametrize(
    "other",
    [
        dataclasses.replace(PAGE, sha256="cc"),
        dataclasses.replace(PAGE, content_type="text/plain"),
        dataclasses.replace(PAGE, cache_control="no-cache"),
        dataclasses.replace(PAGE, cache_control=""),
        dataclasses.replace(PAGE, content_encoding="gzip"),
    ],
)
def test_fingerprint_changes_with_content_and_headers(other: ManifestEntry) -> None:
    """Other content and each other header have another fingerprint."""
    assert other.fingerprint != PAGE.fingerprint


def test_changed_paths() -> None:
    """Changed, added and removed paths are returned, sorted; unchanged ones are not."""
    old = {"same": "1", "changed": "1", "removed": "1"}
    new = {"same": "1", "changed": "2", "added": "1"}
    assert changed_paths(old, new) == ["added", "changed", "removed"]


@given(st.dictionaries(TEXT, TEXT), st.dictionaries(TEXT, TEXT))
def test_changed_paths_is_symmetric_and_empty_only_for_equals(old: dict[str, str], new: dict[str, str]) -> None:
    """Going back changes the same paths, and nothing changes exactly when nothing differs."""
    assert changed_paths(old, new) == changed_paths(new, old)
    assert (changed_paths(old, new) == []) == (old == new)
