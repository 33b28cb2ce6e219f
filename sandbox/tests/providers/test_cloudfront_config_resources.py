from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.tests.providers.harness import RefusedError

if TYPE_CHECKING:
    from types_boto3_cloudfront import CloudFrontClient

    from sandbox.tests.providers.harness import Engine

ACCESS = "aws:cloudfront/originAccessControl:OriginAccessControl"
CACHE = "aws:cloudfront/cachePolicy:CachePolicy"
HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
FUNCTION = "aws:cloudfront/function:Function"
NUMBERS = itertools.count(1)
SIGNED = {"originAccessControlOriginType": "s3", "signingBehavior": "always", "signingProtocol": "sigv4"}
KEY = {
    "cookiesConfig": {"cookieBehavior": "none"},
    "headersConfig": {"headerBehavior": "none"},
    "queryStringsConfig": {"queryStringBehavior": "none"},
}
CODE = "function handler(event) { return event.request; }"


def cache_inputs(**more: object) -> dict[str, Any]:
    """A cache policy by nothing but the path, changed by `more`."""
    return {"parametersInCacheKeyAndForwardedToOrigin": KEY, **more}


def unique(name: str) -> str:
    """A resource name that no other test has."""
    return f"{name}{next(NUMBERS)}"


def test_access_control(engine: Engine, cloudfront: CloudFrontClient) -> None:
    """A control is made with a name of its own, changed in place, read and removed."""
    made = engine.make(ACCESS, called=unique("oac"), **SIGNED)
    assert made.state["name"] == made.inputs["name"]
    assert made.state["arn"].endswith(f":origin-access-control/{made.id}")
    engine.change(made, **SIGNED, description="other")
    found = cloudfront.get_origin_access_control(Id=made.id)
    assert found["OriginAccessControl"]["OriginAccessControlConfig"]["Description"] == "other"
    assert made.state["etag"] == found["ETag"]
    engine.delete(made)
    assert not engine.refresh(made)
    engine.delete(made)


def test_access_control_knows_its_words(engine: Engine) -> None:
    """How requests are signed is one of a few words."""
    with pytest.raises(RefusedError, match=r'signingBehavior: expected .*"always" "no-override"\], got sometimes'):
        engine.check(ACCESS, {**SIGNED, "signingBehavior": "sometimes"})


def test_access_control_insists_on_its_type(engine: Engine) -> None:
    """What the official provider requires is required, by name."""
    with pytest.raises(RefusedError, match="signingProtocol: Missing required argument"):
        engine.check(ACCESS, {"originAccessControlOriginType": "s3", "signingBehavior": "always"})


def test_cache_policy(engine: Engine, cloudfront: CloudFrontClient) -> None:
    """A policy's times and key are those that it was given, and a refresh finds nothing to repair."""
    inputs = cache_inputs(minTtl=60, defaultTtl=100, maxTtl=200, comment="c")
    made = engine.make(CACHE, called=unique("cache"), **inputs)
    config = cloudfront.get_cache_policy(Id=made.id)["CachePolicy"]["CachePolicyConfig"]
    assert (config["MinTTL"], config["DefaultTTL"], config["MaxTTL"]) == (60, 100, 200)
    engine.refresh(made)
    assert engine.diff(made, **inputs) == {}
    assert engine.diff(made, **{**inputs, "minTtl": 61}) == {"minTtl": "UPDATE"}
    engine.change(made, **{**inputs, "minTtl": 61})
    assert made.state["minTtl"] == 61
    engine.delete(made)
    assert not engine.refresh(made)


def test_cache_policy_lists(engine: Engine, cloudfront: CloudFrontClient) -> None:
    """Headers in the key come back as they went, in whatever order the cloud tells them."""
    key = {**KEY, "headersConfig": {"headerBehavior": "whitelist", "headers": {"items": ["B", "A"]}}}
    inputs = cache_inputs(parametersInCacheKeyAndForwardedToOrigin=key)
    made = engine.make(CACHE, called=unique("cache"), **inputs)
    config = cloudfront.get_cache_policy(Id=made.id)["CachePolicy"]["CachePolicyConfig"]
    found = config["ParametersInCacheKeyAndForwardedToOrigin"]["HeadersConfig"]["Headers"]
    assert sorted(found["Items"]) == ["A", "B"]
    engine.refresh(made)
    assert engine.diff(made, **inputs) == {}


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"minTtl": 10, "defaultTtl": 5}, "0 <= 10 <= 5"),
        ({"maxTtl": 60, "defaultTtl": 61}, "61 <= 60"),
        ({"minTtl": -1}, "0 <= -1"),
        ({"name": "no spaces"}, "invalid characters"),
        (
            {
                "defaultTtl": 0,
                "maxTtl": 0,
                "parametersInCacheKeyAndForwardedToOrigin": {**KEY, "enableAcceptEncodingGzip": True},
            },
            "EnableAcceptEncodingGzip is invalid for policy with caching disabled",
        ),
    ],
)
def test_cache_policy_refusals(engine: Engine, inputs: dict[str, object], reason: str) -> None:
    """CloudFront refuses times out of order and names with blanks; the emulator takes them."""
    with pytest.raises(RefusedError, match=f"InvalidArgument: .*{reason}"):
        engine.make(CACHE, called=unique("cache"), **cache_inputs(**inputs))


def test_headers_policy(engine: Engine, cloudfront: CloudFrontClient) -> None:
    """Security and custom headers go to the cloud and come back without a difference."""
    inputs: dict[str, Any] = {
        "securityHeadersConfig": {
            "strictTransportSecurity": {"accessControlMaxAgeSec": 9, "override": True, "includeSubdomains": True},
            "contentTypeOptions": {"override": True},
            "frameOptions": {"frameOption": "DENY", "override": False},
            "referrerPolicy": {"referrerPolicy": "same-origin", "override": True},
            "xssProtection": {"protection": True, "modeBlock": True, "override": True},
            "contentSecurityPolicy": {"contentSecurityPolicy": "default-src 'self'", "override": True},
        },
        "customHeadersConfig": {"items": [{"header": "Cache-Control", "value": "no-cache", "override": False}]},
        "removeHeadersConfig": {"items": [{"header": "Server"}]},
        "corsConfig": {
            "accessControlAllowCredentials": False,
            "accessControlAllowHeaders": {"items": ["*"]},
            "accessControlAllowMethods": {"items": ["GET", "HEAD"]},
            "accessControlAllowOrigins": {"items": ["https://example.com"]},
            "originOverride": True,
        },
    }
    made = engine.make(HEADERS, called=unique("headers"), **inputs)
    config = cloudfront.get_response_headers_policy(Id=made.id)["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] == 9
    assert security["XSSProtection"]["ModeBlock"] is True
    assert config["CustomHeadersConfig"]["Items"][0]["Header"] == "Cache-Control"
    engine.refresh(made)
    assert engine.diff(made, **inputs) == {}
    engine.change(made, customHeadersConfig=inputs["customHeadersConfig"])
    assert "securityHeadersConfig" not in made.state
    engine.delete(made)
    assert not engine.refresh(made)


@pytest.mark.parametrize("header", ["Connection", "X-Amz-Anything", "Via"])
def test_headers_that_cloudfront_keeps(engine: Engine, header: str) -> None:
    """A policy may not set the headers that are CloudFront's own."""
    items = [{"header": header, "value": "x", "override": True}]
    with pytest.raises(RefusedError, match=f"InvalidArgument: .*{header}"):
        engine.make(HEADERS, called=unique("headers"), customHeadersConfig={"items": items})


def test_function(engine: Engine, cloudfront: CloudFrontClient) -> None:
    """A function is published when it is made and when its code changes, and is removed."""
    made = engine.make(FUNCTION, called=unique("fn"), runtime="cloudfront-js-2.0", code=CODE)
    assert made.state["arn"].endswith(f":function/{made.id}")
    assert made.state["liveStageEtag"]
    engine.change(made, runtime="cloudfront-js-2.0", code=f"// changed\n{CODE}")
    live = cloudfront.get_function(Name=made.id, Stage="LIVE")["FunctionCode"].read().decode()
    assert live == f"// changed\n{CODE}"
    engine.delete(made)
    assert not engine.refresh(made)
    engine.delete(made)


def test_function_that_stays_unpublished(engine: Engine) -> None:
    """Without publish there is no live stage."""
    made = engine.make(FUNCTION, called=unique("fn"), runtime="cloudfront-js-2.0", code=CODE, publish=False)
    assert made.state["liveStageEtag"] == ""
    assert made.state["status"] == "UNPUBLISHED"


def test_function_that_was_changed_by_hand(engine: Engine, cloudfront: CloudFrontClient) -> None:
    """Other code in the cloud is a difference after a refresh."""
    made = engine.make(FUNCTION, called=unique("fn"), runtime="cloudfront-js-2.0", code=CODE)
    etag = cloudfront.describe_function(Name=made.id, Stage="DEVELOPMENT")["ETag"]
    config: Any = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    cloudfront.update_function(Name=made.id, IfMatch=etag, FunctionConfig=config, FunctionCode=b"//")
    engine.refresh(made)
    assert engine.diff(made, runtime="cloudfront-js-2.0", code=CODE) == {"code": "UPDATE"}


def test_function_is_replaced_under_another_name(engine: Engine) -> None:
    """A function's name is its identity."""
    made = engine.make(FUNCTION, called=unique("fn"), runtime="cloudfront-js-2.0", code=CODE)
    assert engine.diff(made, name="other", runtime="cloudfront-js-2.0", code=CODE) == {"name": "UPDATE_REPLACE"}


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"runtime": "nodejs20.x"}, "runtime: expected runtime to be one of"),
        ({"name": "no spaces"}, "InvalidArgument: .*Name"),
        ({"code": "/" * 10241}, "FunctionSizeLimitExceeded"),
    ],
)
def test_function_refusals(engine: Engine, inputs: dict[str, object], reason: str) -> None:
    """CloudFront's limits on functions hold, which the emulator doesn't know."""
    given: dict[str, Any] = {"runtime": "cloudfront-js-2.0", "code": CODE, **inputs}
    with pytest.raises(RefusedError, match=reason):
        engine.make(FUNCTION, **given)


def test_import_of_the_parts(engine: Engine) -> None:
    """Each part is imported by its id with inputs that make no difference."""
    kinds: dict[str, dict[str, Any]] = {
        ACCESS: SIGNED,
        CACHE: cache_inputs(),
        HEADERS: {"securityHeadersConfig": {"contentTypeOptions": {"override": True}}},
        FUNCTION: {"runtime": "cloudfront-js-2.0", "code": CODE},
    }
    for token, inputs in kinds.items():
        made = engine.make(token, called=unique("import"), **inputs)
        found = engine.import_(token, made.id, made.name)
        assert engine.diff(found, **inputs, name=made.inputs["name"]) == {}
