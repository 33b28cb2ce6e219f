"""What a distribution gets from its bucket, by the right to read and the right to list in the bucket's policy."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.tests.gateway.conftest import NUMBERS

if TYPE_CHECKING:
    from sandbox.tests.gateway.conftest import Account, Browser

PAGES = {"index.html": "root", "docs/a.html": "a", "hidden/b.html": "b"}
# A function that maps the root to a file, as a distribution with the right to list needs.
ROOT = """function handler(event) {
  const request = event.request;
  if (request.uri === '/') request.uri = '/index.html';
  return request;
}"""
LISTING = b"<ListBucketResult"
QUERIES = ("/", "/?list-type=2&prefix=", "/?list-type=2&prefix=docs/", "/?prefix=docs/", "/?max-keys=1")


def read(bucket: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - of a policy
    """Return the statement that allows reading all objects but those under `hidden/`."""
    return {"Action": "s3:GetObject", "NotResource": f"arn:aws:s3:::{bucket}/hidden/*", **changes}


def list_bucket(bucket: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - of a policy
    """Return the statement that allows listing the bucket."""
    return {"Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}", **changes}


def visit(
    account: Account,
    *grants: Any,  # noqa: ANN401 - functions of the bucket's name
    condition: dict[str, Any] | None = None,
    signs: bool = True,
    **settings: Any,  # noqa: ANN401 - CloudFront's own shapes
) -> Browser:
    """Return a browser of a new distribution with these statements in its bucket's policy."""
    bucket = account.bucket(PAGES)
    distribution = account.distribution(bucket, **({} if signs else unsigned(bucket)), **settings)
    account.s3.delete_public_access_block(Bucket=bucket)
    own_arn = {"StringEquals": {"AWS:SourceArn": distribution["ARN"]}}
    common = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Condition": own_arn if condition is None else condition,
    }
    statements = [{**common, **grant(bucket)} for grant in grants]
    document = {"Version": "2012-10-17", "Statement": statements}
    account.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))
    return account.browser(distribution)


def unsigned(bucket: str) -> dict[str, Any]:
    """Return the setting of a distribution that reads the bucket without an origin access control."""
    domain = f"{bucket}.s3.us-east-1.amazonaws.com"
    origin = {"Id": "bucket", "DomainName": domain, "S3OriginConfig": {"OriginAccessIdentity": ""}}
    return {"Origins": {"Quantity": 1, "Items": [origin]}}


def forwarding(account: Account) -> dict[str, Any]:
    """Return the setting of a behavior that forwards the query string to S3."""
    created = account.cloudfront.create_origin_request_policy(
        OriginRequestPolicyConfig={
            "Name": f"queries-{next(NUMBERS)}",
            "HeadersConfig": {"HeaderBehavior": "none"},
            "CookiesConfig": {"CookieBehavior": "none"},
            "QueryStringsConfig": {"QueryStringBehavior": "all"},
        }
    )
    return {"OriginRequestPolicyId": created["OriginRequestPolicy"]["Id"]}


@pytest.mark.parametrize(("grants", "status"), [((read,), 403), ((read, list_bucket), 404)])
@pytest.mark.parametrize("path", ["/missing.html", "/docs/", "//", "//index.html", "/%2Findex.html", "/docs"])
def test_missing_key(account: Account, grants: tuple[Any, ...], status: int, path: str) -> None:
    """A missing key is 404 with the right to list, and else 403; a second slash is part of the key."""
    reply = visit(account, *grants).get(path)
    assert (reply.status, LISTING in reply.body) == (status, False)
    assert (b"<Code>NoSuchKey</Code>" in reply.body) == (status == 404)


@pytest.mark.parametrize(("grants", "status"), [((read,), 403), ((read, list_bucket), 404)])
def test_missing_key_with_head(account: Account, grants: tuple[Any, ...], status: int) -> None:
    """HEAD has the same status."""
    reply = visit(account, *grants).get("/missing.html", "HEAD")
    assert (reply.status, reply.body) == (status, b"")


def test_existing_keys(account: Account) -> None:
    """The right to list makes no difference for keys that exist."""
    for grants in ((read,), (read, list_bucket)):
        browser = visit(account, *grants)
        assert [browser.get(path).body for path in ("/index.html", "/docs/a.html")] == [b"root", b"a"]
        assert browser.get("/docs/a.html", "HEAD").status == 200


def test_keys_that_may_not_be_read(account: Account) -> None:
    """A key that may not be read is 403, whether or not it exists."""
    browser = visit(account, read, list_bucket)
    assert [browser.get(path).status for path in ("/hidden/b.html", "/hidden/missing.html")] == [403, 403]


OTHER = {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::000000000000:distribution/EOTHER"}}
ACCOUNT = {"ArnLike": {"AWS:SourceArn": "arn:aws:cloudfront::000000000000:distribution/*"}}


@pytest.mark.parametrize(
    ("condition", "statuses"), [(OTHER, [403, 403, 403]), (ACCOUNT, [200, 404, 200]), ({}, [200, 404, 200])]
)
def test_source_arn_condition(account: Account, condition: dict[str, Any], statuses: list[int]) -> None:
    """Statements for another distribution do not apply; those for the account, or without a condition, do."""
    browser = visit(account, read, list_bucket, condition=condition, DefaultRootObject="")
    assert [browser.get(path).status for path in ("/index.html", "/missing.html", "/")] == statuses


def test_distribution_without_origin_access_control(account: Account) -> None:
    """Its requests are anonymous, so only statements for everyone apply."""
    browser = visit(account, read, list_bucket, condition={}, signs=False, DefaultRootObject="")
    assert [browser.get(path).status for path in ("/index.html", "/missing.html", "/")] == [403, 403, 403]
    public: dict[str, Any] = {"Principal": "*", "Condition": {}}
    browser = visit(account, partial(read, **public), partial(list_bucket, **public), signs=False, DefaultRootObject="")
    assert [browser.get(path).status for path in ("/index.html", "/missing.html", "/")] == [200, 404, 200]


@pytest.mark.parametrize("path", QUERIES)
def test_root_lists_the_bucket(account: Account, path: str) -> None:
    """Without a default root object or a function, `/` lists the bucket for any viewer."""
    browser = visit(account, read, list_bucket, DefaultRootObject="", behavior=forwarding(account))
    reply = browser.get(path)
    assert (reply.status, LISTING in reply.body) == (200, True)
    assert (b"<Key>hidden/b.html</Key>" in reply.body) == ("docs" not in path and "max-keys" not in path)
    assert (browser.get(path, "HEAD").status, browser.get(path, "HEAD").body) == (200, b"")


def test_root_without_the_right_to_list(account: Account) -> None:
    """Without the right, `/` is 403, and so is every other request for the bucket itself."""
    denied = visit(account, read, DefaultRootObject="", behavior=forwarding(account))
    assert [denied.get(path).status for path in QUERIES] == [403] * len(QUERIES)
    allowed = visit(account, read, list_bucket, DefaultRootObject="", behavior=forwarding(account))
    assert [allowed.get(f"/?{name}").status for name in ("policy", "versions", "uploads", "acl")] == [403] * 4


def test_query_that_is_not_forwarded(account: Account) -> None:
    """S3 gets the query string only if a policy of the behavior forwards it."""
    browser = visit(account, read, list_bucket, DefaultRootObject="")
    assert b"<Key>hidden/b.html</Key>" in browser.get("/?prefix=docs/").body


@pytest.mark.parametrize("path", [*QUERIES, "//", "/?", "/%2F", "//?list-type=2&prefix="])
@pytest.mark.parametrize("guard", ["function", "default root object"])
def test_listing_is_prevented(account: Account, path: str, guard: str) -> None:
    """With a function that rewrites `/`, or with a default root object, no path lists the bucket."""
    behavior = forwarding(account) | (account.function(ROOT) if guard == "function" else {})
    root = "" if guard == "function" else "index.html"
    reply = visit(account, read, list_bucket, behavior=behavior, DefaultRootObject=root).get(path)
    is_root = path.partition("?")[0] == "/"
    assert (reply.status, reply.body == b"root") == ((200, True) if is_root else (404, False))
    assert LISTING not in reply.body
