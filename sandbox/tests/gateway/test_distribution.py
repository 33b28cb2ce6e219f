from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.tests.gateway.conftest import Browser

if TYPE_CHECKING:
    from sandbox.tests.gateway.conftest import Account

LONG = "<p>Static hosting</p>\n" * 100


def fallback(*codes: int, page: str = "/", status: int = 200) -> dict[str, Any]:
    """Return custom error responses with one page for these codes."""
    items = [{"ErrorCode": code, "ResponsePagePath": page, "ResponseCode": str(status)} for code in codes]
    return {"CustomErrorResponses": {"Quantity": len(items), "Items": items}}


def test_private_bucket(account: Account) -> None:
    """The distribution may read what visitors may not, and the root is its default root object."""
    bucket = account.bucket({"index.html": "root", "docs/a.html": "a"})
    browser = account.browser(account.distribution(bucket))
    assert (browser.get("/").status, browser.get("/").body) == (200, b"root")
    assert browser.get("/docs/a.html").body == b"a"
    assert account.website_browser(bucket).get("/").status == 404


def test_missing_key_is_403(account: Account) -> None:
    """S3 does not reveal a missing key to a distribution that may not list the bucket."""
    browser = account.browser(account.distribution(account.bucket({"index.html": "root"})))
    assert [browser.get(path).status for path in ("/missing", "/docs/")] == [403, 403]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_error_page_at_the_root(account: Account, method: str) -> None:
    """The custom error page `/` is the default root object, with the configured status."""
    browser = account.browser(account.distribution(account.bucket({"index.html": "root"}), **fallback(400, 403, 404)))
    reply = browser.get("/client/route?a=b", method, Range="bytes=1-2", If_None_Match="*")
    assert (reply.status, reply["Content-Length"]) == (200, "4")
    assert reply.body == (b"root" if method == "GET" else b"")


def test_error_page_with_its_own_status(account: Account) -> None:
    """A custom error page can have an error's status."""
    settings = fallback(403, page="/404.html", status=404)
    browser = account.browser(account.distribution(account.bucket({"404.html": "nothing here"}), **settings))
    assert (browser.get("/missing").status, browser.get("/missing").body) == (404, b"nothing here")


def test_missing_error_page(account: Account) -> None:
    """If the custom error page is missing, the viewer gets the error of that request."""
    browser = account.browser(account.distribution(account.bucket(), **fallback(403)))
    assert browser.get("/missing").status == 403


def test_rejected_method_has_no_error_page(account: Account) -> None:
    """CloudFront's own rejection does not get the custom error page."""
    browser = account.browser(account.distribution(account.bucket({"index.html": "root"}), **fallback(403)))
    reply = browser.get("/", "POST", Content_Length="0")
    assert reply.status == 403
    assert b"root" not in reply.body


def test_conditional_requests_and_ranges(account: Account) -> None:
    """Validators and ranges reach the bucket."""
    browser = account.browser(account.distribution(account.bucket({"index.html": "0123456789"})))
    first = browser.get("/")
    again = browser.get("/", If_None_Match=str(first["ETag"]))
    assert (again.status, again.body) == (304, b"")
    assert browser.get("/", Range="bytes=2-4").body == b"234"


def test_keys_with_spaces_and_plus_signs(account: Account) -> None:
    """`+` in a path is a space for S3's REST endpoint; percent-encoded it is a plus sign."""
    browser = account.browser(
        account.distribution(account.bucket({"a b.html": "space", "a+b.html": "plus", "ü.html": "ü"}))
    )
    paths = ("/a%20b.html", "/a+b.html", "/a%2Bb.html", "/%C3%BC.html")
    assert [browser.get(path).body.decode() for path in paths] == ["space", "space", "plus", "ü"]


def test_text_is_compressed(account: Account) -> None:
    """Text is gzipped for browsers that accept it, with a weak ETag that still validates."""
    browser = account.browser(account.distribution(account.bucket({"index.html": LONG})))
    plain, compressed = browser.get("/"), browser.get("/", Accept_Encoding="gzip, deflate")
    assert gzip.decompress(compressed.body) == plain.body == LONG.encode()
    assert (compressed["Content-Encoding"], compressed["Vary"]) == ("gzip", "Accept-Encoding")
    assert (compressed["Content-Length"], compressed["ETag"]) == (str(len(compressed.body)), f"W/{plain['ETag']}")
    assert plain["Content-Encoding"] is None
    assert browser.get("/", Accept_Encoding="gzip", If_None_Match=str(compressed["ETag"])).status == 304


def test_compression_can_be_off(account: Account) -> None:
    """A distribution without compression sends the object as it is."""
    distribution = account.distribution(account.bucket({"index.html": LONG}), behavior={"Compress": False})
    assert account.browser(distribution).get("/", Accept_Encoding="gzip").body == LONG.encode()


@pytest.mark.parametrize("accepted", ["", "gzip", "br, gzip"])
def test_compressed_object_is_sent_as_it_is(account: Account, accepted: str) -> None:
    """An object with an encoding is not compressed again, whatever the browser accepts; so does a website endpoint."""
    bucket, site = account.bucket(), account.website({})
    for name in (bucket, site):
        account.s3.put_object(
            Bucket=name, Key="app.js.br", Body=LONG.encode(), ContentType="text/javascript", ContentEncoding="br"
        )
    for browser in (account.browser(account.distribution(bucket)), account.website_browser(site)):
        reply = browser.get("/app.js.br", Accept_Encoding=accepted)
        assert (reply["Content-Encoding"], reply["Content-Type"]) == ("br", "text/javascript")
        assert reply.body == LONG.encode()


def test_error_page_is_compressed(account: Account) -> None:
    """A custom error page is compressed like any other page."""
    browser = account.browser(account.distribution(account.bucket({"index.html": LONG}), **fallback(403)))
    assert gzip.decompress(browser.get("/route", Accept_Encoding="gzip").body) == LONG.encode()


def test_plain_http_is_redirected(account: Account) -> None:
    """The gateway requests HTTPS, unless the browser says that its connection was not encrypted."""
    distribution = account.distribution(account.bucket({"index.html": "root"}))
    reply = account.browser(distribution).get("/docs?a=b", X_Forwarded_Proto="http")
    assert (reply.status, reply["Location"]) == (301, f"https://{distribution['DomainName']}/docs?a=b")


def test_response_headers_policy(account: Account) -> None:
    """A header without override is added only if the object has none."""
    created = account.cloudfront.create_response_headers_policy(
        ResponseHeadersPolicyConfig={
            "Name": "revalidate",
            "CustomHeadersConfig": {
                "Quantity": 1,
                "Items": [{"Header": "Cache-Control", "Value": "max-age=0", "Override": False}],
            },
        }
    )
    bucket = account.bucket({"index.html": "root"})
    account.s3.put_object(Bucket=bucket, Key="app.js", Body=b"let a", CacheControl="immutable")
    policy = {"ResponseHeadersPolicyId": created["ResponseHeadersPolicy"]["Id"]}
    browser = account.browser(account.distribution(bucket, behavior=policy))
    assert (browser.get("/")["Cache-Control"], browser.get("/app.js")["Cache-Control"]) == ("max-age=0", "immutable")


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
def test_managed_response_headers_policies(account: Account, policy: str, allowed: str | None) -> None:
    """Both add the same security headers to each response; one adds CORS headers to requests with an Origin."""
    behavior = {"ResponseHeadersPolicyId": policy}
    browser = account.browser(
        account.distribution(account.bucket({"index.html": "root"}), behavior=behavior, **fallback(403))
    )
    for path in ("/", "/nowhere"):
        plain, cross_origin = browser.get(path), browser.get(path, Origin="https://app.example")
        assert {name: plain[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert {name: cross_origin[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert (plain["Access-Control-Allow-Origin"], cross_origin["Access-Control-Allow-Origin"]) == (None, allowed)
        assert cross_origin["Access-Control-Allow-Methods"] is None
    # This response was cached, and the policy's headers are added to cached responses too.
    assert cross_origin["X-Cache"] == "Error from cloudfront"
    assert browser.get("/")["X-Cache"] == "Hit from cloudfront"


FRAMED = """function handler(event) {
  event.response.headers['x-frame-options'] = { value: 'DENY' };
  event.response.headers['x-xss-protection'] = { value: '0' };
  return event.response;
}"""


def test_viewer_response_function_runs_after_the_policy(account: Account) -> None:
    """A function's headers replace those of the policy.

    https://aws.amazon.com/blogs/networking-and-content-delivery/amazon-cloudfront-introduces-response-headers-policies/
    """
    behavior = {
        "ResponseHeadersPolicyId": "67f7725c-6f97-4210-82d7-5512b31e9d03",
        **account.function(FRAMED, event="viewer-response"),
    }
    reply = account.browser(account.distribution(account.bucket({"index.html": "root"}), behavior=behavior)).get("/")
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
def test_managed_cache_policies(account: Account, policy: str, source: str, encoding: str | None) -> None:
    """CachingOptimized caches and compresses, its variant only caches, and CachingDisabled does neither."""
    distribution = account.distribution(account.bucket({"index.html": LONG}), behavior={"CachePolicyId": policy})
    browser = account.browser(distribution)
    replies = [browser.get("/", Accept_Encoding="gzip") for _ in range(2)]
    assert [reply["X-Cache"] for reply in replies] == [MISS, source]
    assert replies[0]["Content-Encoding"] == encoding


def test_disabled_distribution(account: Account) -> None:
    """A disabled distribution answers nothing."""
    reply = account.browser(account.distribution(account.bucket({"index.html": "root"}), Enabled=False)).get("/")
    assert reply.status == 403
    assert b"root" not in reply.body


def test_unknown_distribution(account: Account) -> None:
    """A domain without a distribution answers nothing, and does not list the buckets."""
    reply = account.browser({"DomainName": "d0000000000000.cloudfront.net"}).get("/")
    assert reply.status == 403
    assert b"Bucket" not in reply.body


def test_aliases(account: Account) -> None:
    """A host that an alias covers gets the same response as the distribution's own domain."""
    bucket = account.bucket({"index.html": "home"})
    names = {"Quantity": 2, "Items": ["www.gateway.example", "*.wild.gateway.example"]}
    account.distribution(bucket, Aliases=names)
    for host in (
        "www.gateway.example",
        "WWW.gateway.example:8080",
        "a.wild.gateway.example",
        "a.b.wild.gateway.example",
    ):
        assert Browser(account.port, host).get("/").body == b"home"
    for host in ("gateway.example", "wild.gateway.example", "10.0.0.1"):
        assert Browser(account.port, host).get("/").status == 404


def test_the_more_specific_alias_answers(account: Account) -> None:
    """A name on one distribution comes before the wildcard on another one, whichever was created first."""
    for number, order in enumerate((("www", "*"), ("*", "www"))):
        domain = f"d{number}.specific.example"
        for label in order:
            bucket = account.bucket({"index.html": label})
            account.distribution(bucket, Aliases={"Quantity": 1, "Items": [f"{label}.{domain}"]})
        answers = [Browser(account.port, f"{host}.{domain}").get("/").body for host in ("www", "pr-7")]
        assert answers == [b"www", b"*"]


def test_alias_of_a_disabled_distribution(account: Account) -> None:
    """It is rejected like the distribution's own domain."""
    bucket = account.bucket({"index.html": "home"})
    account.distribution(bucket, Enabled=False, Aliases={"Quantity": 1, "Items": ["off.gateway.example"]})
    assert Browser(account.port, "off.gateway.example").get("/").status == 403
