from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.tests.providers.harness import RejectedError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

    from sandbox.tests.providers.harness import Engine

BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
WEBSITE = "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration"
CORS = "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"


def policy(bucket: str, **statement: object) -> str:
    """Return a policy that lets CloudFront read, changed by `statement`."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "cloudfront.amazonaws.com"},
                    "Action": "s3:GetObject",
                    "Resource": f"arn:aws:s3:::{bucket}/*",
                    **statement,
                }
            ],
        }
    )


def test_public_access_block(engine: Engine, s3: S3Client, bucket: str) -> None:
    """The four switches are created, updated and deleted; a switch that is not set is off."""
    created = engine.create(BLOCK, bucket=bucket, blockPublicAcls=True, blockPublicPolicy=True)
    engine.update(created, bucket=bucket, blockPublicAcls=True)
    found = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert found == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": False,
        "IgnorePublicAcls": False,
        "RestrictPublicBuckets": False,
    }
    engine.delete(created)
    assert not engine.refresh(created)


def test_public_access_block_with_skip_destroy(engine: Engine, s3: S3Client, bucket: str) -> None:
    """With skipDestroy the switches stay when the resource is deleted."""
    created = engine.create(BLOCK, bucket=bucket, blockPublicAcls=True, skipDestroy=True)
    engine.delete(created)
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]["BlockPublicAcls"]


def test_ownership_controls(engine: Engine, s3: S3Client, bucket: str) -> None:
    """The rule is created, updated and deleted."""
    created = engine.create(OWNERSHIP, bucket=bucket, rule={"objectOwnership": "ObjectWriter"})
    assert engine.diff(created, bucket=bucket, rule={"objectOwnership": "BucketOwnerEnforced"}) == {
        "rule.objectOwnership": "UPDATE"
    }
    engine.update(created, bucket=bucket, rule={"objectOwnership": "BucketOwnerEnforced"})
    rules = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    engine.delete(created)
    assert not engine.refresh(created)


def test_invalid_ownership(engine: Engine, bucket: str) -> None:
    """The message for an unknown value lists the allowed ones."""
    with pytest.raises(RejectedError, match=r'objectOwnership: expected .* "BucketOwnerEnforced"\], got Nobody'):
        engine.check(OWNERSHIP, {"bucket": bucket, "rule": {"objectOwnership": "Nobody"}})


def test_changed_bucket_replaces_the_setting(engine: Engine, bucket: str) -> None:
    """A setting cannot move to another bucket."""
    created = engine.create(OWNERSHIP, bucket=bucket, rule={"objectOwnership": "ObjectWriter"})
    moved = engine.diff(created, bucket="another-bucket", rule={"objectOwnership": "ObjectWriter"})
    assert moved == {"bucket": "UPDATE_REPLACE"}


def test_website(engine: Engine, s3: S3Client, bucket: str) -> None:
    """The documents are created, updated and deleted, and the endpoint is returned."""
    created = engine.create(
        WEBSITE, bucket=bucket, indexDocument={"suffix": "index.html"}, errorDocument={"key": "error.html"}
    )
    assert created.state["websiteDomain"] == "s3-website-us-east-1.amazonaws.com"
    assert created.state["websiteEndpoint"] == f"{bucket}.s3-website-us-east-1.amazonaws.com"
    engine.update(created, bucket=bucket, indexDocument={"suffix": "home.html"})
    found = s3.get_bucket_website(Bucket=bucket)
    assert found["IndexDocument"] == {"Suffix": "home.html"}
    assert "ErrorDocument" not in found
    engine.delete(created)
    assert not engine.refresh(created)


def test_website_of_a_newer_region(engine: Engine) -> None:
    """The website endpoint has a dot in regions since 2014, and a dash in older ones."""
    region = "eu-central-1"
    name = engine.create("aws:s3/bucket:Bucket", resource_name="newer", region=region).id
    created = engine.create(WEBSITE, bucket=name, region=region, indexDocument={"suffix": "index.html"})
    assert created.state["websiteEndpoint"] == f"{name}.s3-website.eu-central-1.amazonaws.com"


def test_refresh_of_a_website(engine: Engine, s3: S3Client, bucket: str) -> None:
    """A document that was changed outside of Pulumi is a difference after a refresh."""
    inputs: dict[str, Any] = {"bucket": bucket, "indexDocument": {"suffix": "index.html"}}
    created = engine.create(WEBSITE, **inputs)
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "other.html"}})
    engine.refresh(created)
    assert engine.diff(created, **inputs) == {"indexDocument.suffix": "UPDATE"}


def test_invalid_index_document(engine: Engine, bucket: str) -> None:
    """S3 rejects an index document with a slash; the emulator does not."""
    with pytest.raises(RejectedError, match="InvalidArgument: The IndexDocument Suffix is not well formed"):
        engine.create(WEBSITE, bucket=bucket, indexDocument={"suffix": "docs/index.html"})


def test_website_needs_an_index_or_a_redirect(engine: Engine, bucket: str) -> None:
    """Neither and both are rejected."""
    both = {"indexDocument": {"suffix": "index.html"}, "redirectAllRequestsTo": {"hostName": "example.com"}}
    for given in ({}, both):
        with pytest.raises(RejectedError, match="one of `indexDocument,redirectAllRequestsTo`"):
            engine.check(WEBSITE, {"bucket": bucket, **given})


def test_website_redirect(engine: Engine, s3: S3Client, bucket: str) -> None:
    """A bucket can redirect all requests."""
    target = {"hostName": "example.com", "protocol": "https"}
    created = engine.create(WEBSITE, bucket=bucket, redirectAllRequestsTo=target)
    redirect = s3.get_bucket_website(Bucket=bucket)["RedirectAllRequestsTo"]
    assert redirect == {"HostName": "example.com", "Protocol": "https"}
    assert engine.diff(created, bucket=bucket, redirectAllRequestsTo=target) == {}


def test_cors(engine: Engine, s3: S3Client, bucket: str) -> None:
    """The rules are created, refreshed without a difference, and deleted."""
    inputs: dict[str, Any] = {
        "bucket": bucket,
        "corsRules": [
            {"allowedMethods": ["GET", "HEAD"], "allowedOrigins": ["*"], "allowedHeaders": ["*"], "maxAgeSeconds": 9}
        ],
    }
    created = engine.create(CORS, **inputs)
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"][0]["AllowedMethods"] == ["GET", "HEAD"]
    engine.refresh(created)
    assert engine.diff(created, **inputs) == {}
    engine.delete(created)
    assert not engine.refresh(created)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"allowedMethods": ["PATCH"]}, "Unsupported method is PATCH"),
        ({"allowedOrigins": ["https://*.*.example"]}, "can not have more than one wildcard"),
        ({"exposeHeaders": ["x-*"]}, "do not support wildcard for ExposeHeader"),
    ],
)
def test_invalid_cors_rules(engine: Engine, bucket: str, rule: dict[str, object], reason: str) -> None:
    """S3 rejects these rules; the emulator stores them."""
    with pytest.raises(RejectedError, match=f"InvalidRequest: .*{reason}"):
        engine.create(CORS, bucket=bucket, corsRules=[{"allowedMethods": ["GET"], "allowedOrigins": ["*"], **rule}])


def test_policy(engine: Engine, s3: S3Client, bucket: str) -> None:
    """A policy is created, makes no difference in another spelling, and is deleted."""
    created = engine.create(POLICY, bucket=bucket, policy=policy(bucket))
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(json.loads(policy(bucket)), indent=4))
    engine.refresh(created)
    assert engine.diff(created, bucket=bucket, policy=policy(bucket)) == {}
    engine.delete(created)
    assert not engine.refresh(created)


def test_refresh_of_a_policy(engine: Engine, s3: S3Client, bucket: str) -> None:
    """A policy that was changed outside of Pulumi is a difference after a refresh."""
    created = engine.create(POLICY, bucket=bucket, policy=policy(bucket))
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(bucket, Effect="Deny"))
    engine.refresh(created)
    assert engine.diff(created, bucket=bucket, policy=policy(bucket)) == {"policy": "UPDATE"}


def test_policy_that_is_not_json(engine: Engine, bucket: str) -> None:
    """A text that is not JSON is rejected before any request."""
    with pytest.raises(RejectedError, match='policy: "policy" contains an invalid JSON policy'):
        engine.check(POLICY, {"bucket": bucket, "policy": "{"})


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ({"Principal": {"Nobody": "x"}}, "Invalid principal in policy"),
        ({"Effect": "Perhaps"}, "Invalid effect: Perhaps"),
        ({"Action": "ec2:Run"}, "Policy has invalid action"),
        ({"Resource": "arn:aws:s3:::another-bucket/*"}, "Policy has invalid resource"),
        ({"Resource": []}, "Missing required field Resource"),
    ],
)
def test_invalid_policies(engine: Engine, bucket: str, statement: dict[str, object], reason: str) -> None:
    """S3 rejects these policies; the emulator stores any text."""
    with pytest.raises(RejectedError, match=f"MalformedPolicy: {reason}"):
        engine.create(POLICY, bucket=bucket, policy=policy(bucket, **statement))


def test_public_policy_with_block_public_policy(engine: Engine, bucket: str) -> None:
    """A policy for everyone is rejected while the bucket blocks public policies."""
    engine.create(BLOCK, bucket=bucket, blockPublicPolicy=True)
    with pytest.raises(RejectedError, match=r"AccessDenied: .*BlockPublicPolicy"):
        engine.create(POLICY, bucket=bucket, policy=policy(bucket, Principal="*"))
