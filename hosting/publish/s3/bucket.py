"""The client of one bucket, with the calls that a publish makes."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from botocore.exceptions import ClientError

from hosting.aws.proxies import proxy_for
from hosting.aws.session import client_of, make_session, request_url
from hosting.publish.s3.errors import ConflictError, S3Error, s3_errors
from hosting.publish.s3.objects import ListedObject, StoredObject
from hosting.publish.s3.put import BucketEndpoint, PutClient
from hosting.publish.s3.signing import Credentials

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hosting.aws.settings import AwsSettings
    from hosting.publish.staging.manifest import ManifestEntry

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
_MAX_DELETES = 1000
# Files up to this size are read at once, which takes one system call to send.
_READ_AT_ONCE_BYTES = 2 << 20
_SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_ETAG = re.compile(rb"<ETag>(?:&quot;|&#34;|\")?([^<&\"]+)")
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

    def list(self, prefix: str) -> dict[str, ListedObject]:
        """Return the objects whose keys begin with ``prefix``, by the key without the prefix."""

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects."""

    def close_connections(self) -> None:
        """Close the idle connections of uploads and copies; the next one opens a new connection."""


class S3BucketClient:
    """The client of a bucket on S3."""

    @s3_errors()
    def __init__(self, bucket: str, settings: AwsSettings) -> None:
        session = make_session(settings)
        self._bucket = bucket
        self._s3: Any = client_of(session, "s3", settings)
        values = settings.values
        bundle = False if values.get("insecure") else values.get("customCaBundle")
        url = request_url(self._s3, "PutObject", Bucket=bucket)
        source = session.get_credentials()
        if source is None:
            raise S3Error("NoCredentialsError", "Unable to locate credentials")
        endpoint = BucketEndpoint(url, self._s3.meta.region_name, bundle, proxy_for(url, values, os.environ))

        def credentials() -> Credentials:
            # botocore renews them before they expire.
            frozen = source.get_frozen_credentials()
            return Credentials(str(frozen.access_key), str(frozen.secret_key), frozen.token)

        self._put_client = PutClient(endpoint, credentials)

    @s3_errors()
    def read(self, key: str) -> StoredObject | None:
        """Return an object, None if it does not exist."""
        try:
            response = self._s3.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _NO_SUCH_KEY:
                return None
            raise
        written, now = _times(response["ResponseMetadata"]["HTTPHeaders"])
        return StoredObject(response["Body"].read(), response["ETag"], now - written, now)

    @s3_errors()
    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        """Write an object, and return its ETag."""
        condition = {} if replaces is None else {"IfMatch": replaces} if replaces else {"IfNoneMatch": "*"}
        try:
            response = self._s3.put_object(
                Bucket=self._bucket, Key=key, Body=data, ContentType="application/octet-stream", **condition
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _CONFLICTS:
                raise
            # A write conflicts with itself if its response was lost and botocore sent it again.
            existing = self.read(key)
            if existing is None or existing.data != data:
                raise ConflictError(key) from error
            return existing.etag
        return str(response["ETag"])

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
        return self._copy(source, key, {**_headers(entry), **metadata, "x-amz-metadata-directive": "REPLACE"})

    def _copy(self, source: str, key: str, headers: Mapping[str, str]) -> str:
        request_headers = {
            **headers,
            "x-amz-content-sha256": _SHA256_OF_NOTHING,
            "x-amz-copy-source": quote(f"/{self._bucket}/{source}", safe="/-_.~"),
        }
        _, body = self._put_client.put(key, request_headers, b"")
        etag = _ETAG.search(body)
        if etag is None:
            # Headers come before the copy has ended, so only a whole response says that it succeeded.
            raise S3Error("", "the response to a copy was cut off")
        return etag[1].decode()

    @s3_errors()
    def list(self, prefix: str) -> dict[str, ListedObject]:
        """Return the objects whose keys begin with ``prefix``, by the key without the prefix."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        return {
            item["Key"].removeprefix(prefix): ListedObject(
                item["Size"], item["ETag"].strip('"'), item["LastModified"].replace(microsecond=0)
            )
            for page in pages
            for item in page.get("Contents", [])
        }

    @s3_errors()
    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects."""
        listed = list(keys)
        for start in range(0, len(listed), _MAX_DELETES):
            batch = [{"Key": key} for key in listed[start : start + _MAX_DELETES]]
            response = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": batch, "Quiet": True})
            for refused in response.get("Errors", []):
                raise S3Error(str(refused["Code"]), str(refused["Message"]).rstrip("."))

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
