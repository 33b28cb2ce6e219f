"""The resources that the settings of the edge declare, as they are registered with the engine."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING

import pulumi
import pytest

from hosting.errors import ConfigError
from tests.program.conftest import PREVIOUS_OUTPUTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.program.conftest import Deployed

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
ORIGIN_REQUEST = "aws:cloudfront/originRequestPolicy:OriginRequestPolicy"
# The engine's marker of a secret: https://www.pulumi.com/docs/iac/concepts/secrets
SECRET = "4dabf18193072939515e22adb298388d"
FUNCTION = "aws:cloudfront/function:Function"
INVALIDATION = "pulumi-python:dynamic/hosting:Invalidation"
WEBSITE = "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration"


def test_with_routing_by_errors_the_function_only_puts_paths_in_canonical_form(deploy: Callable[..., Deployed]) -> None:
    """A stack with `website:routing errors` and no rules has a function without a router, and a default root object."""
    prod = deploy("prod", website_routing="errors").resources
    assert "return canonicalUri(request,state)||request" in prod[FUNCTION]["code"]
    assert prod[DISTRIBUTION]["defaultRootObject"] == "index.html"


@pytest.mark.parametrize(("routing", "part"), [("auto", "route"), ("spa", "route"), ("pages", "pages")])
def test_a_router_is_a_viewer_request_function(deploy: Callable[..., Deployed], routing: str, part: str) -> None:
    """A router is a published function of runtime 2.0, and serves `/` itself."""
    prod = deploy("prod", website_routing=routing).resources
    function = prod[FUNCTION]
    assert f"function {part}(request,state)" in function["code"]
    assert (function["runtime"], function["publish"]) == ("cloudfront-js-2.0", True)
    (associated,) = prod[DISTRIBUTION]["defaultCacheBehavior"]["functionAssociations"]
    assert associated["eventType"] == "viewer-request"
    assert "defaultRootObject" not in prod[DISTRIBUTION]


def test_with_a_router_missing_files_are_a_404(deploy: Callable[..., Deployed]) -> None:
    """With a router a 404 gets the error document, unless the stack sets error responses."""
    found = deploy("prod", website_routing="spa", website_errorDocument="oops.html").resources[DISTRIBUTION]
    assert found["customErrorResponses"] == [
        {"errorCode": 404, "responseCode": 404, "responsePagePath": "/oops.html", "errorCachingMinTtl": 300}
    ]
    assert deploy("prod").resources[DISTRIBUTION]["customErrorResponses"] == []
    own = '[{"errorCode": 404, "responseCode": 200, "responsePagePath": "/"}]'
    found = deploy("prod", website_routing="spa", cloudfront_errorResponses=own).resources[DISTRIBUTION]
    assert [error["responsePagePath"] for error in found["customErrorResponses"]] == ["/index.html"]


def test_the_app_answers_under_any_path(deploy: Callable[..., Deployed]) -> None:
    """With `spa` a change of the index document invalidates all paths."""
    spa = deploy("prod", website_routing="spa", website_errorDocument="oops.html").resources
    assert spa[INVALIDATION]["fallbacks"] == ["index.html", "oops.html"]
    pages = deploy("prod", website_routing="pages", website_errorDocument="oops.html").resources
    assert pages[INVALIDATION]["fallbacks"] == ["oops.html"]


def test_another_kind_of_site_is_a_warning(
    deploy: Callable[..., Deployed], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stack's previous outputs have the kind of site; the warning names the file and the command."""
    monkeypatch.setitem(PREVIOUS_OUTPUTS, "routing", "pages")
    deploy("prod", preview=True)
    assert "until now" not in caplog.text
    monkeypatch.setitem(PREVIOUS_OUTPUTS, "routing", "app")
    pinned = deploy("prod", preview=True, publish_mode="bulk", publish_release="0123")
    found = deploy("prod")
    assert "until now" not in caplog.text
    assert not [one for one in [*found.every, *pinned.every] if one.typ == "pulumi:pulumi:StackReference"]
    deploy("prod", preview=True)
    assert "With 'docs/index.html' it has several pages" in caplog.text
    assert "pulumi config set --stack prod website:routing spa" in caplog.text
    assert found.outputs["routing"] == "pages"
    assert deploy("prod", website_routing="spa").outputs["routing"] == "spa"


def test_dev_routes_as_s3_does(deploy: Callable[..., Deployed]) -> None:
    """DEV has no CloudFront, so a router declares no function."""
    dev = deploy("dev", website_routing="spa").resources
    assert FUNCTION not in dev
    assert dev[WEBSITE]["errorDocument"] == {"key": "index.html"}


def test_rules_come_before_the_router(deploy: Callable[..., Deployed]) -> None:
    """Redirects are in the same function, before the router."""
    rule = '[{"source": "/a", "target": "/b", "status": "301"}]'
    prod = deploy("prod", website_redirects=rule, website_routing="spa").resources
    assert (
        "redirects(request,state)||canonicalUri(request,state)||route(request,state)||request" in prod[FUNCTION]["code"]
    )
    assert ORIGIN_REQUEST not in prod
    alone = deploy("prod", website_redirects=rule, website_routing="errors").resources
    assert (
        "redirects(request,state)||canonicalUri(request,state)||root(request,state)||request" in alone[FUNCTION]["code"]
    )
    assert [error["responsePagePath"] for error in alone[DISTRIBUTION]["customErrorResponses"]] == ["/index.html"] * 3


def test_a_rule_for_a_country_needs_a_policy(deploy: Callable[..., Deployed]) -> None:
    """CloudFront adds the country by an origin request policy, which does not change the cache key."""
    rule = '[{"source": "/a", "target": "/b", "condition": "<US>"}]'
    prod = deploy("prod", website_redirects=rule).resources
    assert prod[ORIGIN_REQUEST]["headersConfig"]["headers"]["items"] == ["CloudFront-Viewer-Country"]
    assert prod[DISTRIBUTION]["defaultCacheBehavior"]["originRequestPolicyId"] == "site-origin-request-policy-id"


def test_fallback_rules(deploy: Callable[..., Deployed]) -> None:
    """A fallback rule sets the app page or the error responses, and conflicts with `cloudfront:errorResponses`."""
    rule = '[{"source": "/<*>", "target": "/index.html", "status": "404-200"}]'
    assert deploy("prod", website_redirects=rule).resources[DISTRIBUTION]["customErrorResponses"] == []
    prod = deploy("prod", website_redirects=rule, website_routing="errors").resources
    assert "function redirects" not in prod[FUNCTION]["code"]
    assert [error["responseCode"] for error in prod[DISTRIBUTION]["customErrorResponses"]] == [200, 200]
    with pytest.raises(pulumi.RunError, match="pulumi config rm --stack prod cloudfront:errorResponses"):
        deploy("prod", website_redirects=rule, cloudfront_errorResponses='[{"errorCode": 404}]')


def test_rules_have_no_effect_without_cloudfront(deploy: Callable[..., Deployed]) -> None:
    """On DEV redirects declare no function."""
    dev = deploy("dev", website_redirects='[{"source": "/a", "target": "/b"}]').resources
    assert FUNCTION not in dev


def test_the_password_comes_first_and_is_secret(deploy: Callable[..., Deployed]) -> None:
    """The password is checked first, and the code with the hash is a secret."""
    config = {"access_username": "me", "access_password": "hunter2", "website_routing": "pages"}
    prod = deploy("prod", secret_keys=("access:password",), **config).resources
    code = prod[FUNCTION]["code"]
    assert set(code) == {SECRET, "value"}
    assert "password(request,state)||canonicalUri(request,state)||pages(request,state)||request" in code["value"]
    assert "hunter2" not in str(prod)


def test_headers_are_a_viewer_response_function(deploy: Callable[..., Deployed], tmp_path: Path) -> None:
    """Headers of a file are set by a function for responses, besides the function for requests."""
    (tmp_path / "_headers").write_text("/*\n  X-Frame-Options: DENY\n")
    prod = deploy("prod", directory=tmp_path, website_routing="spa").resources
    associated = prod[DISTRIBUTION]["defaultCacheBehavior"]["functionAssociations"]
    assert [one["eventType"] for one in associated] == ["viewer-request", "viewer-response"]
    assert '"x-frame-options":"DENY"' in prod[FUNCTION]["code"]


def test_the_resources_of_a_stack_are_counted(deploy: Callable[..., Deployed], tmp_path: Path) -> None:
    """With default settings, redirects and headers a stack has two functions and no CloudFront policies."""
    (tmp_path / "_redirects").write_text("/old /new 301\n/* /index.html 200\n")
    (tmp_path / "_headers").write_text("/*\n  X-Frame-Options: DENY\n")
    made = Counter(one.typ for one in deploy("prod", directory=tmp_path).every)
    assert made == {
        "hosting:index:StaticSite": 1,
        "pulumi:providers:aws": 1,
        "aws:s3/bucket:Bucket": 1,
        "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": 1,
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls": 1,
        "aws:s3/bucketPolicy:BucketPolicy": 1,
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 1,
        "aws:cloudfront/distribution:Distribution": 1,
        "aws:cloudfront/function:Function": 2,
        "aws:cloudfront/originAccessControl:OriginAccessControl": 1,
        "synced-folder:index:S3BucketFolder": 2,
        "pulumi-python:dynamic/hosting:FirstPolicy": 1,
        "pulumi-python:dynamic/hosting:Invalidation": 1,
        "pulumi-python:dynamic/hosting:PublishMarker": 1,
        "pulumi-python:dynamic/hosting:FunctionMarker": 1,
        "pulumi-python:dynamic/hosting:PublishedFunctions": 1,
        "pulumi-python:dynamic/hosting:PublishedFiles": 1,
        "pulumi-python:dynamic/hosting:Review": 1,
        "pulumi-python:dynamic/hosting:ReviewRecord": 1,
    }


def test_logs_go_to_a_bucket_with_an_expiration(deploy: Callable[..., Deployed]) -> None:
    """Logs go to a separate, private bucket in us-east-1, whose objects expire."""
    deployed = deploy("prod", cloudfront_logging="true", cloudfront_logRetentionDays="30")
    prod = deployed.resources
    logs = {one.typ.rpartition(":")[2]: one.inputs for one in deployed.every if one.name.startswith("site-logs")}
    assert {kind: made["region"] for kind, made in logs.items()} == dict.fromkeys(
        ("Bucket", "BucketOwnershipControls", "BucketPublicAccessBlock", "BucketLifecycleConfiguration"), "us-east-1"
    )
    assert logs["BucketOwnershipControls"]["rule"] == {"objectOwnership": "BucketOwnerPreferred"}
    closed = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert [logs["BucketPublicAccessBlock"][flag] for flag in closed] == [True] * 4
    (rule,) = prod["aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"]["rules"]
    assert (rule["expiration"], rule["status"]) == ({"days": 30}, "Enabled")
    assert prod[DISTRIBUTION]["loggingConfig"]["bucket"].startswith("static-site-prod-logs-")
    without = deploy("prod").resources
    assert "loggingConfig" not in without[DISTRIBUTION]
    assert "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration" not in without


def test_an_alarm_notifies_a_topic(deploy: Callable[..., Deployed]) -> None:
    """The rate of 5xx responses has an alarm in us-east-1 that notifies the topic, also when it is over."""
    topic = "arn:aws:sns:us-east-1:123456789012:alerts"
    alarm = deploy("prod", cloudfront_alarms=topic).resources["aws:cloudwatch/metricAlarm:MetricAlarm"]
    assert (alarm["metricName"], alarm["region"]) == ("5xxErrorRate", "us-east-1")
    assert alarm["dimensions"] == {"DistributionId": "site-distribution-id", "Region": "Global"}
    assert alarm["alarmActions"] == alarm["okActions"] == [topic]


def test_countries_and_a_web_acl(deploy: Callable[..., Deployed]) -> None:
    """Countries are allowed or denied, and a web ACL is attached by its ARN."""
    acl = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1234"
    prod = deploy("prod", cloudfront_geoRestriction='{"allow": ["DE", "AT"]}', cloudfront_webAclArn=acl).resources
    assert prod[DISTRIBUTION]["restrictions"]["geoRestriction"] == {
        "restrictionType": "whitelist",
        "locations": ["AT", "DE"],
    }
    assert prod[DISTRIBUTION]["webAclId"] == acl
    denied = deploy("prod", cloudfront_geoRestriction='{"deny": ["US"]}').resources[DISTRIBUTION]
    assert denied["restrictions"]["geoRestriction"] == {"restrictionType": "blacklist", "locations": ["US"]}


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("geoRestriction", '{"allow": ["DE"], "deny": ["US"]}', "must be empty if allow is set"),
        ("geoRestriction", '{"allow": ["Germany"]}', "unlike 'Germany'"),
        ("geoRestriction", '{"allow": ["DE", "XX"]}', "unlike 'XX'"),
        (
            "geoRestriction",
            '{"deny": ["fr", "UK"]}',
            "must be ISO 3166-1 country codes, unlike 'fr', 'UK'",
        ),
        ("geoRestriction", '{"deny": ["fr", "UK"]}', '["FR", "GB"]'),
        ("geoRestriction", "DE", "must be a map"),
        ("webAclArn", "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/a/b", "scope CLOUDFRONT"),
        ("alarms", "arn:aws:sns:eu-west-1:123456789012:alerts", "an SNS topic in us-east-1"),
        ("logRetentionDays", "0", "must be >= 1"),
        ("logging", "yes", "must be true or false"),
    ],
)
def test_invalid_settings(deploy: Callable[..., Deployed], key: str, value: str, message: str) -> None:
    """The error for a setting has its rule and the command that fixes it."""
    with pytest.raises(ConfigError, match=rf"'cloudfront:{key}.*{message}.*pulumi config set"):
        deploy("prod", **{f"cloudfront_{key}": value})


API = [{"source": "/api/<*>", "target": "https://api.example.com/v1/<*>", "status": "200"}]


def test_a_proxy_is_an_origin_and_a_behavior(deploy: Callable[..., Deployed], tmp_path: Path) -> None:
    """A proxy has AWS's managed policies, all methods, and only the function for requests."""
    (tmp_path / "_headers").write_text("/*\n  X-Frame-Options: DENY\n")
    config = {"website_redirects": json.dumps(API), "cloudfront_originReadTimeout": "60"}
    prod = deploy("prod", directory=tmp_path, **config).resources[DISTRIBUTION]
    bucket, api = prod["origins"]
    assert (bucket["originId"], "customOriginConfig" in bucket) == ("bucket", False)
    assert api == {
        "originId": "https://api.example.com",
        "domainName": "api.example.com",
        "customOriginConfig": {
            "httpPort": 80,
            "httpsPort": 443,
            "originProtocolPolicy": "https-only",
            "originSslProtocols": ["TLSv1.2"],
            "originReadTimeout": 60,
        },
    }
    default = prod["defaultCacheBehavior"]
    assert [one["eventType"] for one in default["functionAssociations"]] == ["viewer-request", "viewer-response"]
    assert prod["orderedCacheBehaviors"] == [
        {
            "pathPattern": "/api/*",
            "targetOriginId": "https://api.example.com",
            "viewerProtocolPolicy": "redirect-to-https",
            "allowedMethods": ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
            "cachedMethods": ["GET", "HEAD"],
            "cachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
            "originRequestPolicyId": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
            "functionAssociations": default["functionAssociations"][:1],
        }
    ]


@pytest.mark.parametrize("mode", ["managed", "bulk"])
def test_proxies_keep_the_order_of_the_rules(deploy: Callable[..., Deployed], tmp_path: Path, mode: str) -> None:
    """In both modes each proxy of Netlify's file has two behaviors, in the order of the rules, before any router."""
    (tmp_path / "_redirects").write_text(
        "/api/v2/* https://b.example.com/:splat 200\n/home /\n"
        "/api/* https://a.example.com/:splat 200\n/hook https://b.example.com/hook 200\n"
    )
    deployed = deploy("prod", directory=tmp_path, publish_mode=mode)
    prod = deployed.resources
    behaviors = [(one["pathPattern"], one["targetOriginId"]) for one in prod[DISTRIBUTION]["orderedCacheBehaviors"]]
    assert behaviors == [
        ("/api/v2/*", "https://b.example.com"),
        ("/api/v2", "https://b.example.com"),
        ("/api/*", "https://a.example.com"),
        ("/api", "https://a.example.com"),
        ("/hook", "https://b.example.com"),
        ("/hook/", "https://b.example.com"),
    ]
    origins = [one["originId"] for one in prod[DISTRIBUTION]["origins"]]
    assert origins == ["bucket", "https://b.example.com", "https://a.example.com"]
    lifetimes = {one["errorCode"]: one["errorCachingMinTtl"] for one in prod[DISTRIBUTION]["customErrorResponses"]}
    assert lifetimes == dict.fromkeys((404, 500, 501, 502, 503, 504), 0)
    codes = [one.inputs["code"] for one in deployed.every if one.typ == FUNCTION]
    assert sum("function redirects(request,state)" in code for code in codes) == 1


def test_without_proxies_nothing_changes(deploy: Callable[..., Deployed]) -> None:
    """A stack without proxies has only the default cache behavior, and only the bucket as origin."""
    prod = deploy("prod", website_redirects='[{"source": "/a", "target": "/b"}]').resources[DISTRIBUTION]
    assert "orderedCacheBehaviors" not in prod
    assert len(prod["origins"]) == 1


@pytest.mark.parametrize("value", ["0", "121"])
def test_the_read_timeout_is_cloudfronts(deploy: Callable[..., Deployed], value: str) -> None:
    """CloudFront allows 1 to 120 seconds."""
    with pytest.raises(ConfigError, match=r"'cloudfront:originReadTimeout' must be (<= 120|>= 1).*pulumi config set"):
        deploy("prod", cloudfront_originReadTimeout=value)


CHECK = "pulumi-python:dynamic/hosting:PublishedFunctions"
FUNCTION_MARKER = "pulumi-python:dynamic/hosting:FunctionMarker"


@pytest.mark.parametrize("config", [{}, {"publish_invalidate": "never"}, {"publish_mode": "bulk"}])
def test_the_code_that_cloudfront_runs_is_compared_with_the_declared_code(
    deploy: Callable[..., Deployed], config: dict[str, str]
) -> None:
    """In each mode, and without invalidations, the digest of each function's code is declared."""
    prod = deploy("prod", **config)
    codes = [one.inputs["code"] for one in prod.every if one.typ == FUNCTION]
    assert prod.resources[CHECK]["digests"] == [hashlib.sha256(code.encode()).hexdigest() for code in codes]


def test_other_default_tags_change_the_comment_of_a_function(deploy: Callable[..., Deployed]) -> None:
    """An update of the tags alone would publish a published version, which CloudFront refuses."""
    tags = [{}, {"aws_defaultTags": '{"tags": {"a": "1"}}'}, {"aws_defaultTags": '{"tags": {"a": "2"}}'}]
    comments = [deploy("prod", **config).resources[FUNCTION]["comment"] for config in tags]
    assert comments[0] == "The viewer-request function of static-site-prod"
    assert len(set(comments)) == len(tags)


def test_a_stack_without_functions_has_no_comparison(deploy: Callable[..., Deployed]) -> None:
    """Without CloudFront there is nothing to compare."""
    dev = deploy("dev")
    assert {CHECK, FUNCTION_MARKER}.isdisjoint(dev.resources)


def test_other_rules_are_another_function_marker(deploy: Callable[..., Deployed]) -> None:
    """The marker changes with the code of the functions, and with nothing else of the distribution."""

    def marker(**config: str) -> object:
        return deploy("prod", **config).resources[FUNCTION_MARKER]["content"]

    redirect = '[{"source": "/a", "target": "/b", "status": "301"}]'
    assert marker() == marker(cloudfront_compress="false")
    assert marker() != marker(website_redirects=redirect)
