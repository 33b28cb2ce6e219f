from __future__ import annotations

import pytest
from urllib3 import HTTPHeaderDict

from sandbox.gateway.http_messages import Answer, Request
from sandbox.gateway.routing import CLOUDFRONT_HOST, WEBSITE_HOST, kept_local

REQUEST = Request("GET", "/", HTTPHeaderDict({"Host": "localhost:20001"}))
DOMAIN = "d111111abcdef8.cloudfront.net"


@pytest.mark.parametrize(
    ("host", "bucket"),
    [
        ("site.s3-website-us-east-1.amazonaws.com", "site"),
        ("www.example.com.s3-website.eu-central-1.amazonaws.com", "www.example.com"),
        ("site.s3-website.cn-north-1.amazonaws.com.cn", "site"),
    ],
)
def test_website_names(host: str, bucket: str) -> None:
    """A website endpoint's name, in both forms, tells the bucket."""
    found = WEBSITE_HOST.fullmatch(host)
    assert found
    assert found["bucket"] == bucket


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "site.s3.us-east-1.amazonaws.com", "cloudfront.net"])
def test_other_names(host: str) -> None:
    """What is neither a website's nor a distribution's name is for the port to tell."""
    assert not WEBSITE_HOST.fullmatch(host)
    assert not CLOUDFRONT_HOST.fullmatch(host)


@pytest.mark.parametrize(
    ("location", "kept"),
    [
        (f"https://{DOMAIN}/new?a=b", "http://localhost:20001/new?a=b"),
        (f"http://{DOMAIN}", "http://localhost:20001"),
        ("/new", "/new"),
        ("https://example.com/", "https://example.com/"),
        (f"https://{DOMAIN}.example.com/", f"https://{DOMAIN}.example.com/"),
    ],
)
def test_redirect_stays_local(location: str, kept: str) -> None:
    """A redirect to the distribution's own name leads to the stack's port, and any other where it did."""
    answer = kept_local(Answer(301, (("Server", "CloudFront"), ("Location", location))), DOMAIN, REQUEST)
    assert answer.headers == (("Server", "CloudFront"), ("Location", kept))


def test_only_redirects_are_changed() -> None:
    """A Location that does not redirect stays as it is."""
    answer = Answer(200, (("Location", f"https://{DOMAIN}/"),))
    assert kept_local(answer, DOMAIN, REQUEST) == answer
