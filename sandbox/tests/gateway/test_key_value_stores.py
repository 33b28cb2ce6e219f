"""The two APIs of key value stores."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.environment import endpoint_variables
from sandbox.tests.gateway.stores import READ, new_store, refusal, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.environment import Home
    from sandbox.tests.gateway.conftest import Account


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


def test_pages_of_stores(account: Account, configure: Callable[..., None]) -> None:
    """A page has as many stores as requested, and the marker leads to the next one; a status can be requested."""
    configure(clock=200, provisioningSeconds=5)
    names = {new_store(account)["Name"] for _ in range(3)}
    found: list[str] = []
    page: Any = {"NextMarker": ""}
    while "NextMarker" in page:
        page = account.cloudfront.list_key_value_stores(MaxItems="2", Marker=page["NextMarker"])["KeyValueStoreList"]
        found += [each["Name"] for each in page.get("Items", [])]
        assert len(page.get("Items", [])) <= 2
    assert len(found) == len(set(found)) >= len(names)
    for status, expected in (("PROVISIONING", names), ("READY", set[str]())):
        listed = account.cloudfront.list_key_value_stores(Status=status)["KeyValueStoreList"]
        assert {each["Name"] for each in listed.get("Items", [])} & names == expected


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


def test_stores_of_another_account(endpoint: str, configure: Callable[..., None]) -> None:
    """The access key chooses the account in both APIs, although their signatures differ."""
    configure()
    session: Any = boto3.Session("111122223333", "test", region_name="us-east-1")
    created = session.client("cloudfront", endpoint_url=endpoint).create_key_value_store(Name="other")["KeyValueStore"]
    assert created["ARN"].startswith("arn:aws:cloudfront::111122223333:key-value-store/")
    url = endpoint_variables(endpoint)["AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE"]
    data = session.client("cloudfront-keyvaluestore", endpoint_url=url)
    write(data, created["ARN"], a="1")
    assert data.get_key(KvsARN=created["ARN"], Key="a")["Value"] == "1"
