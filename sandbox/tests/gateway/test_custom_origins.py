"""Custom origins: what a server behind a distribution receives, and how its responses arrive."""

from __future__ import annotations

import http.client
import json
import socket
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.tests.echo_api import EchoApi

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.tests.gateway.conftest import Account, Browser, Reply

DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]


def origin(port: int, protocol: str = "http-only", attempts: int = 3) -> dict[str, Any]:
    """Return an origin on this machine, with a response timeout of one second."""
    return {
        "Id": f"api-{port}",
        "DomainName": "localhost",
        "ConnectionAttempts": attempts,
        "CustomOriginConfig": {
            "HTTPPort": port,
            "HTTPSPort": port,
            "OriginProtocolPolicy": protocol,
            "OriginReadTimeout": 1,
            "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
        },
    }


def behavior(pattern: str, port: int) -> dict[str, Any]:
    """Return a behavior that forwards everything."""
    return {
        "PathPattern": pattern,
        "TargetOriginId": f"api-{port}",
        "ViewerProtocolPolicy": "redirect-to-https",
        "AllowedMethods": {
            "Quantity": len(METHODS),
            "Items": METHODS,
            "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]},
        },
        "CachePolicyId": DISABLED,
        "OriginRequestPolicyId": ALL_BUT_HOST,
        "Compress": False,
    }


def errors(*codes: int) -> dict[str, Any]:
    """Return custom error responses that keep these errors out of the cache."""
    items = [{"ErrorCode": code, "ErrorCachingMinTTL": 0} for code in codes]
    return {"CustomErrorResponses": {"Quantity": len(items), "Items": items}}


def site(
    account: Account,
    server: dict[str, Any],
    patterns: tuple[str, ...] = ("/api/*",),
    function: dict[str, Any] | None = None,
    **settings: Any,  # noqa: ANN401 - CloudFront's own shapes
) -> Browser:
    """Create a distribution in front of a bucket, and of a server for the patterns; the function runs for both."""
    bucket = account.bucket({"index.html": "root", "404.html": "nothing here", "a+b.html": "plus", "a b.html": "space"})
    port = server["CustomOriginConfig"]["HTTPPort"]
    behaviors = [{**behavior(pattern, port), **(function or {})} for pattern in patterns]
    distribution = account.distribution(
        bucket,
        Origins={"Quantity": 2, "Items": [account.origin(bucket), server]},
        CacheBehaviors={"Quantity": len(behaviors), "Items": behaviors},
        behavior=function or {},
        **settings,
    )
    return account.browser(distribution)


@pytest.fixture(scope="module")
def api() -> Iterator[EchoApi]:
    """Start an API."""
    with EchoApi() as running:
        yield running


@pytest.fixture(scope="module")
def browser(account: Account, api: EchoApi) -> Browser:
    """Return a browser of a site with that API, whose errors are not cached."""
    return site(account, origin(api.port), **errors(404, 500, 501, 502, 503, 504))


def received(reply: Reply) -> dict[str, Any]:
    """Return what the API says that it received."""
    found: dict[str, Any] = json.loads(reply.body)
    return found


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method(browser: Browser, method: str) -> None:
    """Method, path, query, headers and response arrive as they were sent."""
    reply = browser.get(
        "/api/a+b/%2F%7Ex?c=d&c=%20+", method, Cookie="e=f; g=h", Authorization="Bearer t", X_Custom="1"
    )
    assert reply.status == 200
    assert (received(reply)["method"], received(reply)["target"]) == (method, "/api/a+b/%2F%7Ex?c=d&c=%20+")
    headers = received(reply)["headers"]
    assert (headers["cookie"], headers["authorization"], headers["x-custom"]) == ("e=f; g=h", "Bearer t", "1")
    assert (reply["Set-Cookie"], reply["X-Cache"]) == ("a=b; HttpOnly", "Miss from cloudfront")
    assert reply["Access-Control-Allow-Origin"] == "https://x.example"


def test_head_has_no_body(browser: Browser, api: EchoApi) -> None:
    """The origin receives HEAD, and the response has the length that a GET would have."""
    reply = browser.get("/api/status/200", "HEAD")
    assert (reply.status, reply.body, reply["Content-Length"]) == (200, b"", str(len(b'{"error": 200}')))
    assert api.requests[-1].method == "HEAD"
    assert browser.get("/api/empty").status == 204


def test_request_bodies(browser: Browser, api: EchoApi) -> None:
    """The origin receives a POST's body and type; CloudFront rejects a GET with a body."""
    assert browser.send("/api/x", "POST", b"hello \xc3\xa4", Content_Type="text/x-custom").status == 200
    assert (api.requests[-1].body, api.requests[-1].headers["content-type"]) == (b"hello \xc3\xa4", "text/x-custom")
    before = len(api.requests)
    assert browser.send("/api/x", "GET", b"hello").status == 403
    assert len(api.requests) == before


def test_request_headers(browser: Browser) -> None:
    """Host is the origin's own name, the viewer's address is added, and headers that can be forged are removed."""
    forged = {"X_Forwarded_For": "192.0.2.1", "X_Real_IP": "192.0.2.1", "X_Forwarded_Proto": "https", "TE": "trailers"}
    headers = received(browser.get("/api/x", Proxy_Authorization="x", X_Edge_Custom="x", Expect="x", **forged))[
        "headers"
    ]
    assert headers["host"] == "localhost"
    assert headers["x-forwarded-for"] == "192.0.2.1, 127.0.0.1"
    assert headers["via"].endswith(".cloudfront.net (CloudFront)")
    assert "x-amz-cf-id" in headers
    removed = {"x-real-ip", "x-forwarded-proto", "te", "proxy-authorization", "x-edge-custom", "expect"}
    assert removed & headers.keys() == set()


def test_compression_is_left_to_the_origin(browser: Browser) -> None:
    """With CachingDisabled the origin receives Accept-Encoding, and CloudFront does not compress."""
    assert received(browser.get("/api/x", accept_encoding="gzip, br"))["headers"]["accept-encoding"] == "gzip, br"
    packed, long = (browser.get(f"/api/{name}", Accept_Encoding="gzip") for name in ("packed", "long"))
    assert packed["Content-Encoding"] == "gzip"
    assert (long["Content-Encoding"], len(long.body) > 1000) == (None, True)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 503])
def test_errors(browser: Browser, api: EchoApi, status: int) -> None:
    """An error arrives with its body, and with a minimum TTL of 0 it is not cached."""
    before = len(api.requests)
    replies = [browser.get(f"/api/status/{status}") for _ in range(2)]
    assert [(reply.status, received(reply)) for reply in replies] == [(status, {"error": status})] * 2
    assert len(api.requests) == before + 2
    assert replies[0]["X-Cache"] == "Error from cloudfront"


def test_errors_are_cached_by_default(account: Account, api: EchoApi) -> None:
    """A 404 is cached for 10 seconds even if caching is disabled; a 403 and a success are not."""
    browser = site(account, origin(api.port))
    before = len(api.requests)
    for path in ("/api/status/404", "/api/status/403", "/api/x"):
        browser.get(path)
        browser.get(path)
    assert [request.target for request in api.requests[before:]] == [
        "/api/status/404",
        *["/api/status/403"] * 2,
        *["/api/x"] * 2,
    ]


def test_error_page(account: Account, api: EchoApi) -> None:
    """A 404 of the API gets the distribution's error page; other errors arrive as they are."""
    page = {"ErrorCode": 404, "ResponsePagePath": "/404.html", "ResponseCode": "404", "ErrorCachingMinTTL": 0}
    browser = site(account, origin(api.port), CustomErrorResponses={"Quantity": 1, "Items": [page]})
    assert [
        (reply.status, reply.body) for reply in (browser.get("/api/status/404"), browser.get("/api/status/403"))
    ] == [
        (404, b"nothing here"),
        (403, b'{"error": 403}'),
    ]


def test_streamed_response(browser: Browser, api: EchoApi) -> None:
    """The first event arrives before the server has sent the second one."""
    connection = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=20)
    connection.request("GET", "/api/stream", headers={"Host": browser.host})
    with connection.getresponse() as response:
        first = response.read1()
        assert not api.log.resume.is_set()
        api.log.resume.set()
        assert (first, response.read()) == (b"data: one\n\n", b"data: two\n\n")
    connection.close()


def test_incomplete_response(browser: Browser) -> None:
    """The browser gets what the origin has sent, and then the connection ends."""
    reply = browser.get("/api/broken")
    assert (reply.status, reply.body) == (200, b"half")


def test_redirect(browser: Browser) -> None:
    """A Location arrives as the origin sent it."""
    reply = browser.get("/api/moved")
    assert (reply.status, reply["Location"]) == (302, "https://api.example.com/there")


def test_server_that_does_not_respond(account: Account, api: EchoApi) -> None:
    """A GET is tried as often as the origin's settings say, a POST once; then the response is 504."""
    browser = site(account, origin(api.port, attempts=2), **errors(504))
    before = len(api.requests)
    for method, times in (("GET", 2), ("POST", 1)):
        reply = browser.get("/api/slow", method, Content_Length="0")
        assert (reply.status, reply["X-Cache"]) == (504, "Error from cloudfront")
        assert [request.method for request in api.requests[before:]] == [method] * times
        before = len(api.requests)


def test_server_that_cannot_be_reached(account: Account, api: EchoApi) -> None:
    """A refused connection, and one that ends without a response, give 502 or its error page."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        unreachable = origin(unused.getsockname()[1])
        assert site(account, unreachable).get("/api/x").status == 502
        page = {"ErrorCode": 502, "ResponsePagePath": "/404.html", "ResponseCode": "503"}
        reply = site(account, unreachable, CustomErrorResponses={"Quantity": 1, "Items": [page]}).get("/api/x")
        assert (reply.status, reply.body) == (503, b"nothing here")
    assert site(account, origin(api.port)).get("/api/hangup").status == 502
    aws = {**origin(443), "DomainName": "api.execute-api.us-east-1.amazonaws.com"}
    assert site(account, aws).get("/api/x").status == 502


def test_untrusted_certificate(account: Account, tmp_path: Path) -> None:
    """An HTTPS origin with a self-signed certificate receives no request, and gives 502."""
    with EchoApi(tmp_path) as api:
        assert site(account, origin(api.port, "https-only")).get("/api/x").status == 502
        assert api.requests == []


def test_path_patterns(account: Account, api: EchoApi) -> None:
    """Patterns match the normalized path, with its case, and the origin receives the path as it was sent."""
    browser = site(account, origin(api.port), patterns=("/api/*", "/v?/x", "*.cgi"))
    for path in ("/api/", "/api/x/y", "//api/x", "/x/../api/y", "/%61pi/x", "/v1/x", "/a/b.cgi"):
        assert (path, received(browser.get(path))["target"]) == (path, path)
    before = len(api.requests)
    for path in ("/api", "/API/x", "/api/../x", "/api%2Fx", "/v12/x", "/v1/x/", "/b.CGI"):
        assert (path, browser.get(path).status) == (path, 403)
    assert len(api.requests) == before
    assert (browser.get("/").body, browser.get("/a+b.html").body) == (b"root", b"space")


def test_bucket_and_server_do_not_share_cache_entries(account: Account, api: EchoApi) -> None:
    """A cached object of the bucket does not answer a request to the server with the same path."""
    code = "function handler(e) { e.request.uri = e.request.uri.replace('/api/', '/'); return e.request; }"
    browser = site(account, origin(api.port), function=account.function(code))
    assert [browser.get("/404.html")["X-Cache"] for _ in range(2)] == ["Miss from cloudfront", "Hit from cloudfront"]
    assert received(browser.get("/api/404.html"))["target"] == "/404.html"
    assert browser.get("/404.html").body == b"nothing here"


@pytest.mark.parametrize(
    "path", ["/oauth2/token", "/.well-known/openid-configuration", "/login", "/v2/", "/iceberg/v1/x"]
)
def test_paths_of_other_services(account: Account, api: EchoApi, path: str) -> None:
    """The distribution answers paths that another service of the emulator answers for any other host."""
    browser = site(account, origin(api.port), patterns=("/*",))
    for method in ("GET", "POST"):
        assert received(browser.get(path, method))["target"] == path
