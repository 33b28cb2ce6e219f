from __future__ import annotations

import pytest
from urllib3 import HTTPHeaderDict

from sandbox.gateway.http_messages import Request, Response
from sandbox.gateway.routing import CLOUDFRONT_HOST, WEBSITE_HOST, with_local_redirect

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
def test_hosts_of_website_endpoints(host: str, bucket: str) -> None:
    """A website endpoint's name, in both forms, contains the bucket."""
    found = WEBSITE_HOST.fullmatch(host)
    assert found
    assert found["bucket"] == bucket


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "site.s3.us-east-1.amazonaws.com", "cloudfront.net"])
def test_other_hosts(host: str) -> None:
    """For a host that is neither a website endpoint nor a distribution the port decides."""
    assert not WEBSITE_HOST.fullmatch(host)
    assert not CLOUDFRONT_HOST.fullmatch(host)


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (f"https://{DOMAIN}/new?a=b", "http://localhost:20001/new?a=b"),
        (f"http://{DOMAIN}", "http://localhost:20001"),
        ("/new", "/new"),
        ("https://example.com/", "https://example.com/"),
        (f"https://{DOMAIN}.example.com/", f"https://{DOMAIN}.example.com/"),
    ],
)
def test_redirect_stays_local(location: str, expected: str) -> None:
    """A redirect to the distribution's own domain goes to the stack's port; others stay as they are."""
    response = with_local_redirect(Response(301, (("Server", "CloudFront"), ("Location", location))), DOMAIN, REQUEST)
    assert response.headers == (("Server", "CloudFront"), ("Location", expected))


def test_only_redirects_are_changed() -> None:
    """A Location in a response that is no redirect stays as it is."""
    response = Response(200, (("Location", f"https://{DOMAIN}/"),))
    assert with_local_redirect(response, DOMAIN, REQUEST) == response
