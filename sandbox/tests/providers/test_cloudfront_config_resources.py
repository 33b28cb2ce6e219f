from __future__ import annotations

import copy
import itertools
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.tests.providers.harness import RejectedError, fail_once

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
    """Return a cache policy whose key is only the path, changed by `more`."""
    return {"parametersInCacheKeyAndForwardedToOrigin": KEY, **more}


def unique(name: str) -> str:
    """Return a resource name that no other test uses."""
    return f"{name}{next(NUMBERS)}"


def test_access_control(engine: Engine, cloudfront: CloudFrontClient) -> None:
    """An access control gets a name, and is created, updated, read and deleted."""
    created = engine.create(ACCESS, resource_name=unique("oac"), **SIGNED)
    assert created.state["name"] == created.inputs["name"]
    assert created.state["arn"].endswith(f":origin-access-control/{created.id}")
    engine.update(created, **SIGNED, description="other")
    found = cloudfront.get_origin_access_control(Id=created.id)
    assert found["OriginAccessControl"]["OriginAccessControlConfig"]["Description"] == "other"
    assert created.state["etag"] == found["ETag"]
    engine.delete(created)
    assert not engine.refresh(created)
    engine.delete(created)


def test_invalid_access_control(engine: Engine) -> None:
    """The message for an unknown value lists the allowed ones."""
    with pytest.raises(RejectedError, match=r'signingBehavior: expected .*"always" "no-override"\], got sometimes'):
        engine.check(ACCESS, {**SIGNED, "signingBehavior": "sometimes"})


def test_required_properties(engine: Engine) -> None:
    """A property that the official provider requires is required, by name."""
    with pytest.raises(RejectedError, match="signingProtocol: Missing required argument"):
        engine.check(ACCESS, {"originAccessControlOriginType": "s3", "signingBehavior": "always"})


def test_cache_policy(engine: Engine, cloudfront: CloudFrontClient) -> None:
    """A policy is created, refreshed without a difference, updated and deleted."""
    inputs = cache_inputs(minTtl=60, defaultTtl=100, maxTtl=200, comment="c")
    created = engine.create(CACHE, resource_name=unique("cache"), **inputs)
    config = cloudfront.get_cache_policy(Id=created.id)["CachePolicy"]["CachePolicyConfig"]
    assert (config["MinTTL"], config["DefaultTTL"], config["MaxTTL"]) == (60, 100, 200)
    engine.refresh(created)
    assert engine.diff(created, **inputs) == {}
    assert engine.diff(created, **{**inputs, "minTtl": 61}) == {"minTtl": "UPDATE"}
    engine.update(created, **{**inputs, "minTtl": 61})
    assert created.state["minTtl"] == 61
    engine.delete(created)
    assert not engine.refresh(created)


def test_cache_policy_lists(engine: Engine, cloudfront: CloudFrontClient) -> None:
    """The order in which AWS returns the headers makes no difference."""
    key = {**KEY, "headersConfig": {"headerBehavior": "whitelist", "headers": {"items": ["B", "A"]}}}
    inputs = cache_inputs(parametersInCacheKeyAndForwardedToOrigin=key)
    created = engine.create(CACHE, resource_name=unique("cache"), **inputs)
    config = cloudfront.get_cache_policy(Id=created.id)["CachePolicy"]["CachePolicyConfig"]
    found = config["ParametersInCacheKeyAndForwardedToOrigin"]["HeadersConfig"]["Headers"]
    assert sorted(found["Items"]) == ["A", "B"]
    engine.refresh(created)
    assert engine.diff(created, **inputs) == {}


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
def test_invalid_cache_policies(engine: Engine, inputs: dict[str, object], reason: str) -> None:
    """CloudFront rejects TTLs out of order and names with spaces; the emulator accepts them."""
    with pytest.raises(RejectedError, match=f"InvalidArgument: .*{reason}"):
        engine.create(CACHE, resource_name=unique("cache"), **cache_inputs(**inputs))


def test_headers_policy(engine: Engine, cloudfront: CloudFrontClient) -> None:
    """Security and custom headers are created and refreshed without a difference."""
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
    created = engine.create(HEADERS, resource_name=unique("headers"), **inputs)
    config = cloudfront.get_response_headers_policy(Id=created.id)["ResponseHeadersPolicy"][
        "ResponseHeadersPolicyConfig"
    ]
    security = config["SecurityHeadersConfig"]
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] == 9
    assert security["XSSProtection"]["ModeBlock"] is True
    assert config["CustomHeadersConfig"]["Items"][0]["Header"] == "Cache-Control"
    engine.refresh(created)
    assert engine.diff(created, **inputs) == {}
    engine.update(created, customHeadersConfig=inputs["customHeadersConfig"])
    assert "securityHeadersConfig" not in created.state
    engine.delete(created)
    assert not engine.refresh(created)


@pytest.mark.parametrize("header", ["Connection", "X-Amz-Anything", "Via"])
def test_reserved_headers(engine: Engine, header: str) -> None:
    """A policy cannot set CloudFront's own headers."""
    items = [{"header": header, "value": "x", "override": True}]
    with pytest.raises(RejectedError, match=f"InvalidArgument: .*{header}"):
        engine.create(HEADERS, resource_name=unique("headers"), customHeadersConfig={"items": items})


def test_function(engine: Engine, cloudfront: CloudFrontClient) -> None:
    """A function is published when it is created and when its code changes, and is deleted."""
    created = engine.create(FUNCTION, resource_name=unique("fn"), runtime="cloudfront-js-2.0", code=CODE)
    assert created.state["arn"].endswith(f":function/{created.id}")
    assert created.state["liveStageEtag"]
    engine.update(created, runtime="cloudfront-js-2.0", code=f"// changed\n{CODE}")
    live = cloudfront.get_function(Name=created.id, Stage="LIVE")["FunctionCode"].read().decode()
    assert live == f"// changed\n{CODE}"
    engine.delete(created)
    assert not engine.refresh(created)
    engine.delete(created)


def test_other_tags_of_a_function(engine: Engine) -> None:
    """CloudFront does not publish a version twice, so other tags need another comment, too."""
    inputs = {"runtime": "cloudfront-js-2.0", "code": CODE}
    created = engine.create(FUNCTION, resource_name=unique("fn"), **inputs)
    engine.update(created, **inputs, tags={"team": "web"}, comment="for web")
    assert created.state["tags"] == {"team": "web"}
    with pytest.raises(RejectedError, match=r"PublishFunction.*PreconditionFailed"):
        engine.update(created, **inputs, tags={"team": "shop"}, comment="for web")


def test_unpublished_function(engine: Engine) -> None:
    """Without `publish` there is no live stage."""
    created = engine.create(FUNCTION, resource_name=unique("fn"), runtime="cloudfront-js-2.0", code=CODE, publish=False)
    assert created.state["liveStageEtag"] == ""
    assert created.state["status"] == "UNPUBLISHED"


def test_refresh_of_a_function(engine: Engine, cloudfront: CloudFrontClient) -> None:
    """Code that was changed outside of Pulumi is a difference after a refresh."""
    created = engine.create(FUNCTION, resource_name=unique("fn"), runtime="cloudfront-js-2.0", code=CODE)
    etag = cloudfront.describe_function(Name=created.id, Stage="DEVELOPMENT")["ETag"]
    config: Any = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    cloudfront.update_function(Name=created.id, IfMatch=etag, FunctionConfig=config, FunctionCode=b"//")
    engine.refresh(created)
    assert engine.diff(created, runtime="cloudfront-js-2.0", code=CODE) == {"code": "UPDATE"}


def change(cloudfront: CloudFrontClient, name: str) -> None:
    """Update a function outside of Pulumi."""
    etag = cloudfront.describe_function(Name=name, Stage="DEVELOPMENT")["ETag"]
    config: Any = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    cloudfront.update_function(Name=name, IfMatch=etag, FunctionConfig=config, FunctionCode=b"// foreign")


def live_code(cloudfront: CloudFrontClient, name: str) -> str:
    """Return the code that visitors get."""
    return cloudfront.get_function(Name=name, Stage="LIVE")["FunctionCode"].read().decode()


def test_foreign_update_of_a_function(engine: Engine, cloudfront: CloudFrontClient) -> None:
    """A function that was changed outside of Pulumi can be neither updated nor deleted until a refresh."""
    created = engine.create(FUNCTION, resource_name=unique("fn"), runtime="cloudfront-js-2.0", code=CODE)
    change(cloudfront, created.id)
    new = {"runtime": "cloudfront-js-2.0", "code": f"// new\n{CODE}"}
    for _ in range(2):
        with pytest.raises(RejectedError, match="StatusCode: 412, api error PreconditionFailed"):
            engine.update(created, **new)
        # As after Terraform's own error: the state has the new code, and the old version.
        assert created.state["code"] == new["code"]
    with pytest.raises(RejectedError, match="PreconditionFailed"):
        engine.delete(created)
    engine.refresh(created)
    assert engine.diff(created, **new) == {"code": "UPDATE"}
    engine.update(created, **new)
    assert live_code(cloudfront, created.id) == new["code"]


def test_failed_publish_of_an_update(
    engine: Engine, cloudfront: CloudFrontClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing publishes the update: each further `up` fails, and after a refresh there is no difference."""
    created = engine.create(FUNCTION, resource_name=unique("fn"), runtime="cloudfront-js-2.0", code=CODE)
    new = {"runtime": "cloudfront-js-2.0", "code": f"// new\n{CODE}"}
    fail_once("publish_function", monkeypatch)
    with pytest.raises(RejectedError, match="InternalError"):
        engine.update(created, **new)
    assert engine.diff(created, **new) == {}
    with pytest.raises(RejectedError, match="PreconditionFailed"):
        engine.update(created, **new)
    engine.refresh(created)
    assert engine.diff(created, **new) == {}
    assert live_code(cloudfront, created.id) == CODE


def test_failed_read_of_a_new_function(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine keeps a function that was created and then could not be read, so it does not create it again."""
    inputs = {"runtime": "cloudfront-js-2.0", "code": CODE}
    fail_once("get_function", monkeypatch)
    with pytest.raises(RejectedError, match="InternalError") as rejected:
        engine.create(FUNCTION, resource_name=unique("fn"), **inputs)
    created = rejected.value.kept
    assert created is not None
    engine.refresh(created)
    assert engine.diff(created, **inputs) == {}


def test_failed_publish_of_a_new_function(
    engine: Engine, cloudfront: CloudFrontClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine keeps the function; it is published by the `up` after a refresh, which reads its version."""
    inputs = {"runtime": "cloudfront-js-2.0", "code": CODE}
    fail_once("publish_function", monkeypatch)
    with pytest.raises(RejectedError, match="InternalError") as rejected:
        engine.create(FUNCTION, resource_name=unique("fn"), **inputs)
    created = rejected.value.kept
    assert created is not None
    assert created.state["code"] == CODE
    with pytest.raises(RejectedError, match="InvalidIfMatchVersion"):
        engine.update(created, **inputs)
    engine.refresh(created)
    engine.update(created, **inputs)
    assert live_code(cloudfront, created.id) == CODE


@pytest.mark.parametrize(
    ("token", "inputs", "changed"),
    [
        (ACCESS, SIGNED, {**SIGNED, "description": "other"}),
        (CACHE, cache_inputs(), cache_inputs(comment="other")),
    ],
)
def test_foreign_update(engine: Engine, token: str, inputs: dict[str, Any], changed: dict[str, Any]) -> None:
    """The same holds for policies and access controls, whose version the state has, too."""
    created = engine.create(token, resource_name=unique("foreign"), **inputs)
    stale = copy.deepcopy(created)
    engine.update(created, **changed)
    with pytest.raises(RejectedError, match="PreconditionFailed"):
        engine.update(stale, **changed)
    with pytest.raises(RejectedError, match="PreconditionFailed"):
        engine.delete(stale)
    engine.refresh(stale)
    engine.delete(stale)


def test_changed_name_replaces_the_function(engine: Engine) -> None:
    """A function's name is its identity."""
    created = engine.create(FUNCTION, resource_name=unique("fn"), runtime="cloudfront-js-2.0", code=CODE)
    assert engine.diff(created, name="other", runtime="cloudfront-js-2.0", code=CODE) == {"name": "UPDATE_REPLACE"}


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"runtime": "nodejs20.x"}, "runtime: expected runtime to be one of"),
        ({"name": "no spaces"}, "InvalidArgument: .*Name"),
        ({"code": "/" * 10241}, "FunctionSizeLimitExceeded"),
    ],
)
def test_invalid_functions(engine: Engine, inputs: dict[str, object], reason: str) -> None:
    """CloudFront's limits apply, which the emulator does not have."""
    given: dict[str, Any] = {"runtime": "cloudfront-js-2.0", "code": CODE, **inputs}
    with pytest.raises(RejectedError, match=reason):
        engine.create(FUNCTION, **given)


def test_import(engine: Engine) -> None:
    """Each resource is imported by its id, with inputs that make no difference."""
    kinds: dict[str, dict[str, Any]] = {
        ACCESS: SIGNED,
        CACHE: cache_inputs(),
        HEADERS: {"securityHeadersConfig": {"contentTypeOptions": {"override": True}}},
        FUNCTION: {"runtime": "cloudfront-js-2.0", "code": CODE},
    }
    for token, inputs in kinds.items():
        created = engine.create(token, resource_name=unique("import"), **inputs)
        found = engine.import_(token, created.id, created.name)
        assert engine.diff(found, **inputs, name=created.inputs["name"]) == {}
