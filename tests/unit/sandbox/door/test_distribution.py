from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.sandbox.door.conftest import Browser

if TYPE_CHECKING:
    from tests.unit.sandbox.door.conftest import World

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
