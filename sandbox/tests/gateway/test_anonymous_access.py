from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.gateway.anonymous_access import AnonymousAccess, access_from_policy

PUBLIC: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::site/*",
}


def access(*statements: dict[str, Any], restricted: bool = False) -> AnonymousAccess:
    """Return the access that these policy statements grant."""
    return access_from_policy(
        json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), restricted=restricted
    )


def test_bucket_without_policy() -> None:
    """A bucket without a policy is private."""
    found = access_from_policy("", restricted=False)
    assert not found.may_read_any()
    assert not found.may_read("site", "index.html")


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
def test_grants_to_everyone(grant: dict[str, Any]) -> None:
    """Everyone can be written in several ways, and actions and resources can have wildcards."""
    assert access({**PUBLIC, **grant}).may_read("site", "index.html")


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
def test_other_grants(grant: dict[str, Any]) -> None:
    """Grants to others, of other actions or objects, or with a condition do not apply."""
    assert not access({**PUBLIC, **grant}).may_read("site", "index.html")


@pytest.mark.parametrize(
    "denial",
    [
        {},
        {"Principal": {"AWS": "*"}},
        {"NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}, "Principal": None},
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    ],
)
def test_deny(denial: dict[str, Any]) -> None:
    """Deny overrides Allow, and its condition counts as fulfilled."""
    deny = {**PUBLIC, "Effect": "Deny", "Resource": "arn:aws:s3:::site/secret*", **denial}
    found = access(PUBLIC, deny)
    assert not found.may_read("site", "secret.html")
    assert found.may_read("site", "index.html")


def test_not_action_and_not_resource() -> None:
    """NotAction and NotResource match what they do not name."""
    grant = {"Effect": "Allow", "Principal": "*", "NotAction": "s3:Put*", "NotResource": "arn:aws:s3:::site/secret*"}
    assert access(grant).may_read("site", "index.html")
    assert not access(grant).may_read("site", "secret.html")


def test_restricted_bucket() -> None:
    """RestrictPublicBuckets disables the policy's public grants."""
    found = access(PUBLIC, restricted=True)
    assert not found.may_read_any()
    assert not found.may_read("site", "index.html")


def test_single_statement() -> None:
    """A policy's only statement need not be in a list."""
    policy = json.dumps({"Statement": PUBLIC})
    assert access_from_policy(policy, restricted=False).may_read("site", "index.html")


def test_partly_public_bucket() -> None:
    """A bucket with one public folder is public, though not all of it can be read."""
    found = access({**PUBLIC, "Resource": "arn:aws:s3:::site/docs/*"})
    assert found.may_read_any()
    assert not found.may_read("site", "index.html")
