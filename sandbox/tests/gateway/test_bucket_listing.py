"""What a distribution gets of its bucket, by the bucket's policy."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.tests.gateway.conftest import NUMBERS

if TYPE_CHECKING:
    from sandbox.tests.gateway.conftest import Browser, World

PAGES = {"index.html": "root", "docs/a.html": "a", "hidden/b.html": "b"}
# What hosting's functions do with the paths that could ask for the bucket itself.
ROOT = """function handler(event) {
  const request = event.request;
  if (request.uri === '/') request.uri = '/index.html';
  return request;
}"""
LISTED = b"<ListBucketResult"
QUERIES = ("/", "/?list-type=2&prefix=", "/?list-type=2&prefix=docs/", "/?prefix=docs/", "/?max-keys=1")


def read(bucket: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - of a policy
    """Return the statement that grants reading all objects but those under `hidden/`."""
    return {"Action": "s3:GetObject", "NotResource": f"arn:aws:s3:::{bucket}/hidden/*", **changes}


def list_(bucket: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - of a policy
    """Return the statement that grants listing the bucket."""
    return {"Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}", **changes}


def visited(
    world: World,
    *grants: Any,  # noqa: ANN401 - functions of the bucket's name
    condition: dict[str, Any] | None = None,
    signs: bool = True,
    **settings: Any,  # noqa: ANN401 - CloudFront's own shapes
) -> Browser:
    """Return a visitor of a new distribution, to which the bucket's policy grants this."""
    bucket = world.bucket(PAGES)
    distribution = world.distribution(bucket, **({} if signs else unsigned(bucket)), **settings)
    world.s3.delete_public_access_block(Bucket=bucket)
    own = {"StringEquals": {"AWS:SourceArn": distribution["ARN"]}}
    common = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Condition": own if condition is None else condition,
    }
    statements = [{**common, **grant(bucket)} for grant in grants]
    document = {"Version": "2012-10-17", "Statement": statements}
    world.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))
    return world.through(distribution)


def unsigned(bucket: str) -> dict[str, Any]:
    """Return the setting of a distribution that reads the bucket without an origin access control."""
    domain = f"{bucket}.s3.us-east-1.amazonaws.com"
    origin = {"Id": "bucket", "DomainName": domain, "S3OriginConfig": {"OriginAccessIdentity": ""}}
    return {"Origins": {"Quantity": 1, "Items": [origin]}}


def forwarding(world: World) -> dict[str, Any]:
    """Return what a behavior has so that S3 gets the visitor's query."""
    made = world.cloudfront.create_origin_request_policy(
        OriginRequestPolicyConfig={
            "Name": f"queries-{next(NUMBERS)}",
            "HeadersConfig": {"HeaderBehavior": "none"},
            "CookiesConfig": {"CookieBehavior": "none"},
            "QueryStringsConfig": {"QueryStringBehavior": "all"},
        }
    )
    return {"OriginRequestPolicyId": made["OriginRequestPolicy"]["Id"]}


@pytest.mark.parametrize(("grants", "status"), [((read,), 403), ((read, list_), 404)])
@pytest.mark.parametrize("path", ["/missing.html", "/docs/", "//", "//index.html", "/%2Findex.html", "/docs"])
def test_a_missing_key(world: World, grants: tuple[Any, ...], status: int, path: str) -> None:
    """S3 says that a key does not exist only to who may list the bucket; a second slash is part of the key."""
    reply = visited(world, *grants).get(path)
    assert (reply.status, LISTED in reply.body) == (status, False)
    assert (b"<Code>NoSuchKey</Code>" in reply.body) == (status == 404)


@pytest.mark.parametrize(("grants", "status"), [((read,), 403), ((read, list_), 404)])
def test_a_missing_key_without_its_body(world: World, grants: tuple[Any, ...], status: int) -> None:
    """HEAD has the same status."""
    reply = visited(world, *grants).get("/missing.html", "HEAD")
    assert (reply.status, reply.body) == (status, b"")


def test_an_object_is_found_with_and_without_the_list(world: World) -> None:
    """Listing changes nothing for the keys that exist."""
    for grants in ((read,), (read, list_)):
        visitor = visited(world, *grants)
        assert [visitor.get(path).body for path in ("/index.html", "/docs/a.html")] == [b"root", b"a"]
        assert visitor.get("/docs/a.html", "HEAD").status == 200


def test_what_the_policy_hides_stays_hidden(world: World) -> None:
    """A key that may not be read is 403, whether or not it exists."""
    visitor = visited(world, read, list_)
    assert [visitor.get(path).status for path in ("/hidden/b.html", "/hidden/missing.html")] == [403, 403]


OTHER = {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::000000000000:distribution/EOTHER"}}
ACCOUNT = {"ArnLike": {"AWS:SourceArn": "arn:aws:cloudfront::000000000000:distribution/*"}}


@pytest.mark.parametrize(
    ("condition", "statuses"), [(OTHER, [403, 403, 403]), (ACCOUNT, [200, 404, 200]), ({}, [200, 404, 200])]
)
def test_the_distribution_that_the_policy_names(world: World, condition: dict[str, Any], statuses: list[int]) -> None:
    """A grant to another distribution is not for this one; a grant to all of the account, or to all, is."""
    visitor = visited(world, read, list_, condition=condition, DefaultRootObject="")
    assert [visitor.get(path).status for path in ("/index.html", "/missing.html", "/")] == statuses


def test_a_distribution_that_does_not_sign_is_refused(world: World) -> None:
    """Without an origin access control its requests are anonymous, and a grant to CloudFront is not for them."""
    visitor = visited(world, read, list_, condition={}, signs=False, DefaultRootObject="")
    assert [visitor.get(path).status for path in ("/index.html", "/missing.html", "/")] == [403, 403, 403]
    public: dict[str, Any] = {"Principal": "*", "Condition": {}}
    visitor = visited(world, partial(read, **public), partial(list_, **public), signs=False, DefaultRootObject="")
    assert [visitor.get(path).status for path in ("/index.html", "/missing.html", "/")] == [200, 404, 200]


@pytest.mark.parametrize("path", QUERIES)
def test_the_danger_of_the_right_to_list(world: World, path: str) -> None:
    """Without a default root object or a function, `/` is the bucket itself, and anyone can list it."""
    visitor = visited(world, read, list_, DefaultRootObject="", behavior=forwarding(world))
    reply = visitor.get(path)
    assert (reply.status, LISTED in reply.body) == (200, True)
    assert (b"<Key>hidden/b.html</Key>" in reply.body) == ("docs" not in path and "max-keys" not in path)
    assert (visitor.get(path, "HEAD").status, visitor.get(path, "HEAD").body) == (200, b"")


def test_the_list_is_for_who_may_list(world: World) -> None:
    """Without the right, `/` is 403, as is everything else that a query can ask of a bucket."""
    closed = visited(world, read, DefaultRootObject="", behavior=forwarding(world))
    assert [closed.get(path).status for path in QUERIES] == [403] * len(QUERIES)
    open_ = visited(world, read, list_, DefaultRootObject="", behavior=forwarding(world))
    assert [open_.get(f"/?{name}").status for name in ("policy", "versions", "uploads", "acl")] == [403] * 4


def test_a_query_that_is_not_forwarded_asks_for_nothing(world: World) -> None:
    """S3 gets the query only if a policy of the behavior says so."""
    visitor = visited(world, read, list_, DefaultRootObject="")
    assert b"<Key>hidden/b.html</Key>" in visitor.get("/?prefix=docs/").body


@pytest.mark.parametrize("path", [*QUERIES, "//", "/?", "/%2F", "//?list-type=2&prefix="])
@pytest.mark.parametrize("guard", ["function", "default root object"])
def test_listing_stays_closed(world: World, path: str, guard: str) -> None:
    """With a function that rewrites `/`, or a default root object, no path lists the bucket."""
    own = forwarding(world) | (world.function(ROOT) if guard == "function" else {})
    root = "" if guard == "function" else "index.html"
    reply = visited(world, read, list_, behavior=own, DefaultRootObject=root).get(path)
    is_root = path.partition("?")[0] == "/"
    assert (reply.status, reply.body == b"root") == ((200, True) if is_root else (404, False))
    assert LISTED not in reply.body
