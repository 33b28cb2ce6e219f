"""The keys of a key-value store: written before the functions change, and removed after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.dynamic.dynamic import serialize_provider

from hosting.errors import HostingError
from hosting.providers.store_items import StoreCleanupProvider, StoreItems, StoreItemsProvider, StoreProvider
from hosting.publish.managed.path_list import pack
from tests.unit.aws.key_value_store_server import ARN, StoreServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OTHER_ARN = "arn:aws:cloudfront::123456789012:key-value-store/other"
FIRST = {"r/aaaaaaaa/0": '["/a"]', "r/aaaaaaaa/1": "[]"}
SECOND = {"r/bbbbbbbb/0": '["/ü"]'}


def created(provider: StoreProvider, props: dict[str, Any]) -> dict[str, Any]:
    """Return the state after a creation."""
    return provider.create(props).outs or {}


def updated(provider: StoreProvider, olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
    """Return the state after an update."""
    return provider.update("id", olds, news).outs or {}


def refreshed(provider: StoreProvider, props: dict[str, Any]) -> dict[str, Any]:
    """Return the state after a refresh."""
    return provider.read("id", props).outs or {}


@pytest.fixture
def store() -> Iterator[StoreServer]:
    """A running store."""
    with StoreServer() as server:
        yield server


def items_provider(store: StoreServer) -> StoreItemsProvider:
    """Return the provider of the keys, with the settings of the stack."""
    provider = StoreItemsProvider()
    provider._settings = store.settings()
    return provider


def cleanup_provider(store: StoreServer) -> StoreCleanupProvider:
    """Return the provider of the removal, with the settings of the stack."""
    provider = StoreCleanupProvider()
    provider._settings = store.settings()
    return provider


def items_props(monkeypatch: pytest.MonkeyPatch, items: Mapping[str, str], arn: object = ARN) -> dict[str, Any]:
    """Return the inputs with which the resource is registered."""
    registered: list[dict[str, Any]] = []
    monkeypatch.setattr(
        "hosting.providers.store_items.Resource.__init__", lambda *arguments: registered.append(arguments[3])
    )
    StoreItems("site-store-items", str(arn), items, pulumi.ResourceOptions())
    return {**registered[0], "store_arn": arn}


def cleanup_props(keys: Mapping[str, str], arn: object = ARN) -> dict[str, Any]:
    """Return the inputs of the removal."""
    return {"store_arn": arn, "keys": pack(keys)}


def test_new_keys_are_added_and_no_key_is_removed(store: StoreServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions that run during an update read the keys of the previous rules."""
    provider, first, second = items_provider(store), items_props(monkeypatch, FIRST), items_props(monkeypatch, SECOND)
    outs = created(provider, first)
    assert store.items == FIRST
    assert provider.diff("id", outs, second).changes
    assert updated(provider, outs, second) == {**second, "drift": 0}
    assert store.items == {**FIRST, **SECOND}


def test_only_what_changes_is_written(store: StoreServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that two publishes share is written once; equal items make no call, and no change."""
    provider, first = items_provider(store), items_props(monkeypatch, FIRST)
    both = items_props(monkeypatch, {**FIRST, **SECOND})
    outs = created(provider, first)
    assert not provider.diff("id", outs, first).changes
    store.items.clear()
    provider.update("id", outs, both)
    assert store.items == SECOND


def test_another_store_is_filled_without_a_replacement(store: StoreServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ARN of a store that is to be replaced is unknown in a preview; the update writes all keys."""
    provider, new = items_provider(store), items_props(monkeypatch, FIRST)
    old = {**items_props(monkeypatch, FIRST, OTHER_ARN), "drift": 0}
    diff = provider.diff("id", old, items_props(monkeypatch, FIRST, object()))
    assert (diff.changes, diff.replaces) == (True, [])
    provider.update("id", old, new)
    assert store.items == FIRST


@pytest.mark.parametrize(("key", "value"), [("r/aaaaaaaa/0", "changed"), ("r/aaaaaaaa/1", None)])
def test_a_changed_or_missing_key_is_drift_that_an_update_repairs(
    store: StoreServer, monkeypatch: pytest.MonkeyPatch, key: str, value: str | None
) -> None:
    """A refresh counts the keys; the next update writes all of them. Keys of others are no drift."""
    provider, first = items_provider(store), items_props(monkeypatch, FIRST)
    outs = created(provider, first)
    store.items["s/site"] = "of another resource"
    assert refreshed(provider, outs) == outs
    store.items = {name: text for name, text in {**store.items, key: value}.items() if text is not None}
    drifted = refreshed(provider, outs)
    assert drifted["drift"] == 1
    assert provider.diff("id", drifted, first).changes
    repaired = updated(provider, drifted, first)
    assert store.items == {**FIRST, "s/site": "of another resource"}
    assert not provider.diff("id", repaired, first).changes


def test_a_missing_store_is_reported_by_its_own_resource(store: StoreServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refresh goes on without a change; the keys are written to the store that replaces it."""
    provider = items_provider(store)
    outs = created(provider, items_props(monkeypatch, FIRST))
    store.exists = False
    assert refreshed(provider, outs) == outs


def test_keys_that_cannot_be_written_are_an_error(store: StoreServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence says what visitors get, and what to do; nothing is shown of the client."""
    store.prepared = [(403, "Access denied")]
    with pytest.raises(HostingError, match=r"could not be stored, so visitors get the previous ones\. .*UpdateKeys"):
        items_provider(store).create(items_props(monkeypatch, FIRST))


def test_earlier_keys_are_removed_but_those_of_the_previous_publish(store: StoreServer) -> None:
    """Edge locations may run the previous functions for some seconds; keys without the prefix belong to others."""
    provider = cleanup_provider(store)
    unfinished = {"r/cccccccc/0": "of a publish that was interrupted"}
    store.items = {**FIRST, **SECOND, **unfinished, "s/site": "p"}
    first, second, third = cleanup_props(FIRST), cleanup_props(SECOND), cleanup_props({"r/dddddddd/0": ""})
    outs = created(provider, first)
    assert not provider.diff("id", outs, first).changes
    assert provider.diff("id", outs, second).changes
    outs = updated(provider, outs, second)
    assert store.items == {**FIRST, **SECOND, "s/site": "p"}
    assert refreshed(provider, outs) == outs
    provider.update("id", outs, third)
    assert store.items == {**SECOND, "s/site": "p"}


def test_what_a_failed_publish_stored_does_not_push_out_the_live_keys(
    store: StoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The functions read the first keys, as their update to the second ones failed; the third publish keeps them."""
    items, cleanup = items_provider(store), cleanup_provider(store)
    outs = created(items, items_props(monkeypatch, FIRST))
    cleaned = created(cleanup, cleanup_props(FIRST))
    outs = updated(items, outs, items_props(monkeypatch, SECOND))
    third = {"r/dddddddd/0": ""}
    items.update("id", outs, items_props(monkeypatch, third))
    assert store.items.keys() >= FIRST.keys()
    cleanup.update("id", cleaned, cleanup_props(third))
    assert store.items == {**FIRST, **third}


def test_another_store_has_no_earlier_keys(store: StoreServer) -> None:
    """Nothing is listed or removed."""
    provider = cleanup_provider(store)
    new = cleanup_props(SECOND)
    old = cleanup_props(FIRST, OTHER_ARN)
    assert provider.diff("id", old, new).changes
    assert updated(provider, old, new) == new
    assert store.requests == []


def test_keys_that_cannot_be_removed_are_an_error(store: StoreServer) -> None:
    """The new rules are live by then."""
    store.prepared = [(403, "Access denied")]
    with pytest.raises(HostingError, match=r"^The new rules are published, but .* could not be removed\. "):
        cleanup_provider(store).update("id", cleanup_props(FIRST), cleanup_props(SECOND))


@pytest.mark.parametrize("provider", [StoreItemsProvider(), StoreCleanupProvider()])
def test_providers_are_pickled_by_reference_and_a_deletion_makes_no_call(
    provider: StoreProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state names the module and the class; the keys go with the store."""
    assert len(serialize_provider(provider)) < 120
    monkeypatch.setattr(StoreProvider, "store", None)
    provider.delete("id", {"store_arn": ARN})
