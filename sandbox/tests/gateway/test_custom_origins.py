"""Origins that are no bucket: what reaches a server behind a distribution, and how its answers arrive."""

from __future__ import annotations

import http.client
import json
import socket
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.tests.echo_api import Api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.tests.gateway.conftest import Browser, Reply, World

DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]


def origin(port: int, protocol: str = "http-only", attempts: int = 3) -> dict[str, Any]:
    """Return an origin on this machine, which has a second to answer."""
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
    """Return a behavior that hands everything on."""
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
    """Return the error responses by which these errors are not kept."""
    items = [{"ErrorCode": code, "ErrorCachingMinTTL": 0} for code in codes]
    return {"CustomErrorResponses": {"Quantity": len(items), "Items": items}}


def site(
    world: World,
    server: dict[str, Any],
    patterns: tuple[str, ...] = ("/api/*",),
    function: dict[str, Any] | None = None,
    **settings: Any,  # noqa: ANN401 - CloudFront's own shapes
) -> Browser:
    """Put a distribution before a bucket and a server that has the patterns; the function is before both."""
    bucket = world.bucket({"index.html": "root", "404.html": "nothing here", "a+b.html": "plus", "a b.html": "space"})
    port = server["CustomOriginConfig"]["HTTPPort"]
    behaviors = [{**behavior(pattern, port), **(function or {})} for pattern in patterns]
    made = world.distribution(
        bucket,
        Origins={"Quantity": 2, "Items": [world.origin(bucket), server]},
        CacheBehaviors={"Quantity": len(behaviors), "Items": behaviors},
        behavior=function or {},
        **settings,
    )
    return world.through(made)


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """An API."""
    with Api() as running:
        yield running


@pytest.fixture(scope="module")
def visitor(world: World, api: Api) -> Browser:
    """Visits a site before that API, of which no error is kept."""
    return site(world, origin(api.port), **errors(404, 500, 501, 502, 503, 504))


def told(reply: Reply) -> dict[str, Any]:
    """Return what the API says that it was asked."""
    found: dict[str, Any] = json.loads(reply.body)
    return found


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_arrives(visitor: Browser, method: str) -> None:
    """Method, path, query and the visitor's headers arrive as they were sent, and the answer as it is."""
    reply = visitor.get("/api/a+b/%2F%7Ex?c=d&c=%20+", method, Cookie="e=f; g=h", Authorization="Bearer t", X_Own="1")
    assert reply.status == 200
    assert (told(reply)["method"], told(reply)["target"]) == (method, "/api/a+b/%2F%7Ex?c=d&c=%20+")
    headers = told(reply)["headers"]
    assert (headers["cookie"], headers["authorization"], headers["x-own"]) == ("e=f; g=h", "Bearer t", "1")
    assert (reply["Set-Cookie"], reply["X-Cache"]) == ("a=b; HttpOnly", "Miss from cloudfront")
    assert reply["Access-Control-Allow-Origin"] == "https://x.example"


def test_a_head_has_no_body(visitor: Browser, api: Api) -> None:
    """HEAD arrives as such, and its answer has the length of what a GET would have."""
    reply = visitor.get("/api/status/200", "HEAD")
    assert (reply.status, reply.body, reply["Content-Length"]) == (200, b"", str(len(b'{"error": 200}')))
    assert api.asked[-1].method == "HEAD"
    assert visitor.get("/api/empty").status == 204


def test_a_body_arrives(visitor: Browser, api: Api) -> None:
    """A POST's body arrives with its type; a GET that has one is refused by CloudFront."""
    assert visitor.send("/api/x", "POST", b"hello \xc3\xa4", Content_Type="text/x-own").status == 200
    assert (api.asked[-1].body, api.asked[-1].headers["content-type"]) == (b"hello \xc3\xa4", "text/x-own")
    before = len(api.asked)
    assert visitor.send("/api/x", "GET", b"hello").status == 403
    assert len(api.asked) == before


def test_which_headers_an_origin_gets(visitor: Browser) -> None:
    """Host is the origin's own name; the visitor's address is added; what a visitor could lie with is gone."""
    lies = {"X_Forwarded_For": "192.0.2.1", "X_Real_IP": "192.0.2.1", "X_Forwarded_Proto": "https", "TE": "trailers"}
    headers = told(visitor.get("/api/x", Proxy_Authorization="x", X_Edge_Own="x", Expect="x", **lies))["headers"]
    assert headers["host"] == "localhost"
    assert headers["x-forwarded-for"] == "192.0.2.1, 127.0.0.1"
    assert headers["via"].endswith(".cloudfront.net (CloudFront)")
    assert "x-amz-cf-id" in headers
    gone = {"x-real-ip", "x-forwarded-proto", "te", "proxy-authorization", "x-edge-own", "expect"}
    assert gone & headers.keys() == set()


def test_compression_is_the_origins(visitor: Browser) -> None:
    """With CachingDisabled the visitor's Accept-Encoding arrives, and nothing is compressed on the way."""
    assert told(visitor.get("/api/x", accept_encoding="gzip, br"))["headers"]["accept-encoding"] == "gzip, br"
    packed, long = (visitor.get(f"/api/{name}", Accept_Encoding="gzip") for name in ("packed", "long"))
    assert packed["Content-Encoding"] == "gzip"
    assert (long["Content-Encoding"], len(long.body) > 1000) == (None, True)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 503])
def test_errors_arrive_as_they_are(visitor: Browser, api: Api, status: int) -> None:
    """An error arrives with its body, and is asked for anew: with a minimum of 0 it is not kept."""
    before = len(api.asked)
    replies = [visitor.get(f"/api/status/{status}") for _ in range(2)]
    assert [(reply.status, told(reply)) for reply in replies] == [(status, {"error": status})] * 2
    assert len(api.asked) == before + 2
    assert replies[0]["X-Cache"] == "Error from cloudfront"


def test_an_error_is_kept_without_being_asked_to(world: World, api: Api) -> None:
    """A 404 is kept for 10 seconds, with caching disabled too; a 403 is not, and no answer without an error."""
    visitor = site(world, origin(api.port))
    before = len(api.asked)
    for path in ("/api/status/404", "/api/status/403", "/api/x"):
        visitor.get(path)
        visitor.get(path)
    assert [asked.target for asked in api.asked[before:]] == [
        "/api/status/404",
        *["/api/status/403"] * 2,
        *["/api/x"] * 2,
    ]


def test_an_error_page_is_the_whole_distributions(world: World, api: Api) -> None:
    """A 404 of the API gets the site's page, with its status; other errors arrive as they are."""
    page = {"ErrorCode": 404, "ResponsePagePath": "/404.html", "ResponseCode": "404", "ErrorCachingMinTTL": 0}
    visitor = site(world, origin(api.port), CustomErrorResponses={"Quantity": 1, "Items": [page]})
    assert [
        (reply.status, reply.body) for reply in (visitor.get("/api/status/404"), visitor.get("/api/status/403"))
    ] == [
        (404, b"nothing here"),
        (403, b'{"error": 403}'),
    ]


def test_an_answer_without_a_length_arrives_as_it_comes(visitor: Browser, api: Api) -> None:
    """The first event is there before the server has sent the second one."""
    connection = http.client.HTTPConnection("127.0.0.1", visitor.port, timeout=20)
    connection.request("GET", "/api/stream", headers={"Host": visitor.host})
    with connection.getresponse() as response:
        first = response.read1()
        assert not api.log.go.is_set()
        api.log.go.set()
        assert (first, response.read()) == (b"data: one\n\n", b"data: two\n\n")
    connection.close()


def test_an_answer_that_breaks_off_is_no_whole_one(visitor: Browser) -> None:
    """A visitor gets what there is; the connection ends with it."""
    reply = visitor.get("/api/broken")
    assert (reply.status, reply.body) == (200, b"half")


def test_a_redirect_of_the_origin_is_left_alone(visitor: Browser) -> None:
    """A Location arrives as the origin sent it."""
    reply = visitor.get("/api/moved")
    assert (reply.status, reply["Location"]) == (302, "https://api.example.com/there")


def test_a_server_that_is_silent(world: World, api: Api) -> None:
    """A GET is tried as often as the origin says, a POST once: then it is 504."""
    visitor = site(world, origin(api.port, attempts=2), **errors(504))
    before = len(api.asked)
    for method, times in (("GET", 2), ("POST", 1)):
        reply = visitor.get("/api/slow", method, Content_Length="0")
        assert (reply.status, reply["X-Cache"]) == (504, "Error from cloudfront")
        assert [asked.method for asked in api.asked[before:]] == [method] * times
        before = len(api.asked)


def test_a_server_that_is_not_there(world: World, api: Api) -> None:
    """A refused connection, and one that ends without an answer, are 502, which an error response may answer."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = origin(taken.getsockname()[1])
        assert site(world, nobody).get("/api/x").status == 502
        page = {"ErrorCode": 502, "ResponsePagePath": "/404.html", "ResponseCode": "503"}
        reply = site(world, nobody, CustomErrorResponses={"Quantity": 1, "Items": [page]}).get("/api/x")
        assert (reply.status, reply.body) == (503, b"nothing here")
    assert site(world, origin(api.port)).get("/api/hangup").status == 502
    aws = {**origin(443), "DomainName": "api.execute-api.us-east-1.amazonaws.com"}
    assert site(world, aws).get("/api/x").status == 502


def test_a_certificate_that_nobody_trusts(world: World, tmp_path: Path) -> None:
    """An HTTPS origin with a certificate of its own making is not asked anything: 502."""
    with Api(tmp_path) as api:
        assert site(world, origin(api.port, "https-only")).get("/api/x").status == 502
        assert api.asked == []


def test_which_behavior_a_path_has(world: World, api: Api) -> None:
    """Patterns are compared with the path in its normal form, in their case, and the path arrives as it was sent."""
    visitor = site(world, origin(api.port), patterns=("/api/*", "/v?/x", "*.cgi"))
    for path in ("/api/", "/api/x/y", "//api/x", "/x/../api/y", "/%61pi/x", "/v1/x", "/a/b.cgi"):
        assert (path, told(visitor.get(path))["target"]) == (path, path)
    before = len(api.asked)
    for path in ("/api", "/API/x", "/api/../x", "/api%2Fx", "/v12/x", "/v1/x/", "/b.CGI"):
        assert (path, visitor.get(path).status) == (path, 403)
    assert len(api.asked) == before
    assert (visitor.get("/").body, visitor.get("/a+b.html").body) == (b"root", b"space")


def test_a_bucket_and_a_server_are_kept_apart(world: World, api: Api) -> None:
    """What the edge has of the bucket under a path does not answer for a server that is asked for the same path."""
    code = "function handler(e) { e.request.uri = e.request.uri.replace('/api/', '/'); return e.request; }"
    visitor = site(world, origin(api.port), function=world.function(code))
    assert [visitor.get("/404.html")["X-Cache"] for _ in range(2)] == ["Miss from cloudfront", "Hit from cloudfront"]
    assert told(visitor.get("/api/404.html"))["target"] == "/404.html"
    assert visitor.get("/404.html").body == b"nothing here"


@pytest.mark.parametrize(
    "path", ["/oauth2/token", "/.well-known/openid-configuration", "/login", "/v2/", "/iceberg/v1/x"]
)
def test_a_distributions_paths_are_its_own(world: World, api: Api, path: str) -> None:
    """A path that another service of the local cloud answers under any Host is the distribution's under its own."""
    visitor = site(world, origin(api.port), patterns=("/*",))
    for method in ("GET", "POST"):
        assert told(visitor.get(path, method))["target"] == path
