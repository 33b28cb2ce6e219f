"""What edge locations have of a store, its limits, and the settings of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.emulator.edge_stores import EdgeStore, edge_store
from sandbox.emulator.patches.key_value_store_functions import with_module
from sandbox.emulator.store_limits import STORE_BYTES, request_rejection, store_rejection
from sandbox.emulator.store_settings import StoreSettings, store_settings

if TYPE_CHECKING:
    from pathlib import Path

LOCATIONS = [f"location {number}" for number in range(60)]


def settings(arrival: str = "updates", clock: float = 0, **more: float) -> StoreSettings:
    """Return settings with a lag of 10 seconds."""
    return StoreSettings(arrival=arrival, clock=clock, lag_seconds=more.pop("lag", 10), **more)  # type: ignore[arg-type]  # numbers


def used_store(items: dict[str, str]) -> EdgeStore:
    """Return a store that a function has read already."""
    store = EdgeStore(items)
    store.get("first", "a", settings())
    return store


def test_the_first_function_finds_all_earlier_updates() -> None:
    """Its deployment takes longer than the updates; later updates have their lag."""
    store = EdgeStore({})
    store.write({"a": "1"}, settings())
    assert [store.get(location, "a", settings()) for location in LOCATIONS] == ["1"] * len(LOCATIONS)
    store.write({"a": "2"}, settings())
    assert [store.get(location, "a", settings()) for location in LOCATIONS] == ["1"] * len(LOCATIONS)


def test_without_a_lag() -> None:
    """An update is everywhere at once, a removal too, and a later lag does not change that."""
    store = EdgeStore({"a": "1", "b": "1"})
    store.write({"a": "2", "b": None, "c": "3"}, settings(lag=0))
    assert [store.get("", key, settings(lag=0)) for key in "abc"] == ["2", None, "3"]
    assert [store.get("", key, settings()) for key in "abc"] == ["2", None, "3"]
    assert store.count("", settings()) == 2


@pytest.mark.parametrize("arrival", ["updates", "keys"])
def test_the_seed_decides_what_arrives_when(arrival: str) -> None:
    """At one time the locations differ; the same seed gives the same, another one does not; in the end all agree."""

    def seen(seed: int, clock: float) -> list[str | None]:
        store = used_store({})
        store.write({"a": "1"}, settings(arrival))
        return [store.get(location, "a", settings(arrival, clock, seed=seed)) for location in LOCATIONS]

    assert set(seen(1, 5)) == {None, "1"}
    assert seen(1, 5) == seen(1, 5) != seen(2, 5)
    assert seen(1, 10) == ["1"] * len(LOCATIONS)


def test_updates_arrive_in_their_order() -> None:
    """A location never has an update without those before it, or a part of one."""
    store = used_store({"a": "0", "b": "0"})
    for number in "123":
        store.write({"a": number, "b": number}, settings())
    found = [
        (store.get(location, "a", settings(clock=clock)), store.get(location, "b", settings(clock=clock)))
        for location in LOCATIONS
        for clock in (2, 4, 6, 8)
    ]
    assert {a for a, b in found if a == b} == {"0", "1", "2", "3"}
    assert [pair for pair in found if pair[0] != pair[1]] == []


def test_keys_arrive_in_any_order() -> None:
    """A location can have a later key without an earlier one; of one key the last update that has arrived counts."""
    store = used_store({})
    store.write({"a": "1"}, settings("keys"))
    store.write({"b": "1"}, settings("keys"))
    store.write({"a": "2"}, settings("keys"))
    at = settings("keys", 5)
    found = {(store.get(location, "a", at), store.get(location, "b", at)) for location in LOCATIONS}
    assert {(None, "1"), ("1", None)} <= found
    assert store.get("x", "a", settings("keys", 10)) == "2"


def test_a_key_arrives_between_two_reads() -> None:
    """Each read at a location takes its time; other locations are not affected."""
    store = used_store({})
    store.write({"a": "1"}, settings())
    slow = settings(seconds_per_read=1)
    reads = [store.get("x", "a", slow) for _ in range(11)]
    assert None in reads
    assert reads == sorted(reads, key=lambda value: value is not None)
    assert [store.get(location, "a", slow) for location in LOCATIONS] == [None] * len(LOCATIONS)


def test_a_store_is_found_by_its_arn() -> None:
    """The first call decides what is everywhere."""
    store = edge_store("arn:1", {"a": "1"})
    assert edge_store("arn:1", {}) is store
    assert edge_store("arn:2", {}).get("", "a", settings()) is None


def test_a_full_store() -> None:
    """An update that makes the store larger than 5 MB is rejected, unless it deletes enough."""
    items = {f"k{number:04}": "v" * 1019 for number in range(STORE_BYTES // 1024)}
    assert store_rejection(items, {}, []) is None
    rejection = store_rejection(items, {"one": "v" * 1021}, [])
    assert rejection is not None
    assert (rejection.code, rejection.status) == ("ServiceQuotaExceededException", 402)
    assert store_rejection(items, {"one": "v" * 1021}, ["k0000"]) is None


def test_an_empty_key() -> None:
    """A key has at least one character."""
    assert request_rejection([("", "v")], []) is not None
    assert request_rejection([("k", "")], ["other"]) is None


def test_settings_can_be_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file changes what it names; unknown names and ways of arrival are errors."""
    path = tmp_path / "stores.json"
    monkeypatch.setenv("STORES_FILE", str(path))
    assert store_settings() == StoreSettings()
    path.write_text('{"lagSeconds": 3, "arrival": "keys"}')
    assert store_settings() == StoreSettings(lag_seconds=3, arrival="keys")
    path.write_text('{"lag": 3}')
    with pytest.raises(ValueError, match="unknown names: lag"):
        store_settings()
    path.write_text('{"arrival": "never"}')
    with pytest.raises(ValueError, match="must be updates or keys, not never"):
        store_settings()


def test_a_script_that_ministack_does_not_have() -> None:
    """Another version's JavaScript stops the emulator at its start."""
    with pytest.raises(ValueError, match="adapt this patch"):
        with_module("const other = 1;")
