"""Origins and path patterns of a distribution: what the provider makes of them, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.providers.aws.cloudfront_origin_checks import origin_refusals, pattern_refusals
from sandbox.tests.providers.harness import RefusedError
from sandbox.tests.providers.test_distribution import DISTRIBUTION, Parts, made_parts

if TYPE_CHECKING:
    from types_boto3_cloudfront import CloudFrontClient

    from sandbox.tests.providers.harness import Engine


@pytest.fixture(scope="module")
def parts(engine: Engine) -> Parts:
    """What this module's distributions refer to."""
    return made_parts(engine)


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


def test_origins_of_two_kinds(engine: Engine, cloudfront: CloudFrontClient, parts: Parts) -> None:
    """A bucket and a server stand side by side, each with its behaviors, and a refresh finds nothing to repair."""
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
    inputs = parts.inputs(
        origins=[*parts.inputs()["origins"], server(originReadTimeout=60)], orderedCacheBehaviors=behaviors
    )
    made = engine.make(DISTRIBUTION, **inputs)
    config = cloudfront.get_distribution(Id=made.id)["Distribution"]["DistributionConfig"]
    assert [one["PathPattern"] for one in config["CacheBehaviors"]["Items"]] == ["/api/*", "/api"]
    (api,) = [one for one in config["Origins"]["Items"] if one["Id"] == "api"]
    assert api["CustomOriginConfig"]["OriginReadTimeout"] == 60
    engine.refresh(made)
    assert engine.diff(made, **inputs) == {}
    swapped = {**inputs, "orderedCacheBehaviors": behaviors[::-1]}
    assert set(engine.diff(made, **swapped)) == {f"orderedCacheBehaviors[{index}].pathPattern" for index in (0, 1)}


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
def test_a_server_that_is_refused(engine: Engine, parts: Parts, change: dict[str, Any], reason: str) -> None:
    """Ports, protocols and timeouts are CloudFront's, or those of the official provider."""
    with pytest.raises(RefusedError, match=reason):
        engine.make(DISTRIBUTION, **parts.inputs(origins=[*parts.inputs()["origins"], server(**change)]))


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
def test_which_origins_are_refused(origins: list[dict[str, Any]], code: str | None) -> None:
    """An origin has a name, but for this machine's address, which the sandbox alone takes; there are 100."""
    assert next((refusal[1] for refusal in origin_refusals(origins)), None) == code


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
def test_which_patterns_are_refused(patterns: list[str], code: str | None) -> None:
    """A pattern has few characters, is there once, and there are 75 behaviors with the default one."""
    assert next((one[1] for one in pattern_refusals([{"pathPattern": one} for one in patterns])), None) == code
