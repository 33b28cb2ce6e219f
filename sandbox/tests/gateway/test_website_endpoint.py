from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.gateway.website_endpoint import key_of

if TYPE_CHECKING:
    from sandbox.tests.gateway.conftest import World


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/", ""),
        ("/docs/index.html", "docs/index.html"),
        ("/a%20b.html", "a b.html"),
        ("/a+b.html", "a+b.html"),
        ("/a%2Bb.html", "a+b.html"),
        ("/%C3%BC/%E2%82%AC", "ü/€"),
        ("/a%2Fb", "a/b"),
        ("/100%25", "100%"),
        ("//a", "/a"),
    ],
)
def test_path_is_decoded_to_a_key(path: str, key: str) -> None:
    """Percent-encoding is undone once; a plus is a plus."""
    assert key_of(path) == key


def test_object(world: World) -> None:
    """An object comes with its own headers, and none that the local cloud adds."""
    site = world.website({})
    world.s3.put_object(
        Bucket=site,
        Key="app.js",
        Body=b"let a",
        ContentType="text/javascript; charset=utf-8",
        CacheControl="max-age=9",
        Metadata={"origin": "test"},
    )
    reply = world.visit(site).get("/app.js")
    assert (reply.status, reply.body) == (200, b"let a")
    assert reply["Content-Type"] == "text/javascript; charset=utf-8"
    assert reply["Cache-Control"] == "max-age=9"
    assert reply["x-amz-meta-origin"] == "test"
    assert reply["ETag"]
    assert reply["Last-Modified"]
    assert reply["Server"] == "AmazonS3"
    assert reply["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize("key", ["a b.html", "a+b.html", "ü/€.html", "100%.html", "a&b=c;d'(e).html"])
@pytest.mark.parametrize("region", ["-us-east-1", ".eu-central-1"])
def test_keys_of_all_kinds(world: World, key: str, region: str) -> None:
    """Keys with spaces, plus signs and other writings are found, at both forms of endpoint."""
    site = world.website({key: "here"})
    visitor = type(world.visit(site))(world.port, f"{site}.s3-website{region}.amazonaws.com:80")
    path = "/" + "".join(c if c.isascii() and c.isalnum() else "".join(f"%{b:02X}" for b in c.encode()) for c in key)
    assert visitor.get(path + "?query=ignored").body == b"here"


def test_index_document_in_every_folder(world: World) -> None:
    """The root and each folder are answered with their index document."""
    visitor = world.visit(world.website({"index.html": "root", "docs/index.html": "docs"}))
    assert visitor.get("/").body == b"root"
    assert visitor.get("/docs/").body == b"docs"


def test_folder_without_slash(world: World) -> None:
    """A folder without its slash is redirected to it."""
    visitor = world.visit(world.website({"dö cs/index.html": "docs"}))
    reply = visitor.get("/d%C3%B6%20cs?a=b")
    assert (reply.status, reply["Location"], reply.body) == (302, "/d%C3%B6%20cs/", b"")


def test_object_named_like_a_folder(world: World) -> None:
    """An object wins over the folder of the same name."""
    visitor = world.visit(world.website({"docs": "object", "docs/index.html": "folder"}))
    assert visitor.get("/docs").body == b"object"


def test_missing_key(world: World) -> None:
    """A missing key is 404, though the visitor may not list the bucket, and says which key."""
    reply = world.visit(world.website({"index.html": "root"})).get("/no<such>page")
    assert reply.status == 404
    assert reply["Content-Type"] == "text/html; charset=utf-8"
    assert reply["x-amz-error-code"] == "NoSuchKey"
    assert b"<h1>404 Not Found</h1>" in reply.body
    assert b"<li>Key: no&lt;such&gt;page</li>" in reply.body


def test_missing_index_document(world: World) -> None:
    """A folder without an index document is 404, and names the index document."""
    reply = world.visit(world.website({"docs/other.html": "docs"})).get("/docs/")
    assert reply.status == 404
    assert b"<li>Key: docs/index.html</li>" in reply.body


def test_error_document(world: World) -> None:
    """The error document comes with the status of the error and its own content type."""
    site = world.website({}, error="oops.txt")
    world.s3.put_object(Bucket=site, Key="oops.txt", Body=b"sorry", ContentType="text/plain; charset=utf-8")
    reply = world.visit(site).get("/missing")
    assert (reply.status, reply["Content-Type"], reply.body) == (404, "text/plain; charset=utf-8", b"sorry")


def test_missing_error_document(world: World) -> None:
    """If the error document is missing itself, the error page says both."""
    reply = world.visit(world.website({}, error="oops.html")).get("/missing")
    assert reply.status == 404
    assert b"An Error Occurred While Attempting to Retrieve a Custom Error Document" in reply.body
    assert b"<li>Key: oops.html</li>" in reply.body


def test_object_that_may_not_be_read(world: World) -> None:
    """In a bucket that is public in part, the rest is 403 where it exists, with a readable error document."""
    site = world.website({"public/oops.html": "sorry", "secret.html": "secret"}, "public/oops.html", prefix="public/")
    assert world.visit(site).get("/secret.html").status == 403
    assert world.visit(site).get("/secret.html").body == b"sorry"
    assert world.visit(site).get("/missing.html").status == 404


def test_private_bucket(world: World) -> None:
    """A bucket without a public policy answers 403, for what it has and has not."""
    site = world.website({"index.html": "root"}, error="index.html")
    world.s3.delete_bucket_policy(Bucket=site)
    visitor = world.visit(site)
    assert [visitor.get(path).status for path in ("/", "/index.html", "/missing")] == [403, 403, 403]
    assert visitor.get("/")["x-amz-error-code"] == "AccessDenied"
    assert b"root" not in visitor.get("/").body


def test_restricted_bucket(world: World) -> None:
    """The public access block closes a bucket whose policy is public, and opens it again when it is gone."""
    site = world.website({"index.html": "root"})
    world.s3.put_public_access_block(
        Bucket=site, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True, "BlockPublicPolicy": True}
    )
    before = world.visit(site).get("/").status
    world.s3.delete_public_access_block(Bucket=site)
    assert (before, world.visit(site).get("/").status) == (403, 200)


def test_bucket_that_is_no_website(world: World) -> None:
    """A bucket without website settings is 404."""
    reply = world.visit(world.bucket({"index.html": "root"})).get("/")
    assert (reply.status, reply["x-amz-error-code"]) == (404, "NoSuchWebsiteConfiguration")


def test_no_such_bucket(world: World) -> None:
    """A bucket that does not exist is 404."""
    reply = world.visit("no-such-bucket").get("/")
    assert (reply.status, reply["x-amz-error-code"]) == (404, "NoSuchBucket")
    assert b"<li>BucketName: no-such-bucket</li>" in reply.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods(world: World, method: str) -> None:
    """A website endpoint takes GET and HEAD only."""
    reply = world.visit(world.website({"index.html": "root"})).get("/index.html", method, Content_Length="0")
    assert (reply.status, reply["x-amz-error-code"]) == (405, "MethodNotAllowed")


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/docs", 302), ("/missing", 404)])
def test_head(world: World, path: str, status: int) -> None:
    """HEAD answers as GET does, without the body."""
    visitor = world.visit(world.website({"index.html": "root", "docs/index.html": "docs"}))
    reply = visitor.get(path, "HEAD")
    assert (reply.status, reply.body) == (status, b"")
    assert reply["Content-Length"] == visitor.get(path)["Content-Length"]


def test_range(world: World) -> None:
    """A part of an object can be had, and a part beyond its end can't."""
    visitor = world.visit(world.website({"index.html": "0123456789"}))
    part = visitor.get("/", Range="bytes=2-4")
    assert (part.status, part["Content-Range"], part.body) == (206, "bytes 2-4/10", b"234")
    beyond = visitor.get("/", Range="bytes=20-")
    assert (beyond.status, beyond["x-amz-error-code"]) == (416, "InvalidRange")


def test_conditional_request(world: World) -> None:
    """Who has the current version is told so, whichever way it is asked."""
    visitor = world.visit(world.website({"index.html": "root"}))
    first = visitor.get("/")
    again = visitor.get("/", If_None_Match=str(first["ETag"]))
    assert (again.status, again.body, again["ETag"]) == (304, b"", first["ETag"])
    assert visitor.get("/", If_Modified_Since=str(first["Last-Modified"])).status == 304
    assert visitor.get("/", If_None_Match='"other"').status == 200


def test_redirect_of_an_object(world: World) -> None:
    """An object with a redirect location is 301 to it."""
    site = world.website({})
    world.s3.put_object(Bucket=site, Key="old.html", WebsiteRedirectLocation="/new.html")
    reply = world.visit(site).get("/old.html")
    assert (reply.status, reply["Location"]) == (301, "/new.html")


def test_path_that_is_not_utf8(world: World) -> None:
    """Bytes that are no text name no key."""
    assert world.visit(world.website({"index.html": "root"})).get("/%FF").status == 400


def test_cors(world: World) -> None:
    """The bucket's CORS rules decide about requests from other sites."""
    site = world.website({"index.html": "root"})
    world.s3.put_bucket_cors(
        Bucket=site,
        CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 60}]},
    )
    visitor = world.visit(site)
    assert visitor.get("/", Origin="https://a.test")["Access-Control-Allow-Origin"] == "*"
    asked = visitor.get("/", "OPTIONS", Origin="https://a.test", Access_Control_Request_Method="GET")
    assert (asked.status, asked["Access-Control-Max-Age"]) == (200, "60")
    refused = visitor.get("/", "OPTIONS", Origin="https://a.test", Access_Control_Request_Method="PUT")
    assert (refused.status, refused["x-amz-error-code"]) == (403, "AccessForbidden")


def test_no_cors(world: World) -> None:
    """A bucket without CORS rules allows nothing, and a preflight needs an origin."""
    visitor = world.visit(world.website({"index.html": "root"}))
    assert visitor.get("/", Origin="https://a.test")["Access-Control-Allow-Origin"] is None
    assert visitor.get("/", "OPTIONS", Origin="https://a.test", Access_Control_Request_Method="GET").status == 403
    assert visitor.get("/", "OPTIONS").status == 400
