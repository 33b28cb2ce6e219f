from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.providers.values import UNKNOWN
from sandbox.tests.providers.harness import RefusedError
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

    from sandbox.tests.providers.harness import Engine, Made

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/x"


@dataclass
class Parts:
    """What a distribution refers to."""

    access: Made
    cache: Made
    headers: Made

    def inputs(self, **more: object) -> dict[str, Any]:
        """A distribution in front of a bucket, changed by `more`."""
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
        """A cache behavior, changed by `more`."""
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
def parts(engine: Engine) -> Parts:
    """What this module's distributions refer to."""
    return made_parts(engine)


def made_parts(engine: Engine) -> Parts:
    """Make a control and two policies."""
    security = {"contentTypeOptions": {"override": True}}
    return Parts(
        engine.make(ACCESS, called=unique("oac"), **SIGNED),
        engine.make(CACHE, called=unique("cache"), **cache_inputs()),
        engine.make(HEADERS, called=unique("headers"), securityHeadersConfig=security),
    )


def test_create_tells_where_it_answers(engine: Engine, parts: Parts) -> None:
    """A new distribution is deployed, and its domain, ARN and zone are returned."""
    made = engine.make(DISTRIBUTION, **parts.inputs())
    assert made.state["domainName"].endswith(".cloudfront.net")
    assert made.state["arn"].endswith(f":distribution/{made.id}")
    assert made.state["status"] == "Deployed"
    assert made.state["hostedZoneId"] == "Z2FDTNDATAQYW2"


def test_everything_goes_to_the_cloud_and_comes_back(
    engine: Engine, cloudfront: CloudFrontClient, parts: Parts, certificate: Made
) -> None:
    """Every part of a distribution is in the cloud as it was given, and a refresh finds nothing to repair."""
    function = engine.make(FUNCTION, called=unique("fn"), runtime="cloudfront-js-2.0", code=CODE)
    associations = [{"eventType": "viewer-request", "functionArn": function.state["arn"]}]
    inputs = parts.inputs(
        defaultRootObject="index.html",
        comment="c",
        priceClass="PriceClass_100",
        httpVersion="http2and3",
        isIpv6Enabled=True,
        defaultCacheBehavior=parts.behavior(compress=True, functionAssociations=associations),
        orderedCacheBehaviors=[parts.behavior(pathPattern="/assets/*")],
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
    made = engine.make(DISTRIBUTION, **inputs)
    config = cloudfront.get_distribution(Id=made.id)["Distribution"]["DistributionConfig"]
    assert config["HttpVersion"] == "http2and3"
    assert config["DefaultCacheBehavior"]["FunctionAssociations"]["Quantity"] == 1
    assert config["CacheBehaviors"]["Items"][0]["PathPattern"] == "/assets/*"
    assert config["CustomErrorResponses"]["Items"][0]["ResponseCode"] == "200"
    assert config["Restrictions"]["GeoRestriction"]["Items"] == ["DE", "AT"]
    engine.refresh(made)
    assert engine.diff(made, **inputs) == {}


def test_a_custom_origin(engine: Engine, cloudfront: CloudFrontClient, parts: Parts) -> None:
    """An origin may be any host, such as a website endpoint, with ports, protocols and headers of its own."""
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
    inputs = parts.inputs(origins=[origin])
    made = engine.make(DISTRIBUTION, **inputs)
    config = cloudfront.get_distribution(Id=made.id)["Distribution"]["DistributionConfig"]
    assert config["Origins"]["Items"][0]["CustomOriginConfig"]["OriginProtocolPolicy"] == "http-only"
    engine.refresh(made)
    assert engine.diff(made, **inputs) == {}


def test_update_changes_what_differs(engine: Engine, cloudfront: CloudFrontClient, parts: Parts) -> None:
    """Another price class and other tags are changed in place."""
    made = engine.make(DISTRIBUTION, **parts.inputs(tags={"a": "1", "b": "1"}))
    changed = parts.inputs(priceClass="PriceClass_200", tags={"b": "2"})
    assert engine.diff(made, **changed) == {"priceClass": "UPDATE", "tags.a": "DELETE", "tags.b": "UPDATE"}
    engine.change(made, **changed)
    config = cloudfront.get_distribution(Id=made.id)["Distribution"]["DistributionConfig"]
    assert config["PriceClass"] == "PriceClass_200"
    tags = cloudfront.list_tags_for_resource(Resource=made.state["arn"])["Tags"]["Items"]
    assert tags == [{"Key": "b", "Value": "2"}]


def test_refresh_sees_what_was_changed_by_hand(engine: Engine, cloudfront: CloudFrontClient, parts: Parts) -> None:
    """A setting that somebody changed in the console is a difference after a refresh."""
    made = engine.make(DISTRIBUTION, **parts.inputs())
    found = cloudfront.get_distribution_config(Id=made.id)
    config: Any = {**found["DistributionConfig"], "DefaultRootObject": "other.html", "HttpVersion": "http1.1"}
    cloudfront.update_distribution(Id=made.id, IfMatch=found["ETag"], DistributionConfig=config)
    engine.refresh(made)
    assert engine.diff(made, **parts.inputs()) == {"defaultRootObject": "DELETE", "httpVersion": "UPDATE"}


def test_delete_disables_first(engine: Engine, parts: Parts) -> None:
    """An enabled distribution is disabled and deleted, and deleting it again is fine."""
    made = engine.make(DISTRIBUTION, **parts.inputs())
    engine.delete(made)
    assert not engine.refresh(made)
    engine.delete(made)


def test_retain_on_delete_leaves_it_disabled(engine: Engine, cloudfront: CloudFrontClient, parts: Parts) -> None:
    """With retainOnDelete the distribution stays, but serves nobody."""
    made = engine.make(DISTRIBUTION, **parts.inputs(retainOnDelete=True))
    engine.delete(made)
    assert cloudfront.get_distribution(Id=made.id)["Distribution"]["DistributionConfig"]["Enabled"] is False


def test_what_a_distribution_uses_stays(engine: Engine, parts: Parts) -> None:
    """Controls, policies and functions that a distribution uses can't be deleted."""
    function = engine.make(FUNCTION, called=unique("fn"), runtime="cloudfront-js-2.0", code=CODE)
    associations = [{"eventType": "viewer-request", "functionArn": function.state["arn"]}]
    viewers = engine.make(
        "aws:cloudfront/originRequestPolicy:OriginRequestPolicy",
        called=unique("viewers"),
        cookiesConfig={"cookieBehavior": "none"},
        headersConfig={"headerBehavior": "whitelist", "headers": {"items": ["CloudFront-Viewer-Country"]}},
        queryStringsConfig={"queryStringBehavior": "none"},
    )
    behavior = parts.behavior(functionAssociations=associations, originRequestPolicyId=viewers.id)
    made = engine.make(DISTRIBUTION, **parts.inputs(defaultCacheBehavior=behavior))
    for used, code in (
        (viewers, "OriginRequestPolicyInUse"),
        (parts.access, "OriginAccessControlInUse"),
        (parts.cache, "CachePolicyInUse"),
        (parts.headers, "ResponseHeadersPolicyInUse"),
        (function, "FunctionInUse"),
    ):
        with pytest.raises(RefusedError, match=f"StatusCode: 409, api error {code}"):
            engine.delete(used)
    engine.delete(made)
    engine.delete(function)


def test_import_makes_no_difference(engine: Engine, parts: Parts) -> None:
    """An imported distribution's inputs are those that would have made it."""
    inputs = parts.inputs(defaultRootObject="index.html", customErrorResponses=[{"errorCode": 404}])
    made = engine.make(DISTRIBUTION, **inputs)
    assert engine.diff(engine.import_(DISTRIBUTION, made.id), **inputs) == {}


def test_a_preview_does_not_know_the_domain(engine: Engine, parts: Parts) -> None:
    """Before it is made a distribution has no domain and no ARN."""
    state = engine.preview(DISTRIBUTION, **parts.inputs())
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
                    {"originId": "bucket", "domainName": "b.s3.amazonaws.com", "originAccessControlId": "ENOBODY"}
                ]
            },
            "InvalidOriginAccessControl",
        ),
        ({"origins": []}, "length of origins"),
        ({"originGroups": []}, "no property 'originGroups'"),
    ],
)
def test_refusals(engine: Engine, parts: Parts, change: dict[str, object], reason: str) -> None:
    """What CloudFront or the official provider refuses is refused with its code; the emulator stores anything."""
    with pytest.raises(RefusedError, match=reason):
        engine.make(DISTRIBUTION, **parts.inputs(**change))


@pytest.mark.parametrize(
    ("cache", "headers"),
    [
        ("658327ea-f89d-4fab-a63d-7e88639e58f6", "e61eb60c-9c35-4d20-a928-2b84e02af89c"),
        ("b2884449-e4de-46a7-ac36-70bc7f1ddd6d", "67f7725c-6f97-4210-82d7-5512b31e9d03"),
        ("4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "67f7725c-6f97-4210-82d7-5512b31e9d03"),
    ],
)
def test_managed_policies_are_there(engine: Engine, parts: Parts, cache: str, headers: str) -> None:
    """AWS's managed policies are named by their ids, and nobody makes them."""
    managed = parts.behavior(cachePolicyId=cache, responseHeadersPolicyId=headers)
    made = engine.make(DISTRIBUTION, **parts.inputs(defaultCacheBehavior=managed))
    behavior = made.state["defaultCacheBehavior"]
    assert (behavior["cachePolicyId"], behavior["responseHeadersPolicyId"]) == (cache, headers)
    engine.refresh(made)
    assert engine.diff(made, **parts.inputs(defaultCacheBehavior=managed)) == {}


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
            {"functionAssociations": [{"eventType": "viewer-request", "functionArn": "arn:x:function/nobody"}]},
            "InvalidFunctionAssociation",
        ),
        ({"forwardedValues": {}}, "defaultCacheBehavior.forwardedValues: .* no property"),
    ],
)
def test_behavior_refusals(engine: Engine, parts: Parts, change: dict[str, object], reason: str) -> None:
    """The same for what is wrong with a cache behavior."""
    with pytest.raises(RefusedError, match=reason):
        engine.make(DISTRIBUTION, **parts.inputs(defaultCacheBehavior=parts.behavior(**change)))


@pytest.mark.parametrize("ownership", ["BucketOwnerPreferred", "ObjectWriter"])
def test_logs_go_to_a_bucket_with_acls(engine: Engine, parts: Parts, bucket: str, ownership: str) -> None:
    """CloudFront writes logs by an ACL of its own: both ownerships that have ACLs will do."""
    engine.make(OWNERSHIP, called=unique("own"), bucket=bucket, rule={"objectOwnership": ownership})
    for domain in (f"{bucket}.s3.amazonaws.com", f"{bucket}.s3.us-east-1.amazonaws.com"):
        made = engine.make(DISTRIBUTION, **parts.inputs(loggingConfig={"bucket": domain}))
        assert made.state["loggingConfig"]["bucket"] == domain


def test_logs_go_to_no_other_bucket(engine: Engine, parts: Parts, bucket: str) -> None:
    """One that is none, that is not there, or that has ACLs off, as new buckets have, is refused in AWS's words."""
    domain = f"{bucket}.s3.us-east-1.amazonaws.com"
    with pytest.raises(RefusedError, match="InvalidArgument: The parameter Logging Bucket does not refer to a valid"):
        engine.make(DISTRIBUTION, **parts.inputs(loggingConfig={"bucket": bucket}))
    with pytest.raises(RefusedError, match="for CloudFront logs doesn't exist: nobody"):
        engine.make(DISTRIBUTION, **parts.inputs(loggingConfig={"bucket": "nobody.s3.amazonaws.com"}))
    with pytest.raises(RefusedError, match=f"does not enable ACL access: {bucket}"):
        engine.make(DISTRIBUTION, **parts.inputs(loggingConfig={"bucket": domain}))
    engine.make(OWNERSHIP, called=unique("own"), bucket=bucket, rule={"objectOwnership": "BucketOwnerEnforced"})
    made = engine.make(DISTRIBUTION, **parts.inputs())
    with pytest.raises(RefusedError, match="does not enable ACL access"):
        engine.change(made, **parts.inputs(loggingConfig={"bucket": domain}))


def test_an_alias_belongs_to_one_distribution(engine: Engine, parts: Parts, certificate: Made) -> None:
    """A domain that another distribution answers for is refused; its own is not."""
    own = {"acmCertificateArn": certificate.id, "sslSupportMethod": "sni-only"}
    inputs = parts.inputs(aliases=["one.example.com"], viewerCertificate=own)
    made = engine.make(DISTRIBUTION, **inputs)
    with pytest.raises(RefusedError, match="CNAMEAlreadyExists"):
        engine.make(DISTRIBUTION, **inputs)
    engine.change(made, **{**inputs, "comment": "still mine"})
    assert made.state["comment"] == "still mine"
