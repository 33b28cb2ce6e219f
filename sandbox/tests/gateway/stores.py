"""Key value stores for the tests of this folder."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from sandbox.tests.gateway.conftest import Account

NUMBERS = itertools.count(1)
# Answers with the value of each key in the path, or with the error.
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
