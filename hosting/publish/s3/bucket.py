"""S3, with exactly the calls that a publish makes."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from botocore.exceptions import ClientError

from hosting.aws.proxies import proxy_for
from hosting.aws.session import client_of, make_session
from hosting.publish.s3.errors import ConflictError, S3Error, s3_errors
from hosting.publish.s3.objects import Listed, Stored
from hosting.publish.s3.put import Place, Transfer
from hosting.publish.s3.signing import Credentials

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hosting.aws.settings import AwsSettings
    from hosting.publish.staging.manifest import ManifestEntry

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
_DELETES_AT_ONCE = 1000
# Read whole when it is no larger: one system call to send instead of many.
_WHOLE = 2 << 20
_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_ETAG = re.compile(rb"<ETag>(?:&quot;|&#34;|\")?([^<&\"]+)")
_CONFLICTS = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_MISSING = frozenset({"NoSuchKey", "404"})


class Store(Protocol):
    """One bucket."""

    def read(self, key: str) -> Stored | None:
        """Return an object, None if there is none."""

    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        """Write an object of our own records, and return its ETag.

        ``replaces`` is the ETag of what is there, "" for nothing, None for whatever it is.

        Raises:
            ConflictError: something else is there.
        """

    def upload(self, file: Path, key: str, entry: ManifestEntry) -> str:
        """Put a file, and return its ETag."""

    def copy(self, source: str, key: str, entry: ManifestEntry) -> str:
        """Put what is at ``source``, and return its ETag."""

    def duplicate(self, source: str, key: str) -> str:
        """Put what is at ``source``, with its own headers, and return its ETag."""

    def list(self, prefix: str) -> dict[str, Listed]:
        """Return the objects whose keys begin with ``prefix``, by the rest of the key."""

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects."""

    def rest(self) -> None:
        """Close the connections that uploads and copies have opened, until there are more of them."""


class S3Store:
    """A bucket on S3."""

    @s3_errors()
    def __init__(self, bucket: str, settings: AwsSettings) -> None:
        session = make_session(settings)
        self._bucket = bucket
        self._s3: Any = client_of(session, "s3", settings)
        values = settings.values
        bundle = False if values.get("insecure") else values.get("customCaBundle")
        url = address(self._s3.meta.endpoint_url, bucket, path_style=bool(values.get("s3UsePathStyle")))
        source = session.get_credentials()
        if source is None:
            raise S3Error("NoCredentialsError", "Unable to locate credentials")
        place = Place(url, self._s3.meta.region_name, bundle, proxy_for(url, values, os.environ))

        def credentials() -> Credentials:
            # Renewed by botocore when they are about to expire.
            frozen = source.get_frozen_credentials()
            return Credentials(str(frozen.access_key), str(frozen.secret_key), frozen.token)

        self._transfer = Transfer(place, credentials)

    @s3_errors()
    def read(self, key: str) -> Stored | None:
        """Return an object, None if there is none."""
        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise
        written, now = _times(answer["ResponseMetadata"]["HTTPHeaders"])
        return Stored(answer["Body"].read(), answer["ETag"], now - written, now)

    @s3_errors()
    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        """Write an object of our own records, and return its ETag."""
        condition = {} if replaces is None else {"IfMatch": replaces} if replaces else {"IfNoneMatch": "*"}
        try:
            answer = self._s3.put_object(
                Bucket=self._bucket, Key=key, Body=data, ContentType="application/octet-stream", **condition
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _CONFLICTS:
                raise
            # Our own write, whose answer was lost and which botocore sent again, conflicts with itself.
            found = self.read(key)
            if found is None or found.data != data:
                raise ConflictError(key) from error
            return found.etag
        return str(answer["ETag"])

    @s3_errors()
    def upload(self, file: Path, key: str, entry: ManifestEntry) -> str:
        """Put a file, and return its ETag."""
        headers = {**_headers(entry), "x-amz-content-sha256": entry.sha256}
        if entry.size <= _WHOLE:
            etag, _ = self._transfer.put(key, headers, file.read_bytes())
        else:
            with file.open("rb") as body:
                etag, _ = self._transfer.put(key, {**headers, "content-length": str(entry.size)}, body)
        return etag

    @s3_errors()
    def copy(self, source: str, key: str, entry: ManifestEntry) -> str:
        """Put what is at ``source``, and return its ETag."""
        return self._copied(source, key, {**_headers(entry), "x-amz-metadata-directive": "REPLACE"})

    @s3_errors()
    def duplicate(self, source: str, key: str) -> str:
        """Put what is at ``source``, with its own headers, and return its ETag."""
        return self._copied(source, key, {"x-amz-metadata-directive": "COPY"})

    def _copied(self, source: str, key: str, headers: Mapping[str, str]) -> str:
        asked = {
            **headers,
            "x-amz-content-sha256": _NOTHING,
            "x-amz-copy-source": quote(f"/{self._bucket}/{source}", safe="/-_.~"),
        }
        _, body = self._transfer.put(key, asked, b"")
        found = _ETAG.search(body)
        return found[1].decode() if found else ""

    @s3_errors()
    def list(self, prefix: str) -> dict[str, Listed]:
        """Return the objects whose keys begin with ``prefix``, by the rest of the key."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        return {
            item["Key"].removeprefix(prefix): Listed(
                item["Size"], item["ETag"].strip('"'), item["LastModified"].replace(microsecond=0)
            )
            for page in pages
            for item in page.get("Contents", [])
        }

    @s3_errors()
    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects."""
        listed = list(keys)
        for start in range(0, len(listed), _DELETES_AT_ONCE):
            batch = [{"Key": key} for key in listed[start : start + _DELETES_AT_ONCE]]
            answer = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": batch, "Quiet": True})
            for refused in answer.get("Errors", []):
                raise S3Error(str(refused["Code"]), str(refused["Message"]).rstrip("."))

    def rest(self) -> None:
        """Close the connections that uploads and copies have opened, until there are more of them."""
        self._transfer.close()


def address(endpoint: str, bucket: str, *, path_style: bool) -> str:
    """Return a bucket's URL at an endpoint.

    Not what boto3 presigns: that is the global endpoint, which redirects while a bucket in another region is new.
    A bucket whose name has a dot has no certificate as a host: it is a path there, as at any endpoint not of AWS.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    """
    scheme, _, host = endpoint.rstrip("/").partition("://")
    if path_style or "." in bucket or not host.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return f"{scheme}://{host}/{bucket}"
    return f"{scheme}://{bucket}.{host}"


_OPEN: dict[str, S3Store] = {}


def open_store(bucket: str, settings: AwsSettings) -> S3Store:
    """Return the bucket; in one process always the same, as making a client takes boto3 0.2 s."""
    name = json.dumps([bucket, settings.region, settings.values], sort_keys=True)
    if name not in _OPEN:
        _OPEN[name] = S3Store(bucket, settings)
    return _OPEN[name]


def _headers(entry: ManifestEntry) -> Mapping[str, str]:
    headers = {"content-type": entry.content_type}
    if entry.cache_control is not None:
        headers["cache-control"] = entry.cache_control
    return headers


def _times(headers: Mapping[str, str]) -> tuple[float, float]:
    """Return when an object was written, and when it was read, in seconds since 1970 by S3's clock."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - only where there is something to read

    written, now = (parsedate_to_datetime(headers[name]).timestamp() for name in ("last-modified", "date"))
    return written, now
