"""Listings and deletions without botocore."""

from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from hosting.publish.s3.bucket_calls import MAX_DELETES
from hosting.publish.s3.errors import ConflictError, S3Error
from hosting.publish.s3.objects import ListedObject
from tests.unit.publish.s3.prepared_s3 import client

if TYPE_CHECKING:
    from tests.unit.publish.s3.prepared_s3 import S3

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def page(*keys: str, token: str = "") -> bytes:
    """Return a page of a listing."""
    items = "".join(
        f"<Contents><Key>{key}</Key><LastModified>2026-01-02T03:04:05.678Z</LastModified>"
        f"<ETag>&quot;e{key}&quot;</ETag><Size>{len(key)}</Size></Contents>"
        for key in keys
    )
    more = f"<NextContinuationToken>{token}</NextContinuationToken>" if token else ""
    return f'<ListBucketResult xmlns="{NAMESPACE}">{more}{items}</ListBucketResult>'.encode()


def test_a_listing_has_all_pages(s3: S3) -> None:
    """Each page is requested with the token of the previous one, and the keys are decoded."""
    s3.answers = [(200, page("p/a", "p/b%0B+c", token="t&amp;1")), (200, page("p/d"))]
    assert client(s3).list("p/") == {
        "a": ListedObject(3, "ep/a", TIME),
        "b\x0b c": ListedObject(8, "ep/b%0B+c", TIME),
        "d": ListedObject(3, "ep/d", TIME),
    }
    common = {"list-type": ["2"], "encoding-type": ["url"], "prefix": ["p/"]}
    assert [request.query for request in s3.requests] == [common, {**common, "continuation-token": ["t&1"]}]


def test_an_empty_bucket(s3: S3) -> None:
    """A listing without objects is empty."""
    s3.answers = [(200, page())]
    assert client(s3).list("") == {}


@pytest.mark.parametrize(
    "answer",
    [
        (503, b"<Error><Code>SlowDown</Code><Message>Wait.</Message></Error>"),
        (200, page("a")[:-20]),
        (200, b"<html></html>"),
        (200, b""),
    ],
)
def test_a_listing_is_requested_again(s3: S3, answer: tuple[int, bytes]) -> None:
    """A temporary error and a response that is not a whole listing are not taken for an empty bucket."""
    s3.answers = [answer, (200, page("a"))]
    assert client(s3).list("").keys() == {"a"}


def test_a_refused_listing(s3: S3) -> None:
    """A permanent error is raised at the first response, with S3's code and message."""
    s3.answers = [(403, b"<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>")]
    with pytest.raises(S3Error, match=r"^AccessDenied: Access Denied$"):
        client(s3).list("")


def test_deletions(s3: S3) -> None:
    """A thousand keys are deleted with each request, and their characters are escaped."""
    s3.answers = [(200, b""), (200, f'<DeleteResult xmlns="{NAMESPACE}"/>'.encode())]
    client(s3).delete(["a&<b>\r", *map(str, range(MAX_DELETES))])
    first, last = (request.body.decode() for request in s3.requests)
    assert [(request.method, request.query) for request in s3.requests] == [("POST", {"delete": [""]})] * 2
    assert "<Object><Key>a&amp;&lt;b&gt;&#13;</Key></Object><Object><Key>0</Key></Object>" in first
    assert first.count("<Object>") == MAX_DELETES
    assert last == f'<Delete xmlns="{NAMESPACE}"><Object><Key>999</Key></Object><Quiet>true</Quiet></Delete>'


@pytest.mark.parametrize(
    ("code", "raised"),
    [
        ("PreconditionFailed", ConflictError),
        ("ConditionalRequestConflict", ConflictError),
        ("NoSuchKey", None),
        ("AccessDenied", S3Error),
    ],
)
def test_a_deletion_by_the_etag(s3: S3, code: str, raised: type[Exception] | None) -> None:
    """The request has the ETag; another object is a conflict, and one that is gone is no error."""
    s3.answers = [(200, f"<DeleteResult><Error><Key>a</Key><Code>{code}</Code></Error></DeleteResult>".encode())]
    with pytest.raises(raised) if raised else nullcontext():
        client(s3).delete_unchanged("a", '"e&1"')
    (request,) = s3.requests
    assert b'<Object><Key>a</Key><ETag>"e&amp;1"</ETag></Object>' in request.body


def test_a_refused_deletion(s3: S3) -> None:
    """S3 reports an object that it does not delete in a response with the status 200."""
    refusal = "<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code><Message>No.</Message></Error></DeleteResult>"
    s3.answers = [(200, refusal.encode())]
    with pytest.raises(S3Error, match=r"^AccessDenied: No$"):
        client(s3).delete(["a"])


def test_a_listing_imports_no_boto3(s3: S3) -> None:
    """In the usual case neither boto3 nor most of botocore is imported, which would take 0.3 s."""
    s3.answers = [(200, page("a"))]
    code = f"""
import sys
from hosting.aws.settings import AwsSettings
from hosting.providers.published_files import PublishedFilesProvider
from hosting.publish.s3.bucket import S3BucketClient
values = {{"accessKey": "a", "secretKey": "b", "endpoints": [{{"s3": {s3.url!r}}}]}}
print(*S3BucketClient("site", AwsSettings("eu-west-1", values)).list(""))
print(*sorted({{"boto3", "botocore.session", "botocore.client"}} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["a", ""]
