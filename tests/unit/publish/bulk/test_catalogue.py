"""The catalogue: ids are never used twice, and a release is deleted only when no visitor can get it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from hosting.errors import PublishError
from hosting.publish.bulk import sealed
from hosting.publish.bulk.catalogue import (
    KEY,
    RESUME_S,
    Catalogue,
    CatalogueFile,
    StoredRelease,
    summaries,
)
from hosting.publish.bulk.pointer import GRACE_S, Pointer, ReleasePointer
from tests.unit.publish.bulk.memory import MemoryBucket

NOW = 1_795_800_000.0


def release(id_: str, digest: str = "", **changes: object) -> StoredRelease:
    """Return a complete release that was used until the first visitors got the next one, long ago."""
    values: dict[str, object] = {"is_complete": True, "unused_since": NOW - GRACE_S, **changes}
    return replace(StoredRelease(id_, digest or id_, NOW - RESUME_S, 1, 1), **values)  # type: ignore[arg-type]


def pointer(live: str, previous: str = "") -> Pointer:
    """Return the pointer to a release."""
    return Pointer(ReleasePointer(live, 0, live, 1), ReleasePointer(previous, 0, live, 1) if previous else None)


NEXT = StoredRelease("NEXT", "next", NOW, 1, 1)


def deleted(*releases: StoredRelease, live: str = "live", keep: int = 2) -> set[str]:
    """Return which releases are to be deleted when another publish begins."""
    found = Catalogue(releases).with_release(NEXT, 5, pointer(live), keep)
    assert {one.id for one in found.releases} == {NEXT.id, *(one.id for one in releases)} - set(found.to_delete)
    return set(found.to_delete)


def test_text_of_a_catalogue() -> None:
    """A catalogue is read as it was written."""
    catalogue = Catalogue((release("AAAA"),), ("AAAB",), ("t/AAAA/",), 7)
    assert Catalogue.from_bytes(catalogue.to_bytes(), KEY) == catalogue
    assert catalogue.find("AAAA") == release("AAAA")
    assert catalogue.find("AAAB") is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"nonsense", "damaged"),
        (sealed.sealed({"releases": [{"id": "AAAA"}], "to_delete": [], "tables": [], "last_id": 0}), "damaged"),
        (sealed.sealed({}), "damaged"),
    ],
)
def test_a_damaged_catalogue(data: bytes, message: str) -> None:
    """The message has the key, and what to do."""
    with pytest.raises(PublishError, match=f"{KEY} is {message}.*Restore the object, or remove it"):
        Catalogue.from_bytes(data, KEY)


def test_a_catalogue_of_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not changed."""
    monkeypatch.setattr(sealed, "_VERSION", 99)
    data = Catalogue().to_bytes()
    monkeypatch.undo()
    assert json.loads(data.partition(b"\n")[2])["version"] == 99
    with pytest.raises(PublishError, match="is of version 99: publish with the program that wrote it"):
        Catalogue.from_bytes(data, KEY)


def test_ids_are_never_used_twice() -> None:
    """Each id is greater than the last, also within a minute; without a catalogue it begins at the minute."""
    catalogue, ids = Catalogue(), []
    for second in (0, 1, 2, 59, 60, 3600):
        id_, number = catalogue.next_id(NOW + second)
        catalogue = catalogue.with_release(replace(NEXT, id=id_), number, None, 3)
        ids.append(id_)
    assert len({*ids, Catalogue().next_id(NOW + 3660)[0]}) == 7
    assert all(len(id_) == 4 for id_ in ids)


def test_a_lost_catalogue_does_not_repeat_the_ids_of_one_minute() -> None:
    """After many publishes within a minute, the pointer has an id that is ahead of the time."""
    catalogue, id_ = Catalogue(), ""
    for _ in range(9):
        id_, number = catalogue.next_id(NOW)
        catalogue = catalogue.with_release(replace(NEXT, id=id_), number, None, 3)
    lost = Catalogue().with_pointer(pointer(id_), NOW)
    assert lost.next_id(NOW) == catalogue.next_id(NOW)


def test_the_newest_releases_are_kept() -> None:
    """`publish:releases` counts the new one; the live one and that before it are kept beside them."""
    releases = (release("live"), release("AAAC"), release("AAAB"), release("AAAA"))
    assert deleted(*releases, keep=2) == {"AAAC", "AAAB", "AAAA"}
    assert deleted(*releases, keep=3) == {"AAAB", "AAAA"}
    assert deleted(*releases, keep=50) == set()
    old = Catalogue(releases).with_release(NEXT, 5, pointer("live", "AAAA"), 2)
    assert set(old.to_delete) == {"AAAC", "AAAB"}


def test_the_same_files_count_once() -> None:
    """The new release replaces an earlier one with its digest."""
    assert deleted(release("live"), release("AAAB", NEXT.digest), release("AAAA"), keep=3) == {"AAAB"}


@pytest.mark.parametrize(
    ("changes", "is_deleted"),
    [
        ({"unused_since": NOW - GRACE_S}, True),
        ({"unused_since": NOW - GRACE_S + 1}, False),
        ({"unused_since": 0.0}, False),
        ({"is_complete": False, "time": NOW - RESUME_S}, True),
        ({"is_complete": False, "time": NOW - RESUME_S + 1}, False),
    ],
)
def test_when_a_release_is_deleted(changes: dict[str, Any], *, is_deleted: bool) -> None:
    """Visitors may get a release for 10 minutes after the switch, and a publish may run or be resumed for a day."""
    assert deleted(release("live"), release("AAAA", **changes)) == ({"AAAA"} if is_deleted else set())


def test_without_a_pointer_nothing_is_deleted() -> None:
    """A replaced store has no pointer yet, and the function still reads the old one, whose release is not known."""
    catalogue = Catalogue((release("AAAB", is_complete=False), release("AAAA")))
    assert catalogue.with_pointer(None, NOW) == catalogue
    assert catalogue.with_release(NEXT, 5, None, 2).to_delete == ()


def test_the_pointer_says_what_is_live() -> None:
    """Its releases are complete and in use; the others are unused since this was first seen."""
    releases = (
        release("live", is_complete=False, unused_since=0.0),
        release("AAAB", unused_since=0.0),
        release("AAAA", unused_since=1.0),
    )
    found = Catalogue(releases).with_pointer(pointer("live"), NOW).releases
    assert [(one.is_complete, one.unused_since) for one in found] == [(True, 0), (True, NOW), (True, 1)]


def test_summaries() -> None:
    """The output `releases` has each complete release once, the newest first."""
    catalogue = Catalogue(
        (release("AAAD", "one"), release("AAAC", "two", is_complete=False), release("AAAB"), release("AAAA", "one"))
    )
    assert [one["digest"] for one in summaries(catalogue)] == ["one", "AAAB"]
    assert summaries(catalogue)[0]["time"] == "2026-11-26T17:20:00+00:00"


def test_two_publishes_cannot_write_at_once() -> None:
    """The second write is refused, and each publish can find who the other one was."""
    bucket = MemoryBucket()
    one, two = CatalogueFile(bucket, KEY), CatalogueFile(bucket, KEY)
    assert (one.read(), two.read(), one.publisher_of("NEXT")) == (Catalogue(), Catalogue(), "")
    one.write(Catalogue((replace(NEXT, host="laptop"),)))
    with pytest.raises(PublishError, match="this one has changed nothing"):
        two.write(Catalogue())
    assert (two.publisher_of("NEXT"), two.publisher_of("AAAA")) == ("laptop", "")
