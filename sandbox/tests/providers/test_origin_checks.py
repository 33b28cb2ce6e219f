"""The origins and path patterns of a distribution, and what CloudFront rejects of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.providers.aws.cloudfront_origin_checks import origin_errors, pattern_errors
from sandbox.tests.providers.harness import RejectedError
from sandbox.tests.providers.test_distribution import DISTRIBUTION, References, create_references

if TYPE_CHECKING:
    from types_boto3_cloudfront import CloudFrontClient

    from sandbox.tests.providers.harness import Engine


@pytest.fixture(scope="module")
def references(engine: Engine) -> References:
    """The resources that this module's distributions refer to."""
    return create_references(engine)


def server(domain: str = "api.example.com", name: str = "api", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - a property's value
    """Return a custom origin, changed by `more`."""
    custom = {
        "httpPort": 80,
        "httpsPort": 443,
        "originProtocolPolicy": "https-only",
        "originSslProtocols": ["TLSv1.2"],
        "originReadTimeout": 30,
        "originKeepaliveTimeout": 5,
        **more,
    }
    return {"originId": name, "domainName": domain, "customOriginConfig": custom}


def test_bucket_and_server(engine: Engine, cloudfront: CloudFrontClient, references: References) -> None:
    """A bucket and a server with their behaviors are created, and refreshed without a difference."""
    everything = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    behaviors = [
        {
            "pathPattern": pattern,
            "targetOriginId": "api",
            "viewerProtocolPolicy": "redirect-to-https",
            "allowedMethods": everything,
            "cachedMethods": ["GET", "HEAD"],
            "cachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
            "originRequestPolicyId": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
        }
        for pattern in ("/api/*", "/api")
    ]
    inputs = references.inputs(
        origins=[*references.inputs()["origins"], server(originReadTimeout=60)], orderedCacheBehaviors=behaviors
    )
    created = engine.create(DISTRIBUTION, **inputs)
    config = cloudfront.get_distribution(Id=created.id)["Distribution"]["DistributionConfig"]
    assert [item["PathPattern"] for item in config["CacheBehaviors"]["Items"]] == ["/api/*", "/api"]
    (api,) = [item for item in config["Origins"]["Items"] if item["Id"] == "api"]
    assert api["CustomOriginConfig"]["OriginReadTimeout"] == 60
    engine.refresh(created)
    assert engine.diff(created, **inputs) == {}
    swapped = {**inputs, "orderedCacheBehaviors": behaviors[::-1]}
    assert set(engine.diff(created, **swapped)) == {f"orderedCacheBehaviors[{index}].pathPattern" for index in (0, 1)}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"httpPort": 25}, "InvalidArgument: The parameter httpPort"),
        ({"httpsPort": 1023}, "InvalidArgument: The parameter httpsPort"),
        ({"httpsPort": 65536}, "InvalidArgument: The parameter httpsPort"),
        ({"originProtocolPolicy": "http"}, "originProtocolPolicy: expected"),
        ({"originSslProtocols": ["TLSv1.3"]}, "originSslProtocols.* expected"),
        ({"originSslProtocols": []}, "OriginSslProtocols must have a protocol"),
        ({"originReadTimeout": 0}, "originReadTimeout to be in the range"),
        ({"originReadTimeout": 121}, "InvalidOriginReadTimeout"),
        ({"originKeepaliveTimeout": 121}, "InvalidOriginKeepaliveTimeout"),
    ],
)
def test_invalid_servers(engine: Engine, references: References, change: dict[str, Any], reason: str) -> None:
    """Ports, protocols and timeouts must be valid for CloudFront and for the official provider."""
    with pytest.raises(RejectedError, match=reason):
        engine.create(DISTRIBUTION, **references.inputs(origins=[*references.inputs()["origins"], server(**change)]))


@pytest.mark.parametrize(
    ("origins", "code"),
    [
        ([server("192.0.2.7")], "InvalidArgument"),
        ([server("127.0.0.2")], "InvalidArgument"),
        ([server("https://api.example.com")], "InvalidArgument"),
        ([server("api.example.com:80")], "InvalidArgument"),
        ([server(name="x" * 129)], "InvalidArgument"),
        ([server(), server()], "InvalidArgument"),
        ([server(name=str(number)) for number in range(101)], "TooManyOrigins"),
        ([server(name=str(number)) for number in range(100)], None),
        ([server("127.0.0.1"), server("localhost", "local")], None),
    ],
)
def test_origins(origins: list[dict[str, Any]], code: str | None) -> None:
    """An origin is a host name, or in the sandbox this machine's address; 100 are allowed."""
    assert next((error[1] for error in origin_errors(origins)), None) == code


@pytest.mark.parametrize(
    ("patterns", "code"),
    [
        (["/api/*", "api", "*.cgi", "/a?b"], None),
        (["/ü"], "InvalidArgument"),
        (["/a b"], "InvalidArgument"),
        (["/%20"], "InvalidArgument"),
        (["x" * 256], "InvalidArgument"),
        (["/api/*", "api/*"], "InvalidArgument"),
        ([str(number) for number in range(74)], None),
        ([str(number) for number in range(75)], "TooManyCacheBehaviors"),
    ],
)
def test_path_patterns(patterns: list[str], code: str | None) -> None:
    """A pattern has few allowed characters and is unique; with the default one 75 behaviors are allowed."""
    behaviors = [{"pathPattern": pattern} for pattern in patterns]
    assert next((error[1] for error in pattern_errors(behaviors)), None) == code
