"""Key value stores, and the functions that they are associated with."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from sandbox.environment import endpoint_variables
from sandbox.tests.providers.harness import RejectedError, fail_once

if TYPE_CHECKING:
    from types_boto3_cloudfront import CloudFrontClient

    from sandbox.tests.providers.harness import Engine

STORE = "aws:cloudfront/keyValueStore:KeyValueStore"
FUNCTION = "aws:cloudfront/function:Function"
NUMBERS = itertools.count(1)
CODE = "import cf from 'cloudfront';\nasync function handler(event) { return await cf.kvs().get('a'); }"
PLAIN = "function handler(event) { return event.request; }"


def unique(name: str) -> str:
    """Return a resource name that no other test uses."""
    return f"{name}{next(NUMBERS)}"


def test_a_store(engine: Engine, cloudfront: CloudFrontClient) -> None:
    """It is READY once it is created, its comment and tags are updated, and it is read and deleted."""
    created = engine.create(STORE, resource_name=unique("store"), comment="one", tags={"a": "1"})
    name = created.state["name"]
    assert created.state["arn"].endswith(f":key-value-store/{created.id}")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", created.state["lastModifiedTime"])
    assert cloudfront.describe_key_value_store(Name=name)["KeyValueStore"]["Status"] == "READY"
    engine.update(created, comment="two", tags={"a": "2"})
    assert (created.state["comment"], created.state["tagsAll"]) == ("two", {"a": "2"})
    assert created.state["etag"] == cloudfront.describe_key_value_store(Name=name)["ETag"]
    assert engine.diff(created, name="other") == {"comment": "DELETE", "name": "UPDATE_REPLACE", "tags": "DELETE"}
    imported = engine.import_(STORE, name)
    assert imported.state["arn"] == created.state["arn"]
    engine.delete(created)
    assert not engine.refresh(created)
    engine.delete(created)


def test_a_store_that_could_not_be_read_is_updated(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine keeps what was created, and the next run completes it, although the state has no ARN."""
    fail_once("list_tags_for_resource", monkeypatch)
    with pytest.raises(RejectedError) as failed:
        engine.create(STORE, resource_name=unique("store"), tags={"a": "1"})
    kept = failed.value.kept
    assert kept is not None
    assert "arn" not in kept.state
    engine.update(kept, tags={"a": "1"})
    assert kept.state["arn"].endswith(f":key-value-store/{kept.id}")
    engine.delete(kept)


def test_keys_do_not_change_the_version_of_the_resource(engine: Engine, endpoint: str) -> None:
    """The data API has a version of its own: what it writes is no difference, and the store can be deleted."""
    created = engine.create(STORE, resource_name=unique("store"))
    session: Any = boto3.Session("a", "b", region_name="us-east-1")
    url = endpoint_variables(endpoint)["AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE"]
    data = session.client("cloudfront-keyvaluestore", endpoint_url=url)
    arn = created.state["arn"]
    etag = data.describe_key_value_store(KvsARN=arn)["ETag"]
    data.put_key(KvsARN=arn, Key="a", Value="b", IfMatch=etag)
    before = created.state["etag"]
    engine.refresh(created)
    assert created.state["etag"] == before != etag
    engine.delete(created)


def test_foreign_update_of_a_store(engine: Engine, cloudfront: CloudFrontClient) -> None:
    """A store whose comment was changed outside of Pulumi can be neither updated nor deleted until a refresh."""
    created = engine.create(STORE, resource_name=unique("store"))
    name = created.state["name"]
    cloudfront.update_key_value_store(Name=name, Comment="foreign", IfMatch=created.state["etag"])
    with pytest.raises(RejectedError, match="PreconditionFailed"):
        engine.update(created, comment="mine")
    with pytest.raises(RejectedError, match="PreconditionFailed"):
        engine.delete(created)
    engine.refresh(created)
    engine.delete(created)


def test_the_store_of_a_function(engine: Engine) -> None:
    """The association is created, read and removed by an update; until then the store cannot be deleted."""
    store = engine.create(STORE, resource_name=unique("store"))
    inputs = {"runtime": "cloudfront-js-2.0", "code": CODE, "keyValueStoreAssociations": [store.state["arn"]]}
    function = engine.create(FUNCTION, resource_name=unique("fn"), **inputs)
    assert function.state["keyValueStoreAssociations"] == [store.state["arn"]]
    assert engine.diff(function, **inputs) == {}
    with pytest.raises(RejectedError, match="StatusCode: 409, api error CannotDeleteEntityWhileInUse"):
        engine.delete(store)
    without = {"runtime": "cloudfront-js-2.0", "code": CODE}
    assert engine.diff(function, **without) == {"keyValueStoreAssociations": "DELETE"}
    engine.update(function, **without)
    assert function.state["keyValueStoreAssociations"] == []
    engine.delete(store)


@pytest.mark.parametrize("name", ["a b", "a" * 65])
def test_invalid_names(engine: Engine, name: str) -> None:
    """Names have up to 64 letters, digits, hyphens and underscores."""
    with pytest.raises(RejectedError, match="name"):
        engine.check(STORE, {"name": name})


def test_invalid_associations(engine: Engine) -> None:
    """An association is an ARN, and a function has one at most."""
    store = engine.create(STORE, resource_name=unique("store")).state["arn"]
    inputs = {"runtime": "cloudfront-js-2.0", "code": PLAIN}
    with pytest.raises(RejectedError, match="is an invalid ARN"):
        engine.check(FUNCTION, {**inputs, "keyValueStoreAssociations": ["store"]})
    with pytest.raises(RejectedError, match="InvalidArgument: A function can be associated with only one"):
        engine.create(FUNCTION, resource_name=unique("fn"), **inputs, keyValueStoreAssociations=[store, f"{store}0"])
