"""The client of one CloudFront KeyValueStore: it reads, lists and writes keys with the data API.

A store has up to 5 MB, a key up to 512 bytes, a value up to 1 KB. A write takes up to 50 keys, all or none of them, and
names the ETag of the whole store:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-keyvaluestores

Requests are signed with SigV4A, which needs the package awscrt; it is imported with the first request.
"""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hosting.aws.key_value_store_errors import (
    StoreConflictError,
    StoreError,
    StoreFullError,
    StoreNotFoundError,
    StoreResponseError,
    StoreUnavailableError,
    StoreUnreachableError,
)
from hosting.aws.key_value_store_requests import StoreRequests

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hosting.aws.key_value_store_requests import StoreResponse
    from hosting.aws.settings import AwsSettings

# AWS says "5 MB" alone.
MAX_BYTES = 5_000_000
MAX_KEYS_A_WRITE = 50
_KEYS_A_PAGE = 50
_KEYS = "/keys"
# AWS publishes no rate. The waits of one call take up to a minute altogether, those for conflicts up to 20 s.
_ATTEMPTS, _MAX_WAIT_S = 8, 16.0
_CONFLICT_ATTEMPTS, _MAX_CONFLICT_WAIT_S = 12, 2.0
_CONNECTION_ATTEMPTS = 2


@dataclass(frozen=True)
class StoreState:
    """The version and the size of a store.

    Attributes:
        etag: the version, which changes with each write.
        items: the number of keys.
        bytes: the size of all keys and values.
    """

    etag: str
    items: int
    bytes: int


class KeyValueStoreClient:
    """The client of one store.

    Each method raises a StoreError for whatever fails. Throttled requests and server errors are retried.
    """

    def __init__(self, arn: str, settings: AwsSettings) -> None:
        self._arn, self._requests = arn, StoreRequests(arn, settings)
        self._exists = False

    def get(self, key: str) -> str | None:
        """Return the value of a key, None if it does not exist.

        Raises:
            StoreNotFoundError: the store does not exist.
        """
        try:
            return str(self._send("GET", f"{_KEYS}/{quote(key, safe='')}").body["Value"])
        except StoreNotFoundError:
            # A missing store has the same error as a missing key.
            if not self._exists:
                self.describe()
            return None

    def list(self) -> dict[str, str]:
        """Return all keys with their values."""
        items: dict[str, str] = {}
        position: dict[str, str] = {}
        while True:
            page = self._send("GET", _KEYS, parameters={"MaxResults": str(_KEYS_A_PAGE), **position}).body
            items.update((item["Key"], item["Value"]) for item in page.get("Items", []))
            if not page.get("NextToken"):
                return items
            position = {"NextToken": page["NextToken"]}

    def describe(self) -> StoreState:
        """Return the version and the size of the store."""
        response = self._send("GET")
        self._exists = True
        return StoreState(response.etag, int(response.body["ItemCount"]), int(response.body["TotalSizeInBytes"]))

    def update(self, etag: str, puts: Mapping[str, str], deletes: Collection[str] = ()) -> str:
        """Write and delete up to 50 keys, all or none of them; return the new ETag.

        Raises:
            StoreConflictError: the store has another ETag, perhaps from an attempt of this call that ended in a server
                error.
            StoreResponseError: there was no response; the keys may have been written.
            StoreFullError: the store would be too large.
        """
        items = [{"Key": key, "Value": value} for key, value in puts.items()]
        body = {"Puts": items, "Deletes": [{"Key": key} for key in deletes]}
        try:
            return self._send("POST", _KEYS, is_write=True, headers={"if-match": etag}, body=body).etag
        except StoreFullError as error:
            raise self._full(puts) from error

    def write(self, puts: Mapping[str, str], deletes: Collection[str] = ()) -> None:
        """Write and delete any number of keys, in batches, while others may write too.

        The keys of ``puts`` are written first, in their order. A key of ``deletes`` may be missing.
        """
        changes: list[tuple[str, str | None]] = [*puts.items(), *((key, None) for key in deletes if key not in puts)]
        etag = self.describe().etag if changes else ""
        for start in range(0, len(changes), MAX_KEYS_A_WRITE):
            batch = changes[start : start + MAX_KEYS_A_WRITE]
            written = {key: value for key, value in batch if value is not None}
            etag = self._write_batch(etag, written, [key for key, value in batch if value is None])

    def _write_batch(self, etag: str, puts: Mapping[str, str], deletes: Collection[str]) -> str:
        """Write a batch, and again after each conflict or lost response; return the new ETag."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return self.update(etag, puts, deletes)
            except (StoreConflictError, StoreResponseError):
                if attempt == _CONFLICT_ATTEMPTS:
                    raise
            except StoreNotFoundError:
                existing = self.list()
                if existing.keys() >= set(deletes):
                    raise
                deletes = [key for key in deletes if key in existing]
            time.sleep(_jitter(attempt, _MAX_CONFLICT_WAIT_S))
            etag = self.describe().etag

    def _full(self, puts: Mapping[str, str]) -> StoreFullError:
        """Return the error with figures."""
        state = self.describe()
        added = sum(len(key.encode()) + len(value.encode()) for key, value in puts.items())
        return StoreFullError(
            f"Key-value store {self._arn} has {state.items} keys with {state.bytes} bytes, and cannot take "
            f"{added} more: CloudFront allows {MAX_BYTES} bytes. Publish fewer files or rules, or replace several "
            "rules with one that has a wildcard"
        )

    def _send(self, method: str, path: str = "", *, is_write: bool = False, **request: Any) -> StoreResponse:  # noqa: ANN401 - as StoreRequests.send
        """Send a request, and again while that may help."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._requests.send(method, path, **request)
            except StoreError as failure:
                if attempt >= _attempts(failure, is_write=is_write):
                    raise
            time.sleep(_jitter(attempt, _MAX_WAIT_S))


_CLIENTS: dict[str, KeyValueStoreClient] = {}


def open_store(arn: str, settings: AwsSettings) -> KeyValueStoreClient:
    """Return the client of a store, one for each store and process, so that its connections are reused."""
    cache_key = json.dumps([arn, settings.region, settings.values], sort_keys=True)
    if cache_key not in _CLIENTS:
        _CLIENTS[cache_key] = KeyValueStoreClient(arn, settings)
    return _CLIENTS[cache_key]


def _attempts(failure: StoreError, *, is_write: bool) -> int:
    """Return how often a request is sent that fails so."""
    if isinstance(failure, StoreUnreachableError):
        return _CONNECTION_ATTEMPTS
    if not isinstance(failure, StoreUnavailableError | StoreConflictError):
        return 1
    # Before a write is repeated after these, the caller has to read. A read conflicts with a write that is under way.
    is_decided = is_write and isinstance(failure, StoreConflictError | StoreResponseError)
    return 1 if is_decided else _ATTEMPTS


def _jitter(attempt: int, max_wait: float) -> float:
    """Return the seconds to wait after an attempt: up to twice as long each time."""
    wait = min(max_wait, 0.2 * 2.0**attempt)
    return random.uniform(wait / 2, wait)  # noqa: S311 - jitter, not a secret
