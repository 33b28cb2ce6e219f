"""MiniStack's key value stores take data of any size, and their data is at every edge location at once.

CloudFront has limits for keys, values, updates and stores, and an update arrives within a few seconds:

- https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-keyvaluestores
- https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions-kvp.html
- the errors in the data API's model: 409 ConflictException for a store that is not in the expected state, 402 for a
  full one
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.emulator.edge_stores import edge_store
from sandbox.emulator.ministack import replace
from sandbox.emulator.patches.key_value_stores import CREATED_AT, READY, record_of, status_of
from sandbox.emulator.store_limits import (
    PAGE_KEYS,
    UPDATE_BYTES,
    Rejection,
    request_rejection,
    store_rejection,
    too_large,
)
from sandbox.emulator.store_settings import store_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from sandbox.emulator.ministack import MiniStack

    Response: TypeAlias = tuple[int, dict[str, str], bytes]
    Pairs: TypeAlias = tuple[list[tuple[str, str]], list[str]]

_MODIFIED_AT = "modified_at"


def install(ministack: MiniStack) -> None:
    """Check what is written, and pass it on to the edge locations."""
    data = ministack.key_value_store_data
    stores = DataStores(ministack.cloudfront, data)
    replace(data, "_get_store", lambda _: stores.get)
    replace(data, "_describe_store", stores.with_times)
    replace(data, "_list_keys", lambda original: with_page_limit(original, data))
    replace(data, "_put_key", stores.with_put)
    replace(data, "_delete_key", stores.with_delete)
    replace(data, "_update_keys", stores.with_update)


class DataStores:
    """The data of all stores."""

    def __init__(self, cloudfront: ModuleType, data: ModuleType) -> None:
        self._cloudfront = cloudfront
        self._data = data

    def get(self, arn: str) -> tuple[Any, Response | None]:
        """Return MiniStack's data of a store and no error, or no data and the error."""
        _, error = self._data._kvs_name_from_arn(arn)
        if error:
            return None, error
        record = record_of(self._cloudfront, arn)
        if record is None:
            return None, self._error(Rejection("ResourceNotFoundException", f"{arn} was not found.", 404))
        store = self._data._stores.get(arn)
        if store is None:
            store = self._data._stores[arn] = {"etag": self._data.new_uuid(), "items": {}}
        return store, None

    def with_times(self, original: Callable[[str], Response]) -> Callable[[str], Response]:
        """Return a function that describes a store by ``original``, with the times of its creation and last update."""

        def describe(arn: str) -> Response:
            status, headers, body = original(arn)
            if status != 200:  # noqa: PLR2004 - HTTP's own number
                return status, headers, body
            created, modified = self.times(arn)
            changed = {"Created": int(created), "LastModified": int(modified), "Status": self._status(arn)}
            content = {**json.loads(body), **changed}
            return status, headers, json.dumps(content).encode()

        return describe

    def times(self, arn: str) -> tuple[float, float]:
        """Return when a store was created and when its data was last changed, in seconds."""
        created = float((record_of(self._cloudfront, arn) or {}).get(CREATED_AT, 0.0))
        return created, float((self._data._stores.get(arn) or {}).get(_MODIFIED_AT, created))

    def with_put(self, original: Callable[..., Response]) -> Callable[..., Response]:
        """Return a function that puts one key by ``original``."""

        def put(arn: str, key: str, headers: Mapping[str, str], body: bytes) -> Response:
            value = (_json(body) or {}).get("Value")
            puts = {key: value} if isinstance(value, str) else {}
            return self._write(arn, headers, (list(puts.items()), []), lambda: original(arn, key, headers, body))

        return put

    def with_delete(self, original: Callable[..., Response]) -> Callable[..., Response]:
        """Return a function that deletes one key by ``original``."""

        def delete(arn: str, key: str, headers: Mapping[str, str]) -> Response:
            return self._write(arn, headers, ([], [key]), lambda: original(arn, key, headers))

        return delete

    def with_update(self, original: Callable[..., Response]) -> Callable[..., Response]:
        """Return a function that puts and deletes several keys by ``original``, all or none of them."""

        def update(arn: str, headers: Mapping[str, str], body: bytes) -> Response:
            if len(body) > UPDATE_BYTES:
                return self._error(too_large())
            return self._write(arn, headers, pairs_of(_json(body)), lambda: original(arn, headers, body))

        return update

    def _write(self, arn: str, headers: Mapping[str, str], pairs: Pairs, write: Callable[[], Response]) -> Response:
        puts, deletes = pairs
        store, error = self.get(arn)
        if error:
            return error
        rejection = request_rejection(puts, deletes) or self._status_rejection(arn)
        if rejection is None and headers.get("if-match") == store["etag"]:
            rejection = store_rejection(store["items"], dict(puts), deletes)
        if rejection:
            return self._error(rejection)
        before = edge_store(arn, store["items"])
        response = write()
        if response[0] == 200:  # noqa: PLR2004 - HTTP's own number
            store[_MODIFIED_AT] = store_settings().now()
            before.write({**dict(puts), **dict.fromkeys(deletes)}, store_settings())
        return response

    def _status(self, arn: str) -> str:
        return status_of(record_of(self._cloudfront, arn) or {})

    def _status_rejection(self, arn: str) -> Rejection | None:
        status = self._status(arn)
        return None if status == READY else Rejection("ConflictException", f"{arn} is {status}.", 409)

    def _error(self, rejection: Rejection) -> Response:
        response: Response = self._data._error(*rejection)
        return response


def pairs_of(request: Mapping[str, Any] | None) -> Pairs:
    """Return the keys with their values, and the keys to delete, of a request; MiniStack rejects malformed ones."""
    content = request or {}
    puts = [(item.get("Key"), item.get("Value")) for item in _objects(content.get("Puts"))]
    deletes = [item.get("Key") for item in _objects(content.get("Deletes"))]
    valid = [(str(key), value) for key, value in puts if isinstance(key, str) and isinstance(value, str)]
    return valid, [key for key in deletes if isinstance(key, str)]


def with_page_limit(original: Callable[..., Response], data: ModuleType) -> Callable[..., Response]:
    """Return a function that lists keys by ``original``, at most a page."""

    def list_keys(arn: str, query: Mapping[str, Any]) -> Response:
        requested = str(data._qp_first(query, "MaxResults") or PAGE_KEYS)
        if not requested.isdigit() or not 0 < int(requested) <= PAGE_KEYS:
            response: Response = data._error("ValidationException", f"MaxResults must be 1 to {PAGE_KEYS}.", 400)
            return response
        return original(arn, query)

    return list_keys


def _json(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _objects(items: object) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
