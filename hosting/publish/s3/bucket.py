"""The client of one bucket, with the calls that a publish makes.

It needs no botocore in the usual cases: importing it and making a client takes 0.3 s.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from base64 import b64decode
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from hosting.aws.connections import endpoint_of
from hosting.aws.credentials import credentials_of
from hosting.aws.plain_access import plain_bucket_url
from hosting.aws.session import url_of
from hosting.publish.s3.bucket_calls import delete_objects, list_objects, with_retries
from hosting.publish.s3.errors import ConflictError, S3Error, s3_errors
from hosting.publish.s3.objects import StoredObject
from hosting.publish.s3.put import SHA256_OF_NOTHING, PutClient

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hosting.aws.settings import AwsSettings
    from hosting.publish.s3.objects import ListedObject
    from hosting.publish.staging.manifest import ManifestEntry

# Files up to this size are read at once, which takes one system call to send.
_READ_AT_ONCE_BYTES = 2 << 20
_ETAG = re.compile(rb"<ETag>(?:&quot;|&#34;|\")?([^<&\"]+)")
_CHECKSUM = re.compile(rb"<ChecksumSHA256>([A-Za-z0-9+/]{43}=)<")
_FROM_OTHER_BUCKET = {
    "x-amz-checksum-algorithm": "SHA256",
    "x-amz-metadata-directive": "REPLACE",
    "x-amz-tagging-directive": "REPLACE",
}
_CONFLICTS = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_NO_SUCH_KEY = frozenset({"NoSuchKey", "404"})
_NO_METADATA: Mapping[str, str] = {}


class BucketClient(Protocol):
    """The calls to one bucket."""

    def read(self, key: str) -> StoredObject | None:
        """Return an object, None if it does not exist."""

    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        """Write an object, and return its ETag.

        ``replaces`` is the ETag of the object to replace, "" if it must not exist, None to replace any.

        Raises:
            ConflictError: the existing object is another one.
        """

    def upload(self, file: Path, key: str, entry: ManifestEntry, metadata: Mapping[str, str] = _NO_METADATA) -> str:
        """Upload a file with the headers of ``entry`` and ``metadata``, and return the object's ETag."""

    def copy(self, source: str, key: str, entry: ManifestEntry, metadata: Mapping[str, str] = _NO_METADATA) -> str:
        """Copy the object ``source`` with the headers of ``entry`` and ``metadata``, and return the copy's ETag."""

    def copy_from(
        self, bucket: str, source: str, key: str, entry: ManifestEntry, metadata: Mapping[str, str] = _NO_METADATA
    ) -> tuple[str, str]:
        """Copy the object ``source`` of another bucket, without its tags; return the copy's ETag and its SHA-256."""

    def list(self, prefix: str) -> dict[str, ListedObject]:
        """Return the objects whose keys begin with ``prefix``, by the key without the prefix."""

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects."""

    def delete_unchanged(self, key: str, etag: str) -> None:
        """Delete an object that has this ETag.

        Raises:
            ConflictError: the existing object is another one.
        """

    def close_connections(self) -> None:
        """Close the idle connections of uploads and copies; the next one opens a new connection."""


class S3BucketClient:
    """The client of a bucket on S3."""

    @s3_errors()
    def __init__(self, bucket: str, settings: AwsSettings) -> None:
        self._bucket = bucket
        url = plain_bucket_url(bucket, settings, os.environ) or url_of("s3", "PutObject", settings, Bucket=bucket)
        self._put_client = PutClient(endpoint_of(url, settings), settings.region, credentials_of(settings))

    @s3_errors()
    def read(self, key: str) -> StoredObject | None:
        """Return an object, None if it does not exist."""
        try:
            headers, data = with_retries(lambda: self._put_client.get(key))
        except S3Error as error:
            if error.code in _NO_SUCH_KEY:
                return None
            raise
        written, now = _times(headers)
        return StoredObject(data, headers["etag"], now - written, now)

    @s3_errors()
    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        """Write an object, and return its ETag."""
        condition = {} if replaces is None else {"if-match": replaces} if replaces else {"if-none-match": "*"}
        headers = {
            "content-type": "application/octet-stream",
            "x-amz-content-sha256": hashlib.sha256(data).hexdigest(),
            **condition,
        }
        try:
            etag, _ = with_retries(lambda: self._put_client.put(key, headers, data))
        except S3Error as error:
            if error.code not in _CONFLICTS:
                raise
            # A write conflicts with itself if its response was lost and it was sent again.
            existing = self.read(key)
            if existing is None or existing.data != data:
                raise ConflictError(key) from error
            return existing.etag
        # A conditional write needs the quotes.
        return f'"{etag}"'

    @s3_errors()
    def upload(self, file: Path, key: str, entry: ManifestEntry, metadata: Mapping[str, str] = _NO_METADATA) -> str:
        """Upload a file with the headers of ``entry`` and ``metadata``, and return the object's ETag."""
        headers = {**_headers(entry), **metadata, "x-amz-content-sha256": entry.sha256}
        if entry.size <= _READ_AT_ONCE_BYTES:
            etag, _ = self._put_client.put(key, headers, file.read_bytes())
        else:
            with file.open("rb") as body:
                etag, _ = self._put_client.put(key, {**headers, "content-length": str(entry.size)}, body)
        return etag

    @s3_errors()
    def copy(self, source: str, key: str, entry: ManifestEntry, metadata: Mapping[str, str] = _NO_METADATA) -> str:
        """Copy the object ``source`` with the headers of ``entry`` and ``metadata``, and return the copy's ETag."""
        headers = {**_headers(entry), **metadata, "x-amz-metadata-directive": "REPLACE"}
        return _result(_ETAG, self._copy(self._bucket, source, key, headers))

    @s3_errors()
    def copy_from(
        self, bucket: str, source: str, key: str, entry: ManifestEntry, metadata: Mapping[str, str] = _NO_METADATA
    ) -> tuple[str, str]:
        """Copy the object ``source`` of another bucket, without its tags; return the copy's ETag and its SHA-256.

        S3 computes the SHA-256 of what it copies: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
        """
        headers = {**_headers(entry), **metadata, **_FROM_OTHER_BUCKET}
        body = self._copy(bucket, source, key, headers)
        return _result(_ETAG, body), b64decode(_result(_CHECKSUM, body)).hex()

    def _copy(self, bucket: str, source: str, key: str, headers: Mapping[str, str]) -> bytes:
        request_headers = {
            **headers,
            "x-amz-content-sha256": SHA256_OF_NOTHING,
            "x-amz-copy-source": quote(f"/{bucket}/{source}", safe="/-_.~"),
        }
        return self._put_client.put(key, request_headers, b"")[1]

    @s3_errors()
    def list(self, prefix: str) -> dict[str, ListedObject]:
        """Return the objects whose keys begin with ``prefix``, by the key without the prefix."""
        return list_objects(self._put_client, prefix)

    @s3_errors()
    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects."""
        delete_objects(self._put_client, list(keys))

    @s3_errors()
    def delete_unchanged(self, key: str, etag: str) -> None:
        """Delete an object that has this ETag."""
        try:
            delete_objects(self._put_client, [key], etag)
        except S3Error as error:
            if error.code in _CONFLICTS:
                raise ConflictError(key) from error
            # It is gone if the response was lost and the request was sent again.
            if error.code not in _NO_SUCH_KEY:
                raise

    def close_connections(self) -> None:
        """Close the idle connections of uploads and copies; the next one opens a new connection."""
        self._put_client.close()


_CLIENTS: dict[str, S3BucketClient] = {}


def open_bucket(bucket: str, settings: AwsSettings) -> S3BucketClient:
    """Return the client of a bucket, one for each bucket and process: boto3 takes 0.2 s to make a client."""
    cache_key = json.dumps([bucket, settings.region, settings.values], sort_keys=True)
    if cache_key not in _CLIENTS:
        _CLIENTS[cache_key] = S3BucketClient(bucket, settings)
    return _CLIENTS[cache_key]


def _result(pattern: re.Pattern[bytes], body: bytes) -> str:
    """Return a value in the response to a copy.

    Raises:
        S3Error: it is missing. Headers come before the copy has ended, so only a whole response says that it succeeded.
    """
    found = pattern.search(body)
    if found is None:
        raise S3Error("", "the response to a copy was cut off")
    return found[1].decode()


def _headers(entry: ManifestEntry) -> Mapping[str, str]:
    headers = {"content-type": entry.content_type}
    if entry.cache_control is not None:
        headers["cache-control"] = entry.cache_control
    if entry.content_encoding is not None:
        headers["content-encoding"] = entry.content_encoding
    return headers


def _times(headers: Mapping[str, str]) -> tuple[float, float]:
    """Return when an object was written and when it was read, in seconds since 1970 by S3's clock."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - few publishes read an object

    written, now = (parsedate_to_datetime(headers[name]).timestamp() for name in ("last-modified", "date"))
    return written, now
