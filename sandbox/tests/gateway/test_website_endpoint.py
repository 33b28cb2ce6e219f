from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.gateway.website_endpoint import object_key

if TYPE_CHECKING:
    from sandbox.tests.gateway.conftest import Account


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
    """Percent-encoding is decoded once, and a plus sign stays one."""
    assert object_key(path) == key


def test_object(account: Account) -> None:
    """An object has its own headers, and none that the emulator adds."""
    site = account.website({})
    account.s3.put_object(
        Bucket=site,
        Key="app.js",
        Body=b"let a",
        ContentType="text/javascript; charset=utf-8",
        CacheControl="max-age=9",
        Metadata={"origin": "test"},
    )
    reply = account.website_browser(site).get("/app.js")
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
def test_keys_of_all_kinds(account: Account, key: str, region: str) -> None:
    """Keys with spaces, plus signs and other scripts are found, at both forms of the endpoint."""
    site = account.website({key: "here"})
    browser = type(account.website_browser(site))(account.port, f"{site}.s3-website{region}.amazonaws.com:80")
    path = "/" + "".join(c if c.isascii() and c.isalnum() else "".join(f"%{b:02X}" for b in c.encode()) for c in key)
    assert browser.get(path + "?query=ignored").body == b"here"


def test_index_document_in_every_folder(account: Account) -> None:
    """The root and each folder return their index document."""
    browser = account.website_browser(account.website({"index.html": "root", "docs/index.html": "docs"}))
    assert browser.get("/").body == b"root"
    assert browser.get("/docs/").body == b"docs"


def test_folder_without_slash(account: Account) -> None:
    """A folder without its slash redirects to it."""
    browser = account.website_browser(account.website({"dö cs/index.html": "docs"}))
    reply = browser.get("/d%C3%B6%20cs?a=b")
    assert (reply.status, reply["Location"], reply.body) == (302, "/d%C3%B6%20cs/", b"")


def test_object_named_like_a_folder(account: Account) -> None:
    """An object takes precedence over the folder of the same name."""
    browser = account.website_browser(account.website({"docs": "object", "docs/index.html": "folder"}))
    assert browser.get("/docs").body == b"object"


def test_missing_key(account: Account) -> None:
    """A missing key is 404 though the visitor may not list the bucket, and the page names the key."""
    reply = account.website_browser(account.website({"index.html": "root"})).get("/no<such>page")
    assert reply.status == 404
    assert reply["Content-Type"] == "text/html; charset=utf-8"
    assert reply["x-amz-error-code"] == "NoSuchKey"
    assert b"<h1>404 Not Found</h1>" in reply.body
    assert b"<li>Key: no&lt;such&gt;page</li>" in reply.body


def test_missing_index_document(account: Account) -> None:
    """A folder without an index document is 404, and the page names the index document."""
    reply = account.website_browser(account.website({"docs/other.html": "docs"})).get("/docs/")
    assert reply.status == 404
    assert b"<li>Key: docs/index.html</li>" in reply.body


def test_error_document(account: Account) -> None:
    """The error document has the status of the error, and its own content type."""
    site = account.website({}, error="oops.txt")
    account.s3.put_object(Bucket=site, Key="oops.txt", Body=b"sorry", ContentType="text/plain; charset=utf-8")
    reply = account.website_browser(site).get("/missing")
    assert (reply.status, reply["Content-Type"], reply.body) == (404, "text/plain; charset=utf-8", b"sorry")


def test_missing_error_document(account: Account) -> None:
    """If the error document is missing itself, the page has both errors."""
    reply = account.website_browser(account.website({}, error="oops.html")).get("/missing")
    assert reply.status == 404
    assert b"An Error Occurred While Attempting to Retrieve a Custom Error Document" in reply.body
    assert b"<li>Key: oops.html</li>" in reply.body


def test_partly_public_bucket(account: Account) -> None:
    """An object that may not be read is 403, with an error document that may be."""
    site = account.website({"public/oops.html": "sorry", "secret.html": "secret"}, "public/oops.html", prefix="public/")
    assert account.website_browser(site).get("/secret.html").status == 403
    assert account.website_browser(site).get("/secret.html").body == b"sorry"
    assert account.website_browser(site).get("/missing.html").status == 404


def test_private_bucket(account: Account) -> None:
    """A bucket without a public policy is 403, whether or not the key exists."""
    site = account.website({"index.html": "root"}, error="index.html")
    account.s3.delete_bucket_policy(Bucket=site)
    browser = account.website_browser(site)
    assert [browser.get(path).status for path in ("/", "/index.html", "/missing")] == [403, 403, 403]
    assert browser.get("/")["x-amz-error-code"] == "AccessDenied"
    assert b"root" not in browser.get("/").body


def test_restricted_bucket(account: Account) -> None:
    """The public access block closes a bucket with a public policy, until it is deleted."""
    site = account.website({"index.html": "root"})
    account.s3.put_public_access_block(
        Bucket=site, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True, "BlockPublicPolicy": True}
    )
    before = account.website_browser(site).get("/").status
    account.s3.delete_public_access_block(Bucket=site)
    assert (before, account.website_browser(site).get("/").status) == (403, 200)


def test_bucket_without_website_configuration(account: Account) -> None:
    """A bucket without a website configuration is 404."""
    reply = account.website_browser(account.bucket({"index.html": "root"})).get("/")
    assert (reply.status, reply["x-amz-error-code"]) == (404, "NoSuchWebsiteConfiguration")


def test_missing_bucket(account: Account) -> None:
    """A bucket that does not exist is 404."""
    reply = account.website_browser("no-such-bucket").get("/")
    assert (reply.status, reply["x-amz-error-code"]) == (404, "NoSuchBucket")
    assert b"<li>BucketName: no-such-bucket</li>" in reply.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods(account: Account, method: str) -> None:
    """A website endpoint allows only GET and HEAD."""
    reply = account.website_browser(account.website({"index.html": "root"})).get(
        "/index.html", method, Content_Length="0"
    )
    assert (reply.status, reply["x-amz-error-code"]) == (405, "MethodNotAllowed")


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/docs", 302), ("/missing", 404)])
def test_head(account: Account, path: str, status: int) -> None:
    """HEAD has the same response as GET, without the body."""
    browser = account.website_browser(account.website({"index.html": "root", "docs/index.html": "docs"}))
    reply = browser.get(path, "HEAD")
    assert (reply.status, reply.body) == (status, b"")
    assert reply["Content-Length"] == browser.get(path)["Content-Length"]


def test_range(account: Account) -> None:
    """A range of an object is returned, and a range beyond its end is rejected."""
    browser = account.website_browser(account.website({"index.html": "0123456789"}))
    part = browser.get("/", Range="bytes=2-4")
    assert (part.status, part["Content-Range"], part.body) == (206, "bytes 2-4/10", b"234")
    beyond = browser.get("/", Range="bytes=20-")
    assert (beyond.status, beyond["x-amz-error-code"]) == (416, "InvalidRange")


def test_conditional_request(account: Account) -> None:
    """A browser with the current version gets 304, whichever header it sends."""
    browser = account.website_browser(account.website({"index.html": "root"}))
    first = browser.get("/")
    again = browser.get("/", If_None_Match=str(first["ETag"]))
    assert (again.status, again.body, again["ETag"]) == (304, b"", first["ETag"])
    assert browser.get("/", If_Modified_Since=str(first["Last-Modified"])).status == 304
    assert browser.get("/", If_None_Match='"other"').status == 200


def test_redirect_of_an_object(account: Account) -> None:
    """An object with a redirect location is 301 to it."""
    site = account.website({})
    account.s3.put_object(Bucket=site, Key="old.html", WebsiteRedirectLocation="/new.html")
    reply = account.website_browser(site).get("/old.html")
    assert (reply.status, reply["Location"]) == (301, "/new.html")


def test_invalid_utf8(account: Account) -> None:
    """A path that is not UTF-8 has no key."""
    assert account.website_browser(account.website({"index.html": "root"})).get("/%FF").status == 400


def test_cors(account: Account) -> None:
    """The bucket's CORS rules apply to requests from other origins."""
    site = account.website({"index.html": "root"})
    account.s3.put_bucket_cors(
        Bucket=site,
        CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 60}]},
    )
    browser = account.website_browser(site)
    assert browser.get("/", Origin="https://a.test")["Access-Control-Allow-Origin"] == "*"
    preflight = browser.get("/", "OPTIONS", Origin="https://a.test", Access_Control_Request_Method="GET")
    assert (preflight.status, preflight["Access-Control-Max-Age"]) == (200, "60")
    rejected = browser.get("/", "OPTIONS", Origin="https://a.test", Access_Control_Request_Method="PUT")
    assert (rejected.status, rejected["x-amz-error-code"]) == (403, "AccessForbidden")


def test_no_cors(account: Account) -> None:
    """A bucket without CORS rules allows nothing, and a preflight needs an Origin."""
    browser = account.website_browser(account.website({"index.html": "root"}))
    assert browser.get("/", Origin="https://a.test")["Access-Control-Allow-Origin"] is None
    assert browser.get("/", "OPTIONS", Origin="https://a.test", Access_Control_Request_Method="GET").status == 403
    assert browser.get("/", "OPTIONS").status == 400
