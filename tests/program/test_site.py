"""The resources that each stage declares."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime import _callbacks
from pulumi.runtime.proto import resource_pb2

from hosting.publish.managed.path_list import unpack
from hosting.publish.managed.synced_folders import object_transform, transformed
from hosting.publish.staging.manifest import Manifest, ManifestEntry
from hosting.resource_names import resource_name
from tests.program.conftest import MANIFEST, VERSIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.program.conftest import Deployed

BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
WEBSITE = "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration"
CORS = "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
BUCKET = "aws:s3/bucket:Bucket"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
ACCESS_CONTROL = "aws:cloudfront/originAccessControl:OriginAccessControl"
OBJECT = "aws:s3/bucketObject:BucketObject"
FOLDER = "synced-folder:index:S3BucketFolder"
INVALIDATION = "pulumi-python:dynamic/hosting:Invalidation"
FIRST_POLICY = "pulumi-python:dynamic/hosting:FirstPolicy"
PUBLISH_MARKER = "pulumi-python:dynamic/hosting:PublishMarker"
PUBLISHED_FILES = "pulumi-python:dynamic/hosting:PublishedFiles"


def statement(policy: dict[str, Any]) -> dict[str, Any]:
    """Return the one statement of a bucket policy."""
    (only,) = json.loads(policy["policy"])["Statement"]
    found: dict[str, Any] = only
    return found


def test_dev_is_a_public_website_by_policy_alone(deploy: Callable[..., Deployed]) -> None:
    """DEV is an S3 website: ACLs stay blocked, the policy lets anyone read objects, and there is no CloudFront."""
    dev = deploy("dev").resources
    assert {key: dev[BLOCK][key] for key in ("blockPublicAcls", "ignorePublicAcls")} == {
        "blockPublicAcls": True,
        "ignorePublicAcls": True,
    }
    assert dev[BLOCK]["blockPublicPolicy"] is False
    assert dev[BLOCK]["restrictPublicBuckets"] is False
    assert dev[OWNERSHIP]["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
    assert statement(dev[POLICY]) == {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "NotResource": ["arn:aws:s3:::static-site-dev/.published/*"],
        "Sid": "PublicRead",
        "Principal": "*",
    }
    assert dev[WEBSITE]["indexDocument"] == {"suffix": "index.html"}
    assert dev[WEBSITE]["errorDocument"] == {"key": "index.html"}
    assert not {kind for kind in dev if "cloudfront" in kind or "Invalidation" in kind}


def test_prod_is_private_behind_cloudfront(deploy: Callable[..., Deployed]) -> None:
    """PROD blocks all public access, and its policy lets this one distribution read objects."""
    prod = deploy("prod").resources
    blocks = ("blockPublicAcls", "ignorePublicAcls", "blockPublicPolicy", "restrictPublicBuckets")
    assert [prod[BLOCK][key] for key in blocks] == [True, True, True, True]
    assert prod[OWNERSHIP]["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
    assert WEBSITE not in prod
    found = statement(deploy("prod", website_routing="errors").resources[POLICY])
    assert found["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert found["Condition"] == {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::1:distribution/E1"}}
    assert (found["Effect"], found["Action"]) == ("Allow", "s3:GetObject")


@pytest.mark.parametrize("mode", ["managed", "bulk"])
@pytest.mark.parametrize(
    ("routing", "granted"),
    [
        ("errors", [("s3:GetObject", None)]),
        ("auto", [("s3:GetObject", None), ("s3:ListBucket", "arn:aws:s3:::static-site-prod")]),
        ("spa", [("s3:GetObject", None), ("s3:ListBucket", "arn:aws:s3:::static-site-prod")]),
        ("pages", [("s3:GetObject", None), ("s3:ListBucket", "arn:aws:s3:::static-site-prod")]),
    ],
)
def test_a_router_gets_s3s_404(
    deploy: Callable[..., Deployed], mode: str, routing: str, granted: list[tuple[str, str | None]]
) -> None:
    """With a router, CloudFront may list the bucket, in bulk mode too; `errors` keeps Amplify's policy."""
    prod = deploy("prod", website_routing=routing, publish_mode=mode).resources
    objects, *listing = json.loads(prod[POLICY]["policy"])["Statement"]
    assert [(objects["Action"], None), *((one["Action"], one["Resource"]) for one in listing)] == granted
    for one in listing:
        assert [one[name] for name in ("Effect", "Principal", "Condition")] == [
            objects[name] for name in ("Effect", "Principal", "Condition")
        ]
        assert "NotResource" not in one
    assert prod[FIRST_POLICY]["missing_is_404"] is (len(granted) == 2)


def test_the_distribution_reads_the_regional_domain_through_an_access_control(
    deploy: Callable[..., Deployed],
) -> None:
    """The origin is the bucket's REST domain in its region, signed by an Origin Access Control."""
    prod = deploy("prod").resources
    (origin,) = prod[DISTRIBUTION]["origins"]
    assert origin["domainName"] == "static-site-prod.s3.eu-north-1.amazonaws.com"
    assert origin["originAccessControlId"] == "site-access-control-id"
    access = prod[ACCESS_CONTROL]
    assert access["originAccessControlOriginType"] == "s3"
    assert (access["signingBehavior"], access["signingProtocol"]) == ("always", "sigv4")
    behavior = prod[DISTRIBUTION]["defaultCacheBehavior"]
    assert behavior["targetOriginId"] == origin["originId"]
    assert behavior["viewerProtocolPolicy"] == "redirect-to-https"
    assert behavior["cachePolicyId"] == "658327ea-f89d-4fab-a63d-7e88639e58f6"
    assert behavior["responseHeadersPolicyId"] == "e61eb60c-9c35-4d20-a928-2b84e02af89c"


def test_the_defaults_of_the_distribution(deploy: Callable[..., Deployed]) -> None:
    """Without settings the distribution caches and answers errors as Amplify's did."""
    prod = deploy("prod").resources
    distribution = prod[DISTRIBUTION]
    assert (distribution["httpVersion"], distribution["priceClass"]) == ("http2and3", "PriceClass_All")
    assert (distribution["isIpv6Enabled"], distribution["waitForDeployment"]) == (True, True)
    assert ("defaultRootObject" in distribution, distribution["customErrorResponses"]) == (False, [])
    amplifys = deploy("prod", website_routing="errors").resources[DISTRIBUTION]
    assert amplifys["defaultRootObject"] == "index.html"
    assert amplifys["customErrorResponses"] == [
        {"errorCode": code, "responseCode": 200, "responsePagePath": "/", "errorCachingMinTtl": 300}
        for code in (400, 403, 404)
    ]


def test_policies_are_managed_ones_whatever_the_settings(deploy: Callable[..., Deployed]) -> None:
    """No TTL, no compression setting and no CORS rule makes a policy of the stack's own."""
    ttls = ("cloudfront_minTtl", "cloudfront_defaultTtl", "cloudfront_maxTtl")
    for config in (dict.fromkeys(ttls, "0"), dict.fromkeys(ttls, "7"), {"cloudfront_compress": "false"}):
        prod = deploy("prod", website_cors="[]", **config).resources
        assert not [kind for kind in prod if "cloudfront" in kind and kind.endswith("Policy")]
        behavior = prod[DISTRIBUTION]["defaultCacheBehavior"]
        assert behavior["responseHeadersPolicyId"] == "67f7725c-6f97-4210-82d7-5512b31e9d03"


def test_settings_reach_their_resources(deploy: Callable[..., Deployed]) -> None:
    """Website and CloudFront settings are the inputs of the bucket and the distribution."""
    prod = deploy(
        "prod",
        website_bucketName="my-bucket",
        website_indexDocument="home.html",
        website_retainBucket="true",
        website_routing="errors",
        cloudfront_ipv6="false",
        cloudfront_compress="false",
        cloudfront_waitForDeployment="false",
        cloudfront_errorResponses='[{"errorCode": 404}]',
        publish_invalidate="always",
        publish_invalidationMaxPaths="7",
        publish_invalidationWait="true",
    ).resources
    assert (prod[BUCKET]["bucket"], prod[BUCKET]["forceDestroy"]) == ("my-bucket", False)
    distribution = prod[DISTRIBUTION]
    assert distribution["defaultRootObject"] == "home.html"
    assert (distribution["isIpv6Enabled"], distribution["waitForDeployment"]) == (False, False)
    assert distribution["defaultCacheBehavior"]["compress"] is False
    assert distribution["customErrorResponses"] == [{"errorCode": 404, "errorCachingMinTtl": 300}]
    invalidation = prod[INVALIDATION]
    assert (invalidation["always"], invalidation["max_paths"], invalidation["wait"]) == (True, 7, True)


def test_no_cors_rules_is_no_configuration(deploy: Callable[..., Deployed]) -> None:
    """S3 refuses an empty CORS configuration, so an empty list declares none."""
    assert deploy("dev").resources[CORS]["corsRules"][0]["allowedOrigins"] == ["*"]
    assert CORS not in deploy("dev", website_cors="[]").resources


def test_every_managed_stack_records_its_publishes(deploy: Callable[..., Deployed]) -> None:
    """Publish marker and record are declared also without CloudFront, and if nothing is ever invalidated."""
    for never in (deploy("prod", publish_invalidate="never"), deploy("dev")):
        assert never.resources.keys() >= {PUBLISH_MARKER, PUBLISHED_FILES}
        assert INVALIDATION not in never.resources
        record, marker = never.resources[PUBLISHED_FILES], never.resources[PUBLISH_MARKER]
        assert json.loads(record["entries"]) == {entry.path: entry.fingerprint for entry in MANIFEST.entries}
        assert unpack(marker["paths"]) == [entry.path for entry in MANIFEST.entries]
        assert (record["staging"], record["keep_assets_days"]) == (".hosting/staging/dev", 7)


def test_a_preview_shows_what_bulk_mode_would_save(
    deploy: Callable[..., Deployed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is shown once for each `pulumi up`, by its preview, and has a command for this stack."""
    shown: list[str] = []
    monkeypatch.setattr("hosting.site.resources.bulk_mode_hint", lambda count: f"{count}: pulumi config set x")
    monkeypatch.setattr("pulumi.log.info", lambda text, *_: shown.append(text))
    deploy("dev", preview=True)
    deploy("dev")
    deploy("prod", preview=True, publish_mode="bulk")
    assert [text for text in shown if "config set" in text] == ["3: pulumi config set --stack dev x"]


def test_publish_marker_covers_all_that_is_invalidated(deploy: Callable[..., Deployed]) -> None:
    """A changed file, error page or error response gets a new publish marker before it is uploaded."""
    settings: list[dict[str, str]] = [
        {},
        {"website_indexDocument": "home.html"},
        {"cloudfront_errorResponses": "[]"},
        {"cloudfront_errorResponses": '[{"errorCode": 404, "responseCode": 404, "responsePagePath": "/"}]'},
        {"cloudfront_errorResponses": '[{"errorCode": 404, "responseCode": 200, "responsePagePath": "/"}]'},
    ]
    plain = {"website_routing": "errors"}
    markers = [deploy("prod", **plain, **setting).resources[PUBLISH_MARKER]["content"] for setting in settings]
    assert len(set(markers)) == len(settings)
    same = deploy("prod", **plain, cloudfront_priceClass="PriceClass_100")
    assert same.resources[PUBLISH_MARKER]["content"] == markers[0]


def test_an_error_page_is_a_file_whatever_its_path_is_written_like(deploy: Callable[..., Deployed]) -> None:
    """CloudFront's paths of error pages are URLs: a space is %20."""
    pages = '[{"errorCode": 404, "responseCode": 404, "responsePagePath": "/not%20here.html"}]'
    invalidation = deploy("prod", cloudfront_errorResponses=pages).resources[INVALIDATION]
    assert "not here.html" in invalidation["fallbacks"]


def test_the_invalidation_watches_every_file_and_the_error_pages(deploy: Callable[..., Deployed]) -> None:
    """The invalidation has each object's version; the page of Amplify's error responses is a fallback."""
    assert deploy("prod").resources[INVALIDATION]["fallbacks"] == []
    invalidation = deploy("prod", website_routing="errors").resources[INVALIDATION]
    assert invalidation["versions"] == VERSIONS
    assert invalidation["fallbacks"] == ["index.html"]
    assert invalidation["distribution_id"] == "site-distribution-id"


def test_folders_are_named_as_the_provider_wants_them(deploy: Callable[..., Deployed]) -> None:
    """A synced folder's path is relative without `./`, dotfiles are included, and its ACL holds with ACLs off."""
    folder = deploy("dev").resources[FOLDER]
    assert folder["path"] in {".hosting/staging/dev/assets", ".hosting/staging/dev/pages"}
    assert (folder["acl"], folder["includeHiddenFiles"]) == ("bucket-owner-full-control", True)
    # An alias of one object may be the name of another.
    assert folder["disableManagedObjectAliases"] is True


def test_outputs_of_both_stages(deploy: Callable[..., Deployed]) -> None:
    """Each output is None if it does not apply."""
    dev = deploy("dev").outputs
    assert dev["url"] == dev["websiteUrl"] == "http://static-site-dev.s3-website.eu-north-1.amazonaws.com"
    assert (dev["distributionId"], dev["distributionDomain"], dev["invalidationId"]) == (None, None, None)
    assert (dev["bucketName"], dev["bucketRegion"]) == ("static-site-dev", "eu-north-1")
    assert (dev["digest"], dev["fileCount"]) == (MANIFEST.digest, 3)
    prod = deploy("prod").outputs
    assert (prod["url"], prod["websiteUrl"]) == ("https://d1.cloudfront.net", None)
    assert (prod["distributionId"], prod["distributionDomain"]) == ("site-distribution-id", "d1.cloudfront.net")


def test_aws_settings_reach_the_provider(deploy: Callable[..., Deployed]) -> None:
    """The explicit provider has the same settings as a default one."""
    config = {"aws_s3UsePathStyle": "true", "aws_endpoints": '[{"s3": "http://127.0.0.1:1"}]'}
    provider = deploy("dev", **config).resources["pulumi:providers:aws"]
    assert (provider["region"], provider["s3UsePathStyle"]) == ("eu-north-1", "true")
    assert json.loads(provider["endpoints"]) == [{"s3": "http://127.0.0.1:1"}]


@pytest.mark.parametrize(
    ("key", "headers"),
    [
        ("index.html", {"contentType": "text/html; charset=utf-8"}),
        ("app.0a1b2c3d.js", {"contentType": "text/javascript; charset=utf-8", "cacheControl": "public, immutable"}),
        ("game.wasm.br", {"contentType": "application/wasm", "contentEncoding": "br"}),
    ],
)
def test_objects_get_the_headers_of_the_manifest(key: str, headers: dict[str, str]) -> None:
    """A synced folder's transform gives each object the headers of its entry; the engine never deletes it."""
    manifest = Manifest.of([*MANIFEST.entries, ManifestEntry("game.wasm.br", 1, "aa", "application/wasm", None, "br")])
    props, opts = {"key": key, "contentType": "x"}, pulumi.ResourceOptions()
    args = pulumi.ResourceTransformArgs(custom=True, type_=OBJECT, name=key, props=props, opts=opts)
    result = object_transform(manifest)(args)
    assert result is not None
    assert result.props == {"key": key, **headers}
    assert result.opts.retain_on_delete is True
    # The engine's request is changed in the same way, without the SDK.
    options = resource_pb2.TransformResourceOptions(depends_on=["urn:pulumi:prod::site::a::b"])
    request = resource_pb2.TransformRequest(type=OBJECT, name=key, options=options)
    request.properties.update(props)
    response = transformed(request, manifest)
    assert dict(response.properties) == result.props
    assert response.options.retain_on_delete is True
    assert response.options.depends_on == options.depends_on


def test_the_sdk_has_the_callback_of_a_transform_without_asking_it(
    deploy: Callable[..., Deployed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each folder registers the answer to the engine's requests for its transform where the SDK looks for it."""
    servicer = object.__new__(_callbacks._CallbackServicer)
    vars(servicer).update({"_callbacks": {}, "_transforms": {}, "_target": ""})
    monkeypatch.setattr("tests.program.conftest.NoCallbacks", lambda: servicer)
    deploy("dev")
    assert len(servicer._callbacks) == len(servicer._transforms) == 2
    respond: Any = next(iter(servicer._callbacks.values()))
    transform: Any = next(iter(servicer._transforms))
    assert servicer.register_transform(transform).token in servicer._callbacks
    request = resource_pb2.TransformRequest(type=OBJECT)
    request.properties.update({"key": "index.html"})
    # asyncio.run would remove the thread's loop, which other tests use.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        response = runner.run(respond(request.SerializeToString()))
    assert dict(response.properties)["contentType"] == "text/html; charset=utf-8"


def test_the_sdk_logs_only_debug_messages_about_callbacks(deploy: Callable[..., Deployed]) -> None:
    """These are left out, as each is a request to the engine; the module has no messages of another kind."""
    deploy("dev")
    assert (
        set(re.findall(r"\blog\.(\w+)", inspect.getsource(_callbacks)))
        == vars(vars(_callbacks)["log"]).keys()
        == {"debug"}
    )


def test_the_transform_leaves_other_resources_alone() -> None:
    """The folder itself, and an object that is not in the manifest, are not changed."""
    transform = object_transform(MANIFEST)
    for kind, key in (("synced-folder:index:S3BucketFolder", "index.html"), (OBJECT, "?")):
        request = resource_pb2.TransformRequest(type=kind)
        request.properties.update({"key": key})
        assert dict(transformed(request, MANIFEST).properties) == {"key": key}
        opts = pulumi.ResourceOptions()
        args = pulumi.ResourceTransformArgs(custom=True, type_=kind, name="x", props={"key": key}, opts=opts)
        assert transform(args) is None


@pytest.mark.parametrize(
    ("project", "stack", "name"),
    [
        ("static-site", "dev", "static-site-dev"),
        ("My_Site", "feature.X", "my-site-feature-x"),
        ("a" * 60, "dev", "a" * 36),
        ("a" * 35, "dev", "a" * 35),
    ],
)
def test_names_hold_in_s3_and_cloudfront(project: str, stack: str, name: str) -> None:
    """A name is lower-case letters, digits and single hyphens, short enough for a suffix."""
    assert resource_name(project, stack) == name
