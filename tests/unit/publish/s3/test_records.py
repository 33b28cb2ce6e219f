"""Reads and conditional writes of bulk mode's records, without botocore."""

from __future__ import annotations

import sys
from subprocess import run
from typing import TYPE_CHECKING

import pytest

from hosting.publish.s3.errors import ConflictError, S3Error
from hosting.publish.s3.objects import StoredObject
from tests.unit.publish.s3.prepared_s3 import client

if TYPE_CHECKING:
    from tests.unit.publish.s3.prepared_s3 import S3

NOW = 1_767_323_055.0


def error(status: int, code: str) -> tuple[int, bytes]:
    """Return S3's response with an error."""
    return status, f"<Error><Code>{code}</Code><Message>No.</Message></Error>".encode()


def test_an_object_is_read(s3: S3) -> None:
    """It is returned with its quoted ETag and its age, after a server error, and whatever its content is."""
    content = b"<Error><Code>NoSuchKey</Code></Error>"
    s3.answers = [error(500, "InternalError"), (200, content)]
    assert client(s3).read(".release/records/a b") == StoredObject(content, '"e1"', 10.0, NOW)
    assert [request[:3] for request in s3.requests] == [("GET", "/site/.release/records/a%20b", "")] * 2


def test_an_object_that_cannot_be_read(s3: S3) -> None:
    """A missing object is None, and a missing bucket or right is an error."""
    s3.answers = [error(404, "NoSuchKey"), error(404, "NoSuchBucket"), error(403, "AccessDenied")]
    bucket = client(s3)
    assert bucket.read("a") is None
    for code in ("NoSuchBucket", "AccessDenied"):
        with pytest.raises(S3Error, match=rf"^{code}: No$"):
            bucket.read("a")


def test_a_write_names_what_it_replaces(s3: S3) -> None:
    """The condition is the ETag, that no object exists, or none; the result is the quoted ETag."""
    bucket = client(s3)
    s3.answers = [(200, b"")] * 3
    assert [bucket.write("a", b"x", replaces=replaces) for replaces in ('"e0"', "", None)] == ['"e1"'] * 3
    conditions = ['if-match "e0"', "if-none-match *", ""]
    assert [request[:3] for request in s3.requests] == [("PUT", "/site/a", condition) for condition in conditions]


@pytest.mark.parametrize("code", ["PreconditionFailed", "ConditionalRequestConflict"])
def test_a_write_that_conflicts(s3: S3, code: str) -> None:
    """Another object is a conflict; the same content is that of an attempt whose response was lost."""
    bucket = client(s3)
    s3.answers = [error(503, "SlowDown"), error(412, code), (200, b"x"), error(412, code), (200, b"other")]
    assert bucket.write("a", b"x", replaces='"e0"') == '"e1"'
    with pytest.raises(ConflictError):
        bucket.write("a", b"x", replaces='"e0"')
    s3.answers = [error(403, "AccessDenied")]
    with pytest.raises(S3Error, match="AccessDenied"):
        bucket.write("a", b"x", replaces="")


def test_records_need_no_boto3(s3: S3) -> None:
    """In the usual case a read, of a missing object too, and a write import neither boto3 nor most of botocore."""
    s3.answers = [error(404, "NoSuchKey"), (200, b"")]
    code = f"""
import sys
from hosting.aws.settings import AwsSettings
from hosting.publish.s3.bucket import S3BucketClient
values = {{"accessKey": "a", "secretKey": "b", "endpoints": [{{"s3": {s3.url!r}}}]}}
bucket = S3BucketClient("site", AwsSettings("eu-west-1", values))
print(bucket.read("a"), bucket.write("a", b"x", replaces=""))
print(*sorted({{"boto3", "botocore.session", "botocore.client"}} & sys.modules.keys()))
"""
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ['None "e1"', ""]
