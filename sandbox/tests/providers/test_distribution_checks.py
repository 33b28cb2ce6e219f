"""What CloudFront rejects in a distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.tests.providers.harness import RejectedError
from sandbox.tests.providers.test_cloudfront_config_resources import unique
from sandbox.tests.providers.test_distribution import (
    CERTIFICATE,
    DISTRIBUTION,
    OWNERSHIP,
    References,
    create_references,
)

if TYPE_CHECKING:
    from sandbox.tests.providers.harness import Engine, EngineResource


@pytest.fixture(scope="module")
def references(engine: Engine) -> References:
    """The resources that this module's distributions refer to."""
    return create_references(engine)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"priceClass": "PriceClass_1"}, "priceClass: expected"),
        ({"httpVersion": "http4"}, "httpVersion: expected"),
        ({"comment": "x" * 129}, "length of comment .* \\(0 - 128\\), got 129"),
        ({"defaultRootObject": "/index.html"}, "InvalidDefaultRootObject"),
        ({"viewerCertificate": {}}, "InvalidViewerCertificate"),
        (
            {"viewerCertificate": {"cloudfrontDefaultCertificate": True, "minimumProtocolVersion": "TLSv1.2_2021"}},
            "InvalidMinimumProtocolVersion",
        ),
        (
            {
                "viewerCertificate": {
                    "acmCertificateArn": CERTIFICATE.replace("us-east-1", "eu-west-1"),
                    "sslSupportMethod": "sni-only",
                }
            },
            "InvalidViewerCertificate: .* isn't in us-east-1",
        ),
        ({"viewerCertificate": {"acmCertificateArn": CERTIFICATE}}, "SSLSupportMethod is required"),
        ({"aliases": ["www.example.org"]}, "InvalidViewerCertificate: To add an alternate domain name"),
        ({"customErrorResponses": [{"errorCode": 418}]}, "InvalidErrorCode: .*418"),
        ({"customErrorResponses": [{"errorCode": 404, "responseCode": 200}]}, "given together"),
        (
            {"customErrorResponses": [{"errorCode": 404, "responseCode": 302, "responsePagePath": "/a"}]},
            "InvalidResponseCode: .*302",
        ),
        (
            {"customErrorResponses": [{"errorCode": 404, "responseCode": 200, "responsePagePath": "a"}]},
            "ResponsePagePath must begin with '/'",
        ),
        ({"customErrorResponses": [{"errorCode": 404}, {"errorCode": 404}]}, "duplicate error code"),
        ({"restrictions": {"geoRestriction": {"restrictionType": "whitelist"}}}, "InvalidGeoRestrictionParameter"),
        ({"origins": [{"originId": "other", "domainName": "b.s3.amazonaws.com"}]}, "NoSuchOrigin"),
        ({"origins": [{"originId": "bucket", "domainName": "example.com"}]}, "InvalidOrigin:"),
        (
            {"origins": [{"originId": "bucket", "domainName": "b.s3.amazonaws.com", "originPath": "a/"}]},
            "OriginPath must begin",
        ),
        (
            {
                "origins": [
                    {"originId": "bucket", "domainName": "b.s3.amazonaws.com", "originAccessControlId": "EMISSING"}
                ]
            },
            "InvalidOriginAccessControl",
        ),
        ({"origins": []}, "length of origins"),
        ({"originGroups": []}, "no property 'originGroups'"),
    ],
)
def test_invalid_distributions(engine: Engine, references: References, change: dict[str, object], reason: str) -> None:
    """What CloudFront or the official provider rejects is rejected with its code; the emulator stores anything."""
    with pytest.raises(RejectedError, match=reason):
        engine.create(DISTRIBUTION, **references.inputs(**change))


@pytest.mark.parametrize(
    ("cache", "headers"),
    [
        ("658327ea-f89d-4fab-a63d-7e88639e58f6", "e61eb60c-9c35-4d20-a928-2b84e02af89c"),
        ("b2884449-e4de-46a7-ac36-70bc7f1ddd6d", "67f7725c-6f97-4210-82d7-5512b31e9d03"),
        ("4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "67f7725c-6f97-4210-82d7-5512b31e9d03"),
    ],
)
def test_managed_policies(engine: Engine, references: References, cache: str, headers: str) -> None:
    """AWS's managed policies are referred to by their ids, without being created."""
    managed = references.behavior(cachePolicyId=cache, responseHeadersPolicyId=headers)
    created = engine.create(DISTRIBUTION, **references.inputs(defaultCacheBehavior=managed))
    behavior = created.state["defaultCacheBehavior"]
    assert (behavior["cachePolicyId"], behavior["responseHeadersPolicyId"]) == (cache, headers)
    engine.refresh(created)
    assert engine.diff(created, **references.inputs(defaultCacheBehavior=managed)) == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"allowedMethods": ["GET"]}, "AllowedMethods contains an invalid set"),
        ({"cachedMethods": ["GET", "HEAD", "OPTIONS"]}, "CachedMethods contains an invalid set"),
        ({"viewerProtocolPolicy": "maybe"}, "viewerProtocolPolicy: expected"),
        ({"cachePolicyId": "00000000-0000-0000-0000-000000000000"}, "NoSuchCachePolicy"),
        ({"responseHeadersPolicyId": "00000000-0000-0000-0000-000000000000"}, "NoSuchResponseHeadersPolicy"),
        ({"originRequestPolicyId": "00000000-0000-0000-0000-000000000000"}, "NoSuchOriginRequestPolicy"),
        (
            {"functionAssociations": [{"eventType": "viewer-request", "functionArn": "arn:x:function/missing"}]},
            "InvalidFunctionAssociation",
        ),
        ({"forwardedValues": {}}, "defaultCacheBehavior.forwardedValues: .* no property"),
    ],
)
def test_invalid_behaviors(engine: Engine, references: References, change: dict[str, object], reason: str) -> None:
    """The same for cache behaviors."""
    with pytest.raises(RejectedError, match=reason):
        engine.create(DISTRIBUTION, **references.inputs(defaultCacheBehavior=references.behavior(**change)))


@pytest.mark.parametrize("ownership", ["BucketOwnerPreferred", "ObjectWriter"])
def test_log_bucket_with_acls(engine: Engine, references: References, bucket: str, ownership: str) -> None:
    """CloudFront writes logs by an ACL: both ownerships that have ACLs are accepted."""
    engine.create(OWNERSHIP, resource_name=unique("own"), bucket=bucket, rule={"objectOwnership": ownership})
    for domain in (f"{bucket}.s3.amazonaws.com", f"{bucket}.s3.us-east-1.amazonaws.com"):
        created = engine.create(DISTRIBUTION, **references.inputs(loggingConfig={"bucket": domain}))
        assert created.state["loggingConfig"]["bucket"] == domain


def test_invalid_log_buckets(engine: Engine, references: References, bucket: str) -> None:
    """A bucket that does not exist, or without ACLs, as new buckets are, is rejected with AWS's message."""
    domain = f"{bucket}.s3.us-east-1.amazonaws.com"
    with pytest.raises(RejectedError, match="InvalidArgument: The parameter Logging Bucket does not refer to a valid"):
        engine.create(DISTRIBUTION, **references.inputs(loggingConfig={"bucket": bucket}))
    with pytest.raises(RejectedError, match="for CloudFront logs doesn't exist: missing"):
        engine.create(DISTRIBUTION, **references.inputs(loggingConfig={"bucket": "missing.s3.amazonaws.com"}))
    with pytest.raises(RejectedError, match=f"does not enable ACL access: {bucket}"):
        engine.create(DISTRIBUTION, **references.inputs(loggingConfig={"bucket": domain}))
    engine.create(
        OWNERSHIP, resource_name=unique("own"), bucket=bucket, rule={"objectOwnership": "BucketOwnerEnforced"}
    )
    created = engine.create(DISTRIBUTION, **references.inputs())
    with pytest.raises(RejectedError, match="does not enable ACL access"):
        engine.update(created, **references.inputs(loggingConfig={"bucket": domain}))


def test_alias_of_another_distribution(engine: Engine, references: References, certificate: EngineResource) -> None:
    """An alias of another distribution is rejected, the distribution's own is not."""
    own = {"acmCertificateArn": certificate.id, "sslSupportMethod": "sni-only"}
    inputs = references.inputs(aliases=["one.example.com"], viewerCertificate=own)
    created = engine.create(DISTRIBUTION, **inputs)
    with pytest.raises(RejectedError, match="CNAMEAlreadyExists"):
        engine.create(DISTRIBUTION, **inputs)
    engine.update(created, **{**inputs, "comment": "still mine"})
    assert created.state["comment"] == "still mine"
