from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from hosting.aws.key_value_store import open_store
from hosting.doctor.state import KEY_VALUE_STORE, StateResource
from hosting.doctor.store import check_store
from tests.unit.aws.key_value_store_server import ARN, StoreServer
from tests.unit.doctor.conftest import resource, results

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.doctor.context import Context
    from tests.unit.doctor.conftest import Account


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[StoreServer]:
    """A running store; the client does not wait between attempts."""
    monkeypatch.setattr("hosting.aws.key_value_store.time.sleep", lambda _: None)
    with StoreServer() as server:
        yield server


def context_of(account: Account, store: StoreServer, *resources: StateResource, **config: str) -> Context:
    """Return the context of a stack whose stores are on the server."""
    return replace(account.context(*resources, **config), open_store=partial(open_store, settings=store.settings()))


def in_state() -> StateResource:
    """Return the store as the state has it."""
    return replace(resource(KEY_VALUE_STORE, "site-store-0a1b2c3"), outputs={"arn": ARN})


def test_the_store_is_described(account: Account, store: StoreServer) -> None:
    """The line has the size and the limit; an almost full store is a warning."""
    context = context_of(account, store, in_state())
    store.items = {"key": "value"}
    assert results(check_store(context)) == [("ok", "The key-value store has 1 keys with 8 of 5000000 bytes")]
    store.items = {"key": "v" * 4_800_000}
    assert [line.status for line in check_store(context)] == ["warning"]


def test_a_store_without_access_is_an_error(account: Account, store: StoreServer) -> None:
    """A stack with a store cannot publish its rules then."""
    store.prepared = [(403, "Access denied")]
    (line,) = check_store(context_of(account, store, in_state()))
    assert line.status == "error"
    assert "cloudfront-keyvaluestore:UpdateKeys" in line.text


def test_before_the_first_store_the_api_is_asked_for_none(account: Account, store: StoreServer) -> None:
    """The answer that a store does not exist shows that the host, the signature and the token are accepted."""
    context = context_of(account, store)
    (line,) = check_store(context)
    assert (line.status, line.text) == (
        "ok",
        f"{account.id}.cloudfront-kvs.global.api.aws takes the requests of a stack with many rules",
    )
    assert len(store.requests) == 1
    store.prepared = [(403, "Authentication failed")]
    (line,) = check_store(context)
    assert (line.status, line.next_step) == ("warning", "without many rules the stack needs no key-value store")


def test_a_host_without_connection_is_a_warning(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A firewall may know AWS's older domains alone."""
    monkeypatch.setattr("hosting.aws.key_value_store.time.sleep", lambda _: None)
    with StoreServer() as store:
        context = context_of(account, store)
    (line,) = check_store(context)
    assert line.status == "warning"
    assert "can't be reached" in line.text


def test_a_website_without_cloudfront_needs_no_store(account: Account, store: StoreServer) -> None:
    """Nothing is asked."""
    assert results(check_store(context_of(account, store, cloudfront__enabled="false"))) == []
    assert store.requests == []
