from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.providers.values import UNKNOWN
from sandbox.tests.providers.harness import RejectedError
from sandbox.tests.providers.test_cloudfront_config_resources import (
    ACCESS,
    CACHE,
    CODE,
    FUNCTION,
    HEADERS,
    SIGNED,
    cache_inputs,
    unique,
)

if TYPE_CHECKING:
    from types_boto3_cloudfront import CloudFrontClient

    from sandbox.tests.providers.harness import Engine, EngineResource

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/x"


@dataclass
class References:
    """The resources that a distribution refers to."""

    access: EngineResource
    cache: EngineResource
    headers: EngineResource

    def inputs(self, **more: object) -> dict[str, Any]:
        """Return a distribution in front of a bucket, changed by `more`."""
        return {
            "enabled": True,
            "origins": [
                {
                    "originId": "bucket",
                    "domainName": "site.s3.us-east-1.amazonaws.com",
                    "originAccessControlId": self.access.id,
                }
            ],
            "defaultCacheBehavior": self.behavior(),
            "restrictions": {"geoRestriction": {"restrictionType": "none"}},
            "viewerCertificate": {"cloudfrontDefaultCertificate": True},
            **more,
        }

    def behavior(self, **more: object) -> dict[str, Any]:
        """Return a cache behavior, changed by `more`."""
        return {
            "targetOriginId": "bucket",
            "viewerProtocolPolicy": "redirect-to-https",
            "allowedMethods": ["GET", "HEAD"],
            "cachedMethods": ["GET", "HEAD"],
            "cachePolicyId": self.cache.id,
            "responseHeadersPolicyId": self.headers.id,
            **more,
        }


@pytest.fixture(scope="module")
def references(engine: Engine) -> References:
    """The resources that this module's distributions refer to."""
    return create_references(engine)


def create_references(engine: Engine) -> References:
    """Create an origin access control and two policies."""
    security = {"contentTypeOptions": {"override": True}}
    return References(
        engine.create(ACCESS, resource_name=unique("oac"), **SIGNED),
        engine.create(CACHE, resource_name=unique("cache"), **cache_inputs()),
        engine.create(HEADERS, resource_name=unique("headers"), securityHeadersConfig=security),
    )


def test_create(engine: Engine, references: References) -> None:
    """A new distribution is deployed, and its domain, ARN and zone are returned."""
    created = engine.create(DISTRIBUTION, **references.inputs())
    assert created.state["domainName"].endswith(".cloudfront.net")
    assert created.state["arn"].endswith(f":distribution/{created.id}")
    assert created.state["status"] == "Deployed"
    assert created.state["hostedZoneId"] == "Z2FDTNDATAQYW2"


def test_all_properties(
    engine: Engine, cloudfront: CloudFrontClient, references: References, certificate: EngineResource
) -> None:
    """Every property is created, and refreshed without a difference."""
    function = engine.create(FUNCTION, resource_name=unique("fn"), runtime="cloudfront-js-2.0", code=CODE)
    associations = [{"eventType": "viewer-request", "functionArn": function.state["arn"]}]
    inputs = references.inputs(
        defaultRootObject="index.html",
        comment="c",
        priceClass="PriceClass_100",
        httpVersion="http2and3",
        isIpv6Enabled=True,
        defaultCacheBehavior=references.behavior(compress=True, functionAssociations=associations),
        orderedCacheBehaviors=[references.behavior(pathPattern="/assets/*")],
        customErrorResponses=[
            {"errorCode": 404, "responseCode": 200, "responsePagePath": "/index.html", "errorCachingMinTtl": 9},
            {"errorCode": 500, "errorCachingMinTtl": 1},
        ],
        aliases=["www.example.com"],
        viewerCertificate={
            "acmCertificateArn": certificate.id,
            "sslSupportMethod": "sni-only",
            "minimumProtocolVersion": "TLSv1.2_2021",
        },
        restrictions={"geoRestriction": {"restrictionType": "whitelist", "locations": ["DE", "AT"]}},
        tags={"a": "1"},
    )
    created = engine.create(DISTRIBUTION, **inputs)
    config = cloudfront.get_distribution(Id=created.id)["Distribution"]["DistributionConfig"]
    assert config["HttpVersion"] == "http2and3"
    assert config["DefaultCacheBehavior"]["FunctionAssociations"]["Quantity"] == 1
    assert config["CacheBehaviors"]["Items"][0]["PathPattern"] == "/assets/*"
    assert config["CustomErrorResponses"]["Items"][0]["ResponseCode"] == "200"
    assert config["Restrictions"]["GeoRestriction"]["Items"] == ["DE", "AT"]
    engine.refresh(created)
    assert engine.diff(created, **inputs) == {}


def test_custom_origin(engine: Engine, cloudfront: CloudFrontClient, references: References) -> None:
    """An origin can be any host, such as a website endpoint, with its own ports, protocols and headers."""
    custom = {
        "httpPort": 80,
        "httpsPort": 443,
        "originProtocolPolicy": "http-only",
        "originSslProtocols": ["TLSv1.2"],
    }
    origin = {
        "originId": "bucket",
        "domainName": "host.example",
        "originPath": "/base",
        "customOriginConfig": custom,
        "customHeaders": [{"name": "X-From", "value": "cdn"}],
    }
    inputs = references.inputs(origins=[origin])
    created = engine.create(DISTRIBUTION, **inputs)
    config = cloudfront.get_distribution(Id=created.id)["Distribution"]["DistributionConfig"]
    assert config["Origins"]["Items"][0]["CustomOriginConfig"]["OriginProtocolPolicy"] == "http-only"
    engine.refresh(created)
    assert engine.diff(created, **inputs) == {}


def test_update(engine: Engine, cloudfront: CloudFrontClient, references: References) -> None:
    """The price class and the tags are updated in place."""
    created = engine.create(DISTRIBUTION, **references.inputs(tags={"a": "1", "b": "1"}))
    changed = references.inputs(priceClass="PriceClass_200", tags={"b": "2"})
    assert engine.diff(created, **changed) == {"priceClass": "UPDATE", "tags.a": "DELETE", "tags.b": "UPDATE"}
    engine.update(created, **changed)
    config = cloudfront.get_distribution(Id=created.id)["Distribution"]["DistributionConfig"]
    assert config["PriceClass"] == "PriceClass_200"
    tags = cloudfront.list_tags_for_resource(Resource=created.state["arn"])["Tags"]["Items"]
    assert tags == [{"Key": "b", "Value": "2"}]


def test_refresh(engine: Engine, cloudfront: CloudFrontClient, references: References) -> None:
    """A setting that was changed outside of Pulumi is a difference after a refresh."""
    created = engine.create(DISTRIBUTION, **references.inputs())
    found = cloudfront.get_distribution_config(Id=created.id)
    config: Any = {**found["DistributionConfig"], "DefaultRootObject": "other.html", "HttpVersion": "http1.1"}
    cloudfront.update_distribution(Id=created.id, IfMatch=found["ETag"], DistributionConfig=config)
    engine.refresh(created)
    assert engine.diff(created, **references.inputs()) == {"defaultRootObject": "DELETE", "httpVersion": "UPDATE"}


def test_delete(engine: Engine, references: References) -> None:
    """An enabled distribution is disabled and deleted, and another delete succeeds."""
    created = engine.create(DISTRIBUTION, **references.inputs())
    engine.delete(created)
    assert not engine.refresh(created)
    engine.delete(created)


def test_retain_on_delete(engine: Engine, cloudfront: CloudFrontClient, references: References) -> None:
    """With retainOnDelete the distribution stays, but is disabled."""
    created = engine.create(DISTRIBUTION, **references.inputs(retainOnDelete=True))
    engine.delete(created)
    assert cloudfront.get_distribution(Id=created.id)["Distribution"]["DistributionConfig"]["Enabled"] is False


def test_delete_of_used_resources(engine: Engine, references: References) -> None:
    """Access controls, policies and functions that a distribution uses cannot be deleted."""
    function = engine.create(FUNCTION, resource_name=unique("fn"), runtime="cloudfront-js-2.0", code=CODE)
    associations = [{"eventType": "viewer-request", "functionArn": function.state["arn"]}]
    viewers = engine.create(
        "aws:cloudfront/originRequestPolicy:OriginRequestPolicy",
        resource_name=unique("viewers"),
        cookiesConfig={"cookieBehavior": "none"},
        headersConfig={"headerBehavior": "whitelist", "headers": {"items": ["CloudFront-Viewer-Country"]}},
        queryStringsConfig={"queryStringBehavior": "none"},
    )
    behavior = references.behavior(functionAssociations=associations, originRequestPolicyId=viewers.id)
    created = engine.create(DISTRIBUTION, **references.inputs(defaultCacheBehavior=behavior))
    for used, code in (
        (viewers, "OriginRequestPolicyInUse"),
        (references.access, "OriginAccessControlInUse"),
        (references.cache, "CachePolicyInUse"),
        (references.headers, "ResponseHeadersPolicyInUse"),
        (function, "FunctionInUse"),
    ):
        with pytest.raises(RejectedError, match=f"StatusCode: 409, api error {code}"):
            engine.delete(used)
    engine.delete(created)
    engine.delete(function)


def test_import(engine: Engine, references: References) -> None:
    """The inputs of an imported distribution make no difference."""
    inputs = references.inputs(defaultRootObject="index.html", customErrorResponses=[{"errorCode": 404}])
    created = engine.create(DISTRIBUTION, **inputs)
    assert engine.diff(engine.import_(DISTRIBUTION, created.id), **inputs) == {}


def test_preview(engine: Engine, references: References) -> None:
    """Before the creation domain and ARN are unknown."""
    state = engine.preview(DISTRIBUTION, **references.inputs())
    assert state["domainName"] is UNKNOWN
    assert state["arn"] is UNKNOWN
    assert state["enabled"] is True


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
