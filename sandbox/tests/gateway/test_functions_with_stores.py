"""What functions at the edge read of key value stores."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sandbox.tests.gateway.stores import READ, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.tests.gateway.conftest import Account, Browser, Reply

ALL_METHODS = """import cf from'cloudfront'
async function handler(event) {
  const store = cf.kvs(), meta = await store.meta(), bytes = await store.get('a', { format: 'bytes' });
  const json = await store.get('b', { format: 'json' }), known = await store.exists('a');
  const all = await Promise.all([store.get('a'), store.exists('c'), store.get('b')]);
  store.get('a');
  const body = { keys: meta.keyCount, created: meta.creationDateTime, bytes: bytes.length, json: json, known: known };
  body.all = all;
  return { statusCode: 200, body: JSON.stringify(body) };
}"""


def reply_of(browser: Browser, path: str, location: str = "") -> Any:  # noqa: ANN401 - JSON
    """Return what the function answers at an edge location."""
    reply: Reply = browser.get(path, **({"X_Sandbox_Location": location} if location else {}))
    assert reply.status == 200, reply.body
    return json.loads(reply.body)


def test_a_function_reads_its_store(account: Account, store: str, data: Any) -> None:  # noqa: ANN401 - boto3's client
    """All methods and formats work; an update is seen at once, without another publish of the function."""
    write(data, store, a="é", b='{"x": 1}')
    browser = account.browser(
        account.distribution(account.bucket(), behavior=account.function(ALL_METHODS, store=store))
    )
    body = reply_of(browser, "/")
    assert body.pop("created").endswith("+00:00")
    assert body == {"keys": 2, "bytes": 2, "json": {"x": 1}, "known": True, "all": ["é", False, '{"x": 1}']}
    reader = account.browser(account.distribution(account.bucket(), behavior=account.function(READ, store=store)))
    assert reply_of(reader, "/a,c") == ["é", "The key c does not exist."]
    write(data, store, "a", c="new")
    assert reply_of(reader, "/a,c") == ["The key a does not exist.", "new"]


@pytest.mark.parametrize(
    "code",
    [
        "async function handler(event) { return await cf.kvs().get('missing'); }",
        "async function handler(event) { return await cf.kvs('other').exists('a'); }",
        "async function handler(event) { return await cf.kvs().get('a', { format: 'xml' }); }",
        "async function handler(event) { const value = cf.kvs().get('missing'); return await value; }",
    ],
)
def test_errors_of_a_function(account: Account, store: str, code: str) -> None:
    """A missing key, another store and an unknown format are errors, and an uncaught one is a 503."""
    behavior = account.function(f"import cf from 'cloudfront';\n{code}", store=store)
    assert account.browser(account.distribution(account.bucket(), behavior=behavior)).get("/").status == 503


def test_a_function_without_a_store(account: Account) -> None:
    """`kvs()` is an error without an association."""
    behavior = account.function(READ)
    assert account.browser(account.distribution(account.bucket(), behavior=behavior)).get("/a").status == 503


LOCATIONS = ("fra", "iad", "nrt", "syd")


def test_updates_arrive_one_after_the_other(
    account: Account,
    store: str,
    data: Any,  # noqa: ANN401 - boto3's client
    configure: Callable[..., None],
) -> None:
    """Each location has the first updates, whole, and in the end all of them; some have fewer than others."""
    reader = account.browser(account.distribution(account.bucket(), behavior=account.function(READ, store=store)))
    # What was written before the first read would have arrived.
    reply_of(reader, "/a", "other")
    arrival = {"arrival": "updates", "lagSeconds": 10, "seed": 7}
    for number in "123":
        configure(**arrival, clock=100)
        write(data, store, a=number, b=number)
    found: dict[str, list[str]] = {location: [] for location in LOCATIONS}
    differences = 0
    for clock in range(100, 111):
        configure(**arrival, clock=clock)
        pairs = [reply_of(reader, "/a,b", location) for location in LOCATIONS]
        for location, (a, b) in zip(LOCATIONS, pairs, strict=True):
            assert a == b.replace("key b", "key a")
            found[location].append("0" if "key a" in a else a)
        differences += len({a for a, _ in pairs}) > 1
    assert all(values == sorted(values) and values[-1] == "3" for values in found.values())
    assert differences > 1


def test_keys_arrive_in_any_order(
    account: Account,
    store: str,
    data: Any,  # noqa: ANN401 - boto3's client
    configure: Callable[..., None],
) -> None:
    """A location can have one key of an update and not another, also between two reads of one request."""
    reader = account.browser(account.distribution(account.bucket(), behavior=account.function(READ, store=store)))
    reply_of(reader, "/a", "other")
    configure(arrival="keys", lagSeconds=4, seed=7, clock=100, secondsPerRead=1)
    write(data, store, a="1", b="1")
    found = [[value == "1" for value in reply_of(reader, "/b,a,b,a,b", location)] for location in LOCATIONS]
    assert all(values[-1] for values in found)
    assert any(not values[0] for values in found)
    assert any(values[0] and not values[1] for values in found) or any(values[1] and not values[2] for values in found)
    configure(clock=104)
    assert reply_of(reader, "/a,b", "other") == ["1", "1"]


def test_code_that_the_runtime_does_not_document(account: Account) -> None:
    """It is rejected when a function is created or updated, with the name of what it uses."""
    with pytest.raises(ClientError, match=r"cloudfront-js-2\.0 does not document: optional chaining"):
        account.function("function handler(event) { return event?.request; }")
