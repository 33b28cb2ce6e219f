"""The names of requests to AWS."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.faults.operations import request_name

CLOUDFRONT = "/2020-05-31"


def scope(service: str) -> dict[str, str]:
    """Return the header that names the service."""
    return {"authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, Signature=0"}


@pytest.mark.parametrize(
    ("service", "method", "target", "name", "is_write"),
    [
        ("s3", "PUT", "/b/docs/a%20b.html", "s3 PutObject docs/a b.html", True),
        ("s3", "GET", "/b/docs/a.html", "s3 GetObject docs/a.html", False),
        ("s3", "HEAD", "/b", "s3 HeadBucket", False),
        ("s3", "PUT", "/b", "s3 CreateBucket", True),
        ("s3", "PUT", "/b?policy", "s3 PutBucketPolicy", True),
        ("s3", "GET", "/b?list-type=2&prefix=a", "s3 ListObjectsV2", False),
        ("s3", "POST", "/b?delete", "s3 DeleteObjects", True),
        ("cloudfront", "PUT", f"{CLOUDFRONT}/function/router", "cloudfront UpdateFunction router", True),
        ("cloudfront", "POST", f"{CLOUDFRONT}/function/router/publish", "cloudfront PublishFunction router", True),
        ("cloudfront", "GET", f"{CLOUDFRONT}/function/router/describe", "cloudfront DescribeFunction router", False),
        ("cloudfront", "POST", f"{CLOUDFRONT}/distribution/E1/invalidation", "cloudfront CreateInvalidation E1", True),
        ("cloudfront", "DELETE", f"{CLOUDFRONT}/unknown/x", f"cloudfront DELETE {CLOUDFRONT}/unknown/x x", True),
        ("nothing", "POST", "/", "nothing POST /", True),
    ],
)
def test_a_request_has_the_name_of_its_operation(
    service: str, method: str, target: str, name: str, *, is_write: bool
) -> None:
    """Method, path and query are matched with botocore's model of the service."""
    found = request_name(method, target, scope(service), b"")
    assert (str(found), found.is_write) == (name, is_write)


STORE = f"/key-value-stores/{quote('arn:aws:cloudfront::000000000000:key-value-store/1-2', safe='')}"


@pytest.mark.parametrize(
    ("method", "target", "name", "is_write"),
    [
        ("POST", f"{STORE}/keys", "UpdateKeys", True),
        ("GET", f"{STORE}/keys?MaxResults=50", "ListKeys", False),
        ("GET", f"{STORE}/keys/r%2Fa%2F1", "GetKey r/a/1", False),
        ("GET", STORE, "DescribeKeyValueStore", False),
    ],
)
def test_requests_for_the_keys_of_a_store(method: str, target: str, name: str, *, is_write: bool) -> None:
    """The scope of their signature names no region, and they are named after the key and not the store's id."""
    header = {
        "authorization": "AWS4-ECDSA-P256-SHA256 Credential=test/20260101/cloudfront-keyvaluestore/aws4_request, "
    }
    found = request_name(method, target, header, b"")
    assert (str(found), found.is_write) == (f"cloudfront-keyvaluestore {name}", is_write)


@pytest.mark.parametrize(
    ("service", "headers", "body", "name", "is_write"),
    [
        ("sts", {}, b"Action=GetCallerIdentity&Version=2011-06-15", "sts GetCallerIdentity", False),
        ("iam", {}, b"Version=2010-05-08&Action=CreateRole", "iam CreateRole", True),
        ("acm", {"x-amz-target": "CertificateManager.ListCertificates"}, b"{}", "acm ListCertificates", False),
        ("s3", {"x-amz-copy-source": "/b/x"}, b"", "s3 CopyObject", True),
    ],
)
def test_an_operation_that_is_not_in_the_path(
    service: str, headers: dict[str, str], body: bytes, name: str, *, is_write: bool
) -> None:
    """Some services name it in a header or in the body, and S3 copies by a header of PutObject."""
    found = request_name("POST", "/", {**scope(service), **headers}, body)
    assert (str(found), found.is_write) == (name, is_write)
