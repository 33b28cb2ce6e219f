from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.tests.providers.harness import RefusedError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

    from sandbox.tests.providers.harness import Engine

BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
WEBSITE = "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration"
CORS = "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"


def policy(bucket: str, **statement: object) -> str:
    """A policy that lets CloudFront read, changed by `statement`."""
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
    """The four switches are put, changed and removed; what isn't given is off."""
    made = engine.make(BLOCK, bucket=bucket, blockPublicAcls=True, blockPublicPolicy=True)
    engine.change(made, bucket=bucket, blockPublicAcls=True)
    found = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert found == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": False,
        "IgnorePublicAcls": False,
        "RestrictPublicBuckets": False,
    }
    engine.delete(made)
    assert not engine.refresh(made)


def test_public_access_block_can_be_left_behind(engine: Engine, s3: S3Client, bucket: str) -> None:
    """With skipDestroy the switches survive their resource."""
    made = engine.make(BLOCK, bucket=bucket, blockPublicAcls=True, skipDestroy=True)
    engine.delete(made)
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]["BlockPublicAcls"]


def test_ownership_controls(engine: Engine, s3: S3Client, bucket: str) -> None:
    """The rule is put, changed and removed."""
    made = engine.make(OWNERSHIP, bucket=bucket, rule={"objectOwnership": "ObjectWriter"})
    assert engine.diff(made, bucket=bucket, rule={"objectOwnership": "BucketOwnerEnforced"}) == {
        "rule.objectOwnership": "UPDATE"
    }
    engine.change(made, bucket=bucket, rule={"objectOwnership": "BucketOwnerEnforced"})
    rules = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    engine.delete(made)
    assert not engine.refresh(made)


def test_ownership_controls_know_their_words(engine: Engine, bucket: str) -> None:
    """A word that S3 doesn't know is told with those that it knows."""
    with pytest.raises(RefusedError, match=r'objectOwnership: expected .* "BucketOwnerEnforced"\], got Nobody'):
        engine.check(OWNERSHIP, {"bucket": bucket, "rule": {"objectOwnership": "Nobody"}})


def test_another_bucket_needs_another_setting(engine: Engine, bucket: str) -> None:
    """A setting that moves to another bucket is replaced."""
    made = engine.make(OWNERSHIP, bucket=bucket, rule={"objectOwnership": "ObjectWriter"})
    moved = engine.diff(made, bucket="another-bucket", rule={"objectOwnership": "ObjectWriter"})
    assert moved == {"bucket": "UPDATE_REPLACE"}


def test_website(engine: Engine, s3: S3Client, bucket: str) -> None:
    """The documents are put, changed and removed, and the endpoint is told."""
    made = engine.make(
        WEBSITE, bucket=bucket, indexDocument={"suffix": "index.html"}, errorDocument={"key": "error.html"}
    )
    assert made.state["websiteDomain"] == "s3-website-us-east-1.amazonaws.com"
    assert made.state["websiteEndpoint"] == f"{bucket}.s3-website-us-east-1.amazonaws.com"
    engine.change(made, bucket=bucket, indexDocument={"suffix": "home.html"})
    found = s3.get_bucket_website(Bucket=bucket)
    assert found["IndexDocument"] == {"Suffix": "home.html"}
    assert "ErrorDocument" not in found
    engine.delete(made)
    assert not engine.refresh(made)


def test_website_of_a_newer_region(engine: Engine) -> None:
    """Regions since 2014 have a dot in their website endpoint where the older ones have a dash."""
    region = "eu-central-1"
    name = engine.make("aws:s3/bucket:Bucket", called="newer", region=region).id
    made = engine.make(WEBSITE, bucket=name, region=region, indexDocument={"suffix": "index.html"})
    assert made.state["websiteEndpoint"] == f"{name}.s3-website.eu-central-1.amazonaws.com"


def test_website_refresh_repairs(engine: Engine, s3: S3Client, bucket: str) -> None:
    """A document that was changed by hand is a difference after a refresh."""
    inputs: dict[str, Any] = {"bucket": bucket, "indexDocument": {"suffix": "index.html"}}
    made = engine.make(WEBSITE, **inputs)
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "other.html"}})
    engine.refresh(made)
    assert engine.diff(made, **inputs) == {"indexDocument.suffix": "UPDATE"}


def test_website_index_is_a_file_name(engine: Engine, bucket: str) -> None:
    """S3 refuses an index document with a slash in it; the emulator wouldn't."""
    with pytest.raises(RefusedError, match="InvalidArgument: The IndexDocument Suffix is not well formed"):
        engine.make(WEBSITE, bucket=bucket, indexDocument={"suffix": "docs/index.html"})


def test_website_is_an_index_or_a_redirect(engine: Engine, bucket: str) -> None:
    """Neither and both are refused."""
    both = {"indexDocument": {"suffix": "index.html"}, "redirectAllRequestsTo": {"hostName": "example.com"}}
    for given in ({}, both):
        with pytest.raises(RefusedError, match="one of `indexDocument,redirectAllRequestsTo`"):
            engine.check(WEBSITE, {"bucket": bucket, **given})


def test_website_that_redirects_everything(engine: Engine, s3: S3Client, bucket: str) -> None:
    """A bucket may send every visitor elsewhere."""
    target = {"hostName": "example.com", "protocol": "https"}
    made = engine.make(WEBSITE, bucket=bucket, redirectAllRequestsTo=target)
    redirect = s3.get_bucket_website(Bucket=bucket)["RedirectAllRequestsTo"]
    assert redirect == {"HostName": "example.com", "Protocol": "https"}
    assert engine.diff(made, bucket=bucket, redirectAllRequestsTo=target) == {}


def test_cors(engine: Engine, s3: S3Client, bucket: str) -> None:
    """The rules are put, read back without a difference, and removed."""
    inputs: dict[str, Any] = {
        "bucket": bucket,
        "corsRules": [
            {"allowedMethods": ["GET", "HEAD"], "allowedOrigins": ["*"], "allowedHeaders": ["*"], "maxAgeSeconds": 9}
        ],
    }
    made = engine.make(CORS, **inputs)
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"][0]["AllowedMethods"] == ["GET", "HEAD"]
    engine.refresh(made)
    assert engine.diff(made, **inputs) == {}
    engine.delete(made)
    assert not engine.refresh(made)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"allowedMethods": ["PATCH"]}, "Unsupported method is PATCH"),
        ({"allowedOrigins": ["https://*.*.example"]}, "can not have more than one wildcard"),
        ({"exposeHeaders": ["x-*"]}, "do not support wildcard for ExposeHeader"),
    ],
)
def test_cors_refusals(engine: Engine, bucket: str, rule: dict[str, object], reason: str) -> None:
    """S3 refuses what browsers couldn't be told; the emulator stores it."""
    with pytest.raises(RefusedError, match=f"InvalidRequest: .*{reason}"):
        engine.make(CORS, bucket=bucket, corsRules=[{"allowedMethods": ["GET"], "allowedOrigins": ["*"], **rule}])


def test_policy(engine: Engine, s3: S3Client, bucket: str) -> None:
    """A policy is put, is the same however it is spaced, and is removed."""
    made = engine.make(POLICY, bucket=bucket, policy=policy(bucket))
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(json.loads(policy(bucket)), indent=4))
    engine.refresh(made)
    assert engine.diff(made, bucket=bucket, policy=policy(bucket)) == {}
    engine.delete(made)
    assert not engine.refresh(made)


def test_policy_that_was_changed_by_hand(engine: Engine, s3: S3Client, bucket: str) -> None:
    """Another policy in the cloud is a difference after a refresh."""
    made = engine.make(POLICY, bucket=bucket, policy=policy(bucket))
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(bucket, Effect="Deny"))
    engine.refresh(made)
    assert engine.diff(made, bucket=bucket, policy=policy(bucket)) == {"policy": "UPDATE"}


def test_policy_that_is_no_json(engine: Engine, bucket: str) -> None:
    """What isn't JSON never reaches the cloud."""
    with pytest.raises(RefusedError, match='policy: "policy" contains an invalid JSON policy'):
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
def test_malformed_policies(engine: Engine, bucket: str, statement: dict[str, object], reason: str) -> None:
    """S3 refuses a policy that it can't obey; the emulator stores any text."""
    with pytest.raises(RefusedError, match=f"MalformedPolicy: {reason}"):
        engine.make(POLICY, bucket=bucket, policy=policy(bucket, **statement))


def test_public_policy_under_a_block(engine: Engine, bucket: str) -> None:
    """A policy for everybody is refused while the bucket blocks public policies."""
    engine.make(BLOCK, bucket=bucket, blockPublicPolicy=True)
    with pytest.raises(RefusedError, match=r"AccessDenied: .*BlockPublicPolicy"):
        engine.make(POLICY, bucket=bucket, policy=policy(bucket, Principal="*"))
