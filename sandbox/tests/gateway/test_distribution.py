from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.tests.gateway.conftest import Browser

if TYPE_CHECKING:
    from sandbox.tests.gateway.conftest import World

LONG = "<p>Static hosting</p>\n" * 100


def fallback(*codes: int, page: str = "/", status: int = 200) -> dict[str, Any]:
    """Return custom error responses that answer these codes with one page."""
    items = [{"ErrorCode": code, "ResponsePagePath": page, "ResponseCode": str(status)} for code in codes]
    return {"CustomErrorResponses": {"Quantity": len(items), "Items": items}}


def test_private_bucket_is_served(world: World) -> None:
    """The distribution may read what visitors may not, and the root is its default root object."""
    bucket = world.bucket({"index.html": "root", "docs/a.html": "a"})
    visitor = world.through(world.distribution(bucket))
    assert (visitor.get("/").status, visitor.get("/").body) == (200, b"root")
    assert visitor.get("/docs/a.html").body == b"a"
    assert world.visit(bucket).get("/").status == 404


def test_missing_key_is_403(world: World) -> None:
    """S3 does not tell a distribution that may not list the bucket that a key is missing."""
    visitor = world.through(world.distribution(world.bucket({"index.html": "root"})))
    assert [visitor.get(path).status for path in ("/missing", "/docs/")] == [403, 403]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_error_page_at_the_root(world: World, method: str) -> None:
    """The custom error page `/` is the default root object, with the status that is wanted."""
    visitor = world.through(world.distribution(world.bucket({"index.html": "root"}), **fallback(400, 403, 404)))
    reply = visitor.get("/client/route?a=b", method, Range="bytes=1-2", If_None_Match="*")
    assert (reply.status, reply["Content-Length"]) == (200, "4")
    assert reply.body == (b"root" if method == "GET" else b"")


def test_error_page_with_its_own_status(world: World) -> None:
    """A custom error page may keep an error's status."""
    settings = fallback(403, page="/404.html", status=404)
    visitor = world.through(world.distribution(world.bucket({"404.html": "nothing here"}), **settings))
    assert (visitor.get("/missing").status, visitor.get("/missing").body) == (404, b"nothing here")


def test_missing_error_page(world: World) -> None:
    """If the custom error page is missing, the visitor gets the error of that."""
    visitor = world.through(world.distribution(world.bucket(), **fallback(403)))
    assert visitor.get("/missing").status == 403


def test_refused_method_is_not_an_error_page(world: World) -> None:
    """What the distribution itself refuses is not answered with the page for S3's errors."""
    visitor = world.through(world.distribution(world.bucket({"index.html": "root"}), **fallback(403)))
    reply = visitor.get("/", "POST", Content_Length="0")
    assert reply.status == 403
    assert b"root" not in reply.body


def test_conditional_request_and_range(world: World) -> None:
    """Validators and ranges reach the bucket."""
    visitor = world.through(world.distribution(world.bucket({"index.html": "0123456789"})))
    first = visitor.get("/")
    again = visitor.get("/", If_None_Match=str(first["ETag"]))
    assert (again.status, again.body) == (304, b"")
    assert visitor.get("/", Range="bytes=2-4").body == b"234"


def test_keys_with_spaces_and_plus_signs(world: World) -> None:
    """A plus in a path is a space to S3's REST endpoint, percent-encoded it is a plus."""
    visitor = world.through(world.distribution(world.bucket({"a b.html": "space", "a+b.html": "plus", "ü.html": "ü"})))
    paths = ("/a%20b.html", "/a+b.html", "/a%2Bb.html", "/%C3%BC.html")
    assert [visitor.get(path).body.decode() for path in paths] == ["space", "space", "plus", "ü"]


def test_text_is_compressed(world: World) -> None:
    """Text is gzipped for browsers that ask for it, and its ETag becomes a weak one that still validates."""
    visitor = world.through(world.distribution(world.bucket({"index.html": LONG})))
    plain, packed = visitor.get("/"), visitor.get("/", Accept_Encoding="gzip, deflate")
    assert gzip.decompress(packed.body) == plain.body == LONG.encode()
    assert (packed["Content-Encoding"], packed["Vary"]) == ("gzip", "Accept-Encoding")
    assert (packed["Content-Length"], packed["ETag"]) == (str(len(packed.body)), f"W/{plain['ETag']}")
    assert plain["Content-Encoding"] is None
    assert visitor.get("/", Accept_Encoding="gzip", If_None_Match=str(packed["ETag"])).status == 304


def test_compression_can_be_off(world: World) -> None:
    """A distribution that does not compress sends the object as it is."""
    distribution = world.distribution(world.bucket({"index.html": LONG}), behavior={"Compress": False})
    assert world.through(distribution).get("/", Accept_Encoding="gzip").body == LONG.encode()


def test_error_page_is_compressed(world: World) -> None:
    """The page for client-side routes is compressed like any other."""
    visitor = world.through(world.distribution(world.bucket({"index.html": LONG}), **fallback(403)))
    assert gzip.decompress(visitor.get("/route", Accept_Encoding="gzip").body) == LONG.encode()


def test_plain_http_is_redirected(world: World) -> None:
    """The door stands in for TLS, unless the visitor says that there was none."""
    distribution = world.distribution(world.bucket({"index.html": "root"}))
    reply = world.through(distribution).get("/docs?a=b", X_Forwarded_Proto="http")
    assert (reply.status, reply["Location"]) == (301, f"https://{distribution['DomainName']}/docs?a=b")


def test_response_headers_policy(world: World) -> None:
    """A header without override is added only where the object has none."""
    made = world.cloudfront.create_response_headers_policy(
        ResponseHeadersPolicyConfig={
            "Name": "revalidate",
            "CustomHeadersConfig": {
                "Quantity": 1,
                "Items": [{"Header": "Cache-Control", "Value": "max-age=0", "Override": False}],
            },
        }
    )
    bucket = world.bucket({"index.html": "root"})
    world.s3.put_object(Bucket=bucket, Key="app.js", Body=b"let a", CacheControl="immutable")
    policy = {"ResponseHeadersPolicyId": made["ResponseHeadersPolicy"]["Id"]}
    visitor = world.through(world.distribution(bucket, behavior=policy))
    assert (visitor.get("/")["Cache-Control"], visitor.get("/app.js")["Cache-Control"]) == ("max-age=0", "immutable")


# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
SECURITY_HEADERS = {
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "X-XSS-Protection": "1; mode=block",
}


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [("67f7725c-6f97-4210-82d7-5512b31e9d03", None), ("e61eb60c-9c35-4d20-a928-2b84e02af89c", "*")],
)
def test_managed_response_headers_policies(world: World, policy: str, allowed: str | None) -> None:
    """Both add the same security headers to each answer; one allows any origin, of requests that have an Origin."""
    behavior = {"ResponseHeadersPolicyId": policy}
    visitor = world.through(
        world.distribution(world.bucket({"index.html": "root"}), behavior=behavior, **fallback(403))
    )
    for path in ("/", "/nowhere"):
        plain, across = visitor.get(path), visitor.get(path, Origin="https://app.example")
        assert {name: plain[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert {name: across[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert (plain["Access-Control-Allow-Origin"], across["Access-Control-Allow-Origin"]) == (None, allowed)
        assert across["Access-Control-Allow-Methods"] is None
    # The last came from the edge, which keeps an answer without the headers of a policy.
    assert across["X-Cache"] == "Error from cloudfront"
    assert visitor.get("/")["X-Cache"] == "Hit from cloudfront"


FRAMED = """function handler(event) {
  event.response.headers['x-frame-options'] = { value: 'DENY' };
  event.response.headers['x-xss-protection'] = { value: '0' };
  return event.response;
}"""


def test_a_function_for_responses_comes_after_the_policy(world: World) -> None:
    """What a function sets wins over the policy: https://aws.amazon.com/blogs/networking-and-content-delivery/amazon-cloudfront-introduces-response-headers-policies/."""
    behavior = {
        "ResponseHeadersPolicyId": "67f7725c-6f97-4210-82d7-5512b31e9d03",
        **world.function(FRAMED, event="viewer-response"),
    }
    reply = world.through(world.distribution(world.bucket({"index.html": "root"}), behavior=behavior)).get("/")
    assert (reply["X-Frame-Options"], reply["X-XSS-Protection"]) == ("DENY", "0")
    assert reply["X-Content-Type-Options"] == "nosniff"


HIT, MISS = "Hit from cloudfront", "Miss from cloudfront"


@pytest.mark.parametrize(
    ("policy", "source", "encoding"),
    [
        ("658327ea-f89d-4fab-a63d-7e88639e58f6", HIT, "gzip"),
        ("b2884449-e4de-46a7-ac36-70bc7f1ddd6d", HIT, None),
        ("4135ea2d-6df8-44a3-9df3-4b5a84be39ad", MISS, None),
    ],
)
def test_managed_cache_policies(world: World, policy: str, source: str, encoding: str | None) -> None:
    """CachingOptimized keeps and compresses, its sibling keeps alone, and CachingDisabled does neither."""
    distribution = world.distribution(world.bucket({"index.html": LONG}), behavior={"CachePolicyId": policy})
    visitor = world.through(distribution)
    replies = [visitor.get("/", Accept_Encoding="gzip") for _ in range(2)]
    assert [reply["X-Cache"] for reply in replies] == [MISS, source]
    assert replies[0]["Content-Encoding"] == encoding


def test_disabled_distribution(world: World) -> None:
    """A disabled distribution serves nothing."""
    reply = world.through(world.distribution(world.bucket({"index.html": "root"}), Enabled=False)).get("/")
    assert reply.status == 403
    assert b"root" not in reply.body


def test_unknown_distribution(world: World) -> None:
    """A name that no distribution has serves nothing; the list of buckets least of all."""
    reply = world.through({"DomainName": "d0000000000000.cloudfront.net"}).get("/")
    assert reply.status == 403
    assert b"Bucket" not in reply.body


def test_a_distribution_answers_under_its_aliases(world: World) -> None:
    """A host that is an alias, or that a wildcard is for, is answered as the distribution's own name is."""
    bucket = world.bucket({"index.html": "home"})
    names = {"Quantity": 2, "Items": ["www.door.example", "*.wild.door.example"]}
    world.distribution(bucket, Aliases=names)
    for host in ("www.door.example", "WWW.door.example:8080", "a.wild.door.example", "a.b.wild.door.example"):
        assert Browser(world.port, host).get("/").body == b"home"
    for host in ("door.example", "wild.door.example", "10.0.0.1"):
        assert Browser(world.port, host).get("/").status == 404


def test_a_disabled_distribution_has_no_aliases(world: World) -> None:
    """Its alias is refused as its own name is."""
    bucket = world.bucket({"index.html": "home"})
    world.distribution(bucket, Enabled=False, Aliases={"Quantity": 1, "Items": ["off.door.example"]})
    assert Browser(world.port, "off.door.example").get("/").status == 403


ECHO = """function handler(event) {
  const request = event.request, headers = request.headers;
  const told = [request.querystring, request.rawQueryString(), headers['cloudfront-viewer-country'], headers['x-own']];
  return { statusCode: 200, headers: {}, body: JSON.stringify(told) };
}"""


def told(visitor: Browser, path: str, **headers: str) -> list[Any]:
    """Return what the function says that it was told."""
    found: list[Any] = json.loads(visitor.get(path, **headers).body)
    return found


def test_a_function_is_told_the_query_as_it_was_sent(world: World) -> None:
    """Nothing of it is decoded or put in another order, and a parameter that comes twice has both values."""
    visitor = world.through(world.distribution(world.bucket(), behavior=world.function(ECHO)))
    query, raw, *_ = told(visitor, "/?a%20b=%2B+&x=1&y&x=2=3")
    assert query == {
        "a%20b": {"value": "%2B+"},
        "x": {"value": "1", "multiValue": [{"value": "1"}, {"value": "2=3"}]},
        "y": {"value": ""},
    }
    assert raw == "a%20b=%2B+&x=1&y&x=2=3"
    assert told(visitor, "/")[:2] == [{}, None]


def test_a_function_is_told_the_country_if_a_policy_says_so(world: World) -> None:
    """CloudFront's own headers are for those who asked for them; a visitor's are as he sent them."""
    sent = {"CloudFront_Viewer_Country": "DE", "X_Own": "mine"}
    bucket = world.bucket()
    without = world.through(world.distribution(bucket, behavior=world.function(ECHO)))
    assert told(without, "/", **sent)[2:] == [None, {"value": "mine"}]
    asked = world.function(ECHO, "CloudFront-Viewer-Country")
    assert told(world.through(world.distribution(bucket, behavior=asked)), "/", **sent)[2] == {"value": "DE"}


def restricted(kind: str, *countries: str) -> dict[str, Any]:
    """Return the settings of a distribution that is for some countries alone, or for all but some."""
    items = {"Quantity": len(countries), "Items": list(countries)}
    return {"Restrictions": {"GeoRestriction": {"RestrictionType": kind, **items}}}


@pytest.mark.parametrize(
    ("kind", "country", "status"),
    [
        ("whitelist", "DE", 200),
        ("whitelist", "US", 403),
        ("blacklist", "DE", 403),
        ("blacklist", "US", 200),
        ("blacklist", "", 200),
        ("whitelist", "", 200),
    ],
)
def test_countries_are_turned_away(world: World, kind: str, country: str, status: int) -> None:
    """A distribution answers 403 in place of the function; who comes from nowhere known is let in."""
    distribution = world.distribution(world.bucket(), behavior=world.function(ECHO), **restricted(kind, "DE", "AT"))
    reply = world.through(distribution).get("/", **({"CloudFront_Viewer_Country": country} if country else {}))
    assert reply.status == status
    assert (b"block access from your country" in reply.body) == (status == 403)


def test_the_error_page_answers_those_turned_away(world: World) -> None:
    """A custom error response for 403 is for CloudFront's own 403 too."""
    settings = {**restricted("blacklist", "DE"), **fallback(403)}
    visitor = world.through(world.distribution(world.bucket({"index.html": "root"}), **settings))
    reply = visitor.get("/any", CloudFront_Viewer_Country="DE")
    assert (reply.status, reply.body) == (200, b"root")
