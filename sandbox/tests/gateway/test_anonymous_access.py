from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.gateway.anonymous_access import Visitor, visitor_of

PUBLIC: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::site/*",
}


def visitor(*statements: dict[str, Any], restricted: bool = False) -> Visitor:
    """Return the visitor of a bucket with these policy statements."""
    return visitor_of(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), restricted=restricted)


def test_no_policy_lets_nobody_in() -> None:
    """A bucket without a policy is private."""
    nobody = visitor_of("", restricted=False)
    assert not nobody.may_read_something()
    assert not nobody.may_read("site", "index.html")


@pytest.mark.parametrize(
    "grant",
    [
        {},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"AWS": ["arn:aws:iam::123456789012:root", "*"]}},
        {"Action": ["s3:ListBucket", "S3:getobject"]},
        {"Action": "s3:Get*"},
        {"Action": "*"},
        {"Resource": ["arn:aws:s3:::other/*", "arn:aws:s3:::site/index.????"]},
        {"Condition": {}},
    ],
)
def test_a_grant_to_everybody_lets_the_visitor_read(grant: dict[str, Any]) -> None:
    """Everybody can be written in several ways, and actions and resources hold wildcards."""
    assert visitor({**PUBLIC, **grant}).may_read("site", "index.html")


@pytest.mark.parametrize(
    "grant",
    [
        {"Principal": {"Service": "cloudfront.amazonaws.com"}},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
        {"Principal": None},
        {"Action": "s3:PutObject"},
        {"Action": "s3:GetObjectVersion"},
        {"Resource": "arn:aws:s3:::site"},
        {"Resource": "arn:aws:s3:::site/docs/*"},
        {"Resource": "arn:aws:s3:::site/[i]ndex.html"},
        {"Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:cloudfront::1:distribution/E1"}}},
        {"Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}},
    ],
)
def test_other_grants_do_not(grant: dict[str, Any]) -> None:
    """Grants to others, of other actions or objects, or under any condition do not open the object."""
    assert not visitor({**PUBLIC, **grant}).may_read("site", "index.html")


@pytest.mark.parametrize(
    "refusal",
    [
        {},
        {"Principal": {"AWS": "*"}},
        {"NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}, "Principal": None},
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    ],
)
def test_a_refusal_wins(refusal: dict[str, Any]) -> None:
    """Deny beats Allow, and its condition is taken for fulfilled."""
    deny = {**PUBLIC, "Effect": "Deny", "Resource": "arn:aws:s3:::site/secret*", **refusal}
    someone = visitor(PUBLIC, deny)
    assert not someone.may_read("site", "secret.html")
    assert someone.may_read("site", "index.html")


def test_everything_but_the_named() -> None:
    """NotAction and NotResource cover what they do not name."""
    grant = {"Effect": "Allow", "Principal": "*", "NotAction": "s3:Put*", "NotResource": "arn:aws:s3:::site/secret*"}
    assert visitor(grant).may_read("site", "index.html")
    assert not visitor(grant).may_read("site", "secret.html")


def test_restricted_bucket_lets_nobody_in() -> None:
    """RestrictPublicBuckets takes back what the policy gives to the public."""
    someone = visitor(PUBLIC, restricted=True)
    assert not someone.may_read_something()
    assert not someone.may_read("site", "index.html")


def test_statement_without_a_list() -> None:
    """A policy's only statement may stand without brackets."""
    policy = json.dumps({"Statement": PUBLIC})
    assert visitor_of(policy, restricted=False).may_read("site", "index.html")


def test_public_in_part_is_public() -> None:
    """A bucket of which one folder is public is public, though not all of it can be read."""
    someone = visitor({**PUBLIC, "Resource": "arn:aws:s3:::site/docs/*"})
    assert someone.may_read_something()
    assert not someone.may_read("site", "index.html")
