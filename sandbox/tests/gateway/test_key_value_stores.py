"""Key value stores: their two APIs, and what functions at the edge read of them."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.environment import endpoint_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.environment import Home
    from sandbox.tests.gateway.conftest import Account, Browser, Reply

NUMBERS = itertools.count(1)
READ = """import cf from 'cloudfront';
const store = cf.kvs();
async function handler(event) {
  const keys = event.request.uri.slice(1).split(','), found = [];
  for (let i = 0; i < keys.length; i++) {
    let value = 'missing';
    try { value = await store.get(keys[i]); } catch (error) { found.push(error.message); continue; }
    found.push(value);
  }
  return { statusCode: 200, body: JSON.stringify(found) };
}"""
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


@pytest.fixture
def configure(cloud: Home) -> Iterator[Callable[..., None]]:
    """Change the settings of stores until the end of a test; by default new ones are READY at once."""

    def write_settings(**settings: object) -> None:
        cloud.store_settings.write_text(json.dumps({"provisioningSeconds": 0, **settings}))

    write_settings()
    yield write_settings
    cloud.store_settings.unlink()


@pytest.fixture(scope="module")
def data(endpoint: str) -> Any:  # noqa: ANN401 - its stubs are not installed
    """A client of the data API, with the endpoint that the sandbox's environment has."""
    session: Any = boto3.Session("test", "test", region_name="us-east-1")
    url = endpoint_variables(endpoint)["AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE"]
    return session.client("cloudfront-keyvaluestore", endpoint_url=url)


@pytest.fixture
def store(account: Account, configure: Callable[..., None]) -> str:
    """The ARN of a new store that is READY."""
    configure(clock=100)
    return str(new_store(account)["ARN"])


def new_store(account: Account) -> Any:  # noqa: ANN401 - AWS's shape
    """Create a store."""
    return account.cloudfront.create_key_value_store(Name=f"store-{next(NUMBERS)}")["KeyValueStore"]


def write(data: Any, store: str, *deletes: str, **puts: str) -> str:  # noqa: ANN401 - boto3's client
    """Put and delete keys in one request, and return the new version."""
    etag = data.describe_key_value_store(KvsARN=store)["ETag"]
    changes: dict[str, Any] = {
        "Puts": [{"Key": key, "Value": value} for key, value in puts.items()],
        "Deletes": [{"Key": key} for key in deletes],
    }
    return str(data.update_keys(KvsARN=store, IfMatch=etag, **changes)["ETag"])


def refusal(call: Any, **arguments: object) -> tuple[str, int]:  # noqa: ANN401 - boto3's method
    """Return the code and the status of a call's error."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_a_new_store(account: Account, data: Any, configure: Callable[..., None]) -> None:  # noqa: ANN401 - boto3's client
    """Its ARN ends with its id, and until it is READY it has no data and no function."""
    configure(clock=1000, provisioningSeconds=5)
    created = new_store(account)
    arn, name = created["ARN"], created["Name"]
    assert arn == f"arn:aws:cloudfront::000000000000:key-value-store/{created['Id']}"
    described = data.describe_key_value_store(KvsARN=arn)
    assert (created["Status"], described["Status"], described["ItemCount"]) == ("PROVISIONING", "PROVISIONING", 0)
    put = {"KvsARN": arn, "Key": "a", "Value": "b", "IfMatch": described["ETag"]}
    assert refusal(data.put_key, **put) == ("ConflictException", 409)
    with pytest.raises(ClientError, match="is not ready: its status is PROVISIONING"):
        account.function(READ, store=arn)
    configure(clock=1005, provisioningSeconds=5)
    assert account.cloudfront.describe_key_value_store(Name=name)["KeyValueStore"]["Status"] == "READY"
    data.put_key(**put)
    account.function(READ, store=arn)


def test_a_store_of_a_function_cannot_be_deleted(account: Account, store: str, data: Any) -> None:  # noqa: ANN401 - boto3's client
    """Neither if the published function has it, nor the one in development; then store and data are deleted."""
    name = next(
        item["Name"]
        for item in account.cloudfront.list_key_value_stores()["KeyValueStoreList"]["Items"]
        if item["ARN"] == store
    )
    etag = account.cloudfront.describe_key_value_store(Name=name)["ETag"]
    function = account.function(READ, store=store)["FunctionAssociations"]["Items"][0]["FunctionARN"].rpartition("/")[2]
    delete = account.cloudfront.delete_key_value_store
    assert refusal(delete, Name=name, IfMatch=etag) == ("CannotDeleteEntityWhileInUse", 409)
    config: Any = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    version = account.cloudfront.describe_function(Name=function, Stage="DEVELOPMENT")["ETag"]
    updated = account.cloudfront.update_function(
        Name=function, IfMatch=version, FunctionConfig=config, FunctionCode=b"function handler(event) {}"
    )
    assert refusal(delete, Name=name, IfMatch=etag) == ("CannotDeleteEntityWhileInUse", 409)
    account.cloudfront.publish_function(Name=function, IfMatch=updated["ETag"])
    assert refusal(delete, Name=name, IfMatch="other") == ("PreconditionFailed", 412)
    delete(Name=name, IfMatch=etag)
    assert refusal(data.describe_key_value_store, KvsARN=store) == ("ResourceNotFoundException", 404)


def test_associations(account: Account, store: str) -> None:
    """A function has one store, which exists, and the runtime 2.0."""
    two: Any = {"Quantity": 2, "Items": [{"KeyValueStoreARN": arn} for arn in (store, new_store(account)["ARN"])]}
    one: Any = {"Quantity": 1, "Items": [{"KeyValueStoreARN": store}]}
    missing: Any = {"Quantity": 1, "Items": [{"KeyValueStoreARN": f"{store}0"}]}
    for runtime, associations in (
        ("cloudfront-js-2.0", two),
        ("cloudfront-js-1.0", one),
        ("cloudfront-js-2.0", missing),
    ):
        config: Any = {"Comment": "", "Runtime": runtime, "KeyValueStoreAssociations": associations}
        refused = refusal(
            account.cloudfront.create_function,
            Name=f"function-{store[-4:]}",
            FunctionConfig=config,
            FunctionCode=READ.encode(),
        )
        assert refused == ("InvalidArgument", 400)


def test_the_quota_of_stores(account: Account, cloud: Home) -> None:
    """An account has no more stores than the quota."""
    before = cloud.quotas.read_text()
    count = len(account.cloudfront.list_key_value_stores()["KeyValueStoreList"].get("Items", []))
    cloud.quotas.write_text(json.dumps({**json.loads(before), "KeyValueStores": count + 1}))
    new_store(account)
    assert refusal(account.cloudfront.create_key_value_store, Name="one-more") == ("EntityLimitExceeded", 400)
    cloud.quotas.write_text(before)


@pytest.mark.parametrize(
    ("puts", "deletes"),
    [
        ({"k" * 513: "v"}, []),
        ({"k": "v" * 1025}, []),
        ({f"k{number}": "v" for number in range(51)}, []),
        ({f"k{number}": "v" for number in range(50)}, ["other"]),
        ({"k": "v"}, ["k"]),
    ],
)
def test_what_an_update_may_contain(store: str, data: Any, puts: dict[str, str], deletes: list[str]) -> None:  # noqa: ANN401 - boto3's client
    """Longer keys and values, more keys, and a key that is both put and deleted, are rejected; nothing is written."""
    etag = write(data, store, kept="1")
    with pytest.raises(ClientError) as caught:
        write(data, store, *deletes, **puts)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    described = data.describe_key_value_store(KvsARN=store)
    assert (described["ETag"], described["ItemCount"]) == (etag, 1)


def test_the_longest_keys_and_values(store: str, data: Any) -> None:  # noqa: ANN401 - boto3's client
    """50 keys of 512 bytes with values of 1 KB are one update, also with characters of several bytes."""
    write(data, store, **{f"{number:02}" + "é" * 255: "é" * 512 for number in range(50)})
    described = data.describe_key_value_store(KvsARN=store)
    assert (described["ItemCount"], described["TotalSizeInBytes"]) == (50, 50 * (512 + 1024))
    assert len(data.list_keys(KvsARN=store, MaxResults=50)["Items"]) == 50


def test_pages_of_keys(store: str, data: Any) -> None:  # noqa: ANN401 - boto3's client
    """A page has 10 keys by default and 50 at most, and the next one begins after it."""
    write(data, store, **{f"k{number:02}": "v" for number in range(30)})
    first = data.list_keys(KvsARN=store)
    second = data.list_keys(KvsARN=store, MaxResults=50, NextToken=first["NextToken"])
    assert (len(first["Items"]), len(second["Items"])) == (10, 20)
    assert "NextToken" not in second
    assert refusal(data.list_keys, KvsARN=store, MaxResults=51) == ("ValidationException", 400)


def test_conflicting_updates(store: str, data: Any) -> None:  # noqa: ANN401 - boto3's client
    """The version is that of the whole store; an update with another one is a conflict, and writes nothing."""
    first = data.describe_key_value_store(KvsARN=store)["ETag"]
    second = write(data, store, a="1")
    update = {"KvsARN": store, "IfMatch": first, "Puts": [{"Key": "b", "Value": "2"}]}
    assert refusal(data.update_keys, **update) == ("ConflictException", 409)
    assert refusal(data.put_key, KvsARN=store, Key="b", Value="2", IfMatch=first) == ("ConflictException", 409)
    assert refusal(data.delete_key, KvsARN=store, Key="a", IfMatch=first) == ("ConflictException", 409)
    assert data.describe_key_value_store(KvsARN=store)["ETag"] == second
    data.delete_key(KvsARN=store, Key="a", IfMatch=second)
    assert refusal(data.get_key, KvsARN=store, Key="a") == ("ResourceNotFoundException", 404)


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
