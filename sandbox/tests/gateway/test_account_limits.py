"""What the emulator's own APIs accept and reject, as AWS's do."""

from __future__ import annotations

import http.client
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from sandbox.tests.gateway.conftest import NUMBERS

if TYPE_CHECKING:
    from sandbox.tests.gateway.conftest import Account

# CRC-32 of "page" is another one.
WRONG_TRAILER = b"4\r\npage\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"


def invalidate(account: Account, distribution: str, paths: list[str]) -> str:
    """Create an invalidation; return its id."""
    batch: Any = {"CallerReference": str(next(NUMBERS)), "Paths": {"Quantity": len(paths), "Items": paths}}
    created = account.cloudfront.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)
    return str(created["Invalidation"]["Id"])


def test_invalidations_are_listed_from_the_most_recent(account: Account) -> None:
    """The first of the list is the last that was created."""
    distribution = account.distribution(account.bucket())["Id"]
    created = [invalidate(account, distribution, [f"/{name}"]) for name in "abc"]
    found = account.cloudfront.list_invalidations(DistributionId=distribution)["InvalidationList"]["Items"]
    assert [item["Id"] for item in found] == created[::-1]


@pytest.mark.parametrize("paths", [["/a*", "/b*"], [f"/{number}" for number in range(3000)]])
def test_too_many_invalidations(account: Account, paths: list[str]) -> None:
    """After more than a second's worth of paths or wildcards, the next invalidation of the kind is rejected."""
    distribution = account.distribution(account.bucket())["Id"]
    invalidate(account, distribution, paths)
    with pytest.raises(ClientError, match="TooManyInvalidationsInProgress") as rejected:
        invalidate(account, distribution, paths[:1])
    assert rejected.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_more_paths_than_one_invalidation_can_have(account: Account) -> None:
    """3,001 paths are rejected at any time."""
    distribution = account.distribution(account.bucket())["Id"]
    with pytest.raises(ClientError, match="TooManyInvalidationsInProgress"):
        invalidate(account, distribution, [f"/{number}" for number in range(3001)])


@pytest.mark.parametrize(
    "content_type", ["application/xml; charset=utf-8", "application/xml", "text/xml; charset=utf-8", "text/xml"]
)
def test_types_of_xml(account: Account, content_type: str) -> None:
    """An XML object has the type that it was uploaded with."""
    bucket = account.bucket()
    account.s3.put_object(Bucket=bucket, Key="sitemap.xml", Body=b"<x/>", ContentType=content_type)
    assert account.s3.head_object(Bucket=bucket, Key="sitemap.xml")["ContentType"] == content_type
    assert account.s3.get_object(Bucket=bucket, Key="sitemap.xml")["ContentType"] == content_type


def put(account: Account, bucket: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Sign and send a PUT with these headers; return the body of the response."""
    request = AWSRequest("PUT", f"http://127.0.0.1:{account.port}/{bucket}/page.html", headers, body)
    S3SigV4Auth(Credentials("a", "b"), "s3", "us-east-1").add_auth(request)
    prepared = request.prepare()
    sent = {**dict(prepared.headers.items()), **headers}
    endpoint = account.s3.meta.endpoint_url.removeprefix("http://")
    with closing(http.client.HTTPConnection(endpoint)) as connection:
        connection.request("PUT", f"/{bucket}/page.html", body, sent)
        return connection.getresponse().read()


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"page", {"X-Amz-Content-SHA256": "0" * 64}, b"XAmzContentSHA256Mismatch"),
        (b"page", {"X-Amz-Content-SHA256": "none"}, b"InvalidArgument"),
        (b"page", {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}, b""),
        (
            WRONG_TRAILER,
            {
                "X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                "Content-Encoding": "aws-chunked",
                "X-Amz-Decoded-Content-Length": "4",
                "X-Amz-Trailer": "x-amz-checksum-crc32",
            },
            b"BadDigest",
        ),
    ],
)
def test_checksums_of_uploads(account: Account, body: bytes, headers: dict[str, str], code: bytes) -> None:
    """A body that does not match its checksum, in a header or behind the chunks, is not stored."""
    bucket = account.bucket()
    answer = put(account, bucket, body, headers)
    assert code in answer
    assert bool(answer) is bool(code)
    stored = account.s3.list_objects_v2(Bucket=bucket)["KeyCount"]
    assert stored == (0 if code else 1)
