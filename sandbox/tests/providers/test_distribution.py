from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.providers.values import UNKNOWN
from sandbox.tests.providers.harness import RejectedError, fail_once
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


def test_failed_wait_for_a_new_distribution(
    engine: Engine, references: References, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine keeps a distribution whose deployment could not be read."""
    fail_once("get_distribution", monkeypatch)
    with pytest.raises(RejectedError, match="InternalError") as rejected:
        engine.create(DISTRIBUTION, **references.inputs())
    created = rejected.value.kept
    assert created is not None
    engine.refresh(created)
    assert engine.diff(created, **references.inputs()) == {}


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
