"""The client of one CloudFront KeyValueStore: it reads, lists and writes keys with the data API.

A store has up to 5 MB, a key up to 512 bytes, a value up to 1 KB. A write takes up to 50 keys, all or none of them, and
names the ETag of the whole store:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-keyvaluestores

Requests are signed with SigV4A, which needs the package awscrt. boto3 and awscrt are imported with the first call.
"""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hosting.aws.key_value_store_errors import (
    CONNECT_TIMEOUT_S,
    StoreConflictError,
    StoreFullError,
    StoreNotFoundError,
    StoreResponseError,
    StoreUnavailableError,
    StoreUnreachableError,
    store_error,
)
from hosting.aws.session import aws_errors, client_of, make_session

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import boto3

    from hosting.aws.key_value_store_errors import StoreError
    from hosting.aws.settings import AwsSettings

# AWS says "5 MB" alone.
MAX_BYTES = 5_000_000
MAX_KEYS_A_WRITE = 50
_KEYS_A_PAGE = 50
_SERVICE = "cloudfront-keyvaluestore"
_UPDATE = "update_keys"
# AWS publishes no rate. The waits of one call take up to a minute altogether, those for conflicts up to 20 s.
_ATTEMPTS, _MAX_WAIT_S = 8, 16.0
_CONFLICT_ATTEMPTS, _MAX_CONFLICT_WAIT_S = 12, 2.0
_CONNECTION_ATTEMPTS = 2
# A firewall that does not know the domain may drop packets to it; the default would wait for 60 s.
_CONFIG = {"connect_timeout": CONNECT_TIMEOUT_S, "read_timeout": 30, "retries": {"total_max_attempts": 1}}


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
        self._arn, self._settings = arn, settings
        self._exists = False

    def get(self, key: str) -> str | None:
        """Return the value of a key, None if it does not exist.

        Raises:
            StoreNotFoundError: the store does not exist.
        """
        try:
            return str(self._call("get_key", Key=key)["Value"])
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
            page = self._call("list_keys", MaxResults=_KEYS_A_PAGE, **position)
            items.update((item["Key"], item["Value"]) for item in page.get("Items", []))
            if not page.get("NextToken"):
                return items
            position = {"NextToken": page["NextToken"]}

    def describe(self) -> StoreState:
        """Return the version and the size of the store."""
        state = self._call("describe_key_value_store")
        self._exists = True
        return StoreState(str(state["ETag"]), int(state["ItemCount"]), int(state["TotalSizeInBytes"]))

    def update(self, etag: str, puts: Mapping[str, str], deletes: Collection[str] = ()) -> str:
        """Write and delete up to 50 keys, all or none of them; return the new ETag.

        Raises:
            StoreConflictError: the store has another ETag, perhaps from an attempt of this call that ended in a server
                error.
            StoreResponseError: there was no response; the keys may have been written.
            StoreFullError: the store would be too large.
        """
        items = [{"Key": key, "Value": value} for key, value in puts.items()]
        removals = [{"Key": key} for key in deletes]
        try:
            return str(self._call(_UPDATE, IfMatch=etag, Puts=items, Deletes=removals)["ETag"])
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

    def _call(self, method: str, **arguments: Any) -> Mapping[str, Any]:  # noqa: ANN401 - boto3's arguments
        """Call a method of boto3's client, and again while that may help."""
        attempt = 0
        while True:
            attempt += 1
            try:
                response: Mapping[str, Any] = getattr(self._client, method)(KvsARN=self._arn, **arguments)
            except aws_errors() as error:
                failure = store_error(error, self._arn, self._has_session_token)
                if attempt >= _attempts(failure, method):
                    raise failure from error
            else:
                return response
            time.sleep(_jitter(attempt, _MAX_WAIT_S))

    def _has_session_token(self) -> bool:
        credentials = self._session.get_credentials()
        return credentials is not None and bool(credentials.get_frozen_credentials().token)

    @cached_property
    def _session(self) -> boto3.Session:
        return make_session(self._settings)

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401 - boto3 generates its clients at run time
        request = {"KvsARN": self._arn}
        return client_of(self._session, _SERVICE, self._settings, request=request, config=_CONFIG)


_CLIENTS: dict[str, KeyValueStoreClient] = {}


def open_store(arn: str, settings: AwsSettings) -> KeyValueStoreClient:
    """Return the client of a store, one for each store and process: boto3 takes 0.3 s to make a client."""
    cache_key = json.dumps([arn, settings.region, settings.values], sort_keys=True)
    if cache_key not in _CLIENTS:
        _CLIENTS[cache_key] = KeyValueStoreClient(arn, settings)
    return _CLIENTS[cache_key]


def _attempts(failure: StoreError, method: str) -> int:
    """Return how often a call is tried that fails so."""
    if isinstance(failure, StoreUnreachableError):
        return _CONNECTION_ATTEMPTS
    if not isinstance(failure, StoreUnavailableError | StoreConflictError):
        return 1
    # Before a write is repeated after these, the caller has to read. A read conflicts with a write that is under way.
    is_decided = method == _UPDATE and isinstance(failure, StoreConflictError | StoreResponseError)
    return 1 if is_decided else _ATTEMPTS


def _jitter(attempt: int, max_wait: float) -> float:
    """Return the seconds to wait after an attempt: up to twice as long each time."""
    wait = min(max_wait, 0.2 * 2.0**attempt)
    return random.uniform(wait / 2, wait)  # noqa: S311 - jitter, not a secret
