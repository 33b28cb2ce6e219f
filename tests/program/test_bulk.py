"""The resources that bulk mode declares."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from hosting.errors import ConfigError
from hosting.publish.staging.manifest import Manifest, ManifestEntry
from tests.program.conftest import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.program.conftest import Deployed

RELEASE = "pulumi-python:dynamic/hosting:Release"
LIVE = "pulumi-python:dynamic/hosting:Live"
MARKER = "pulumi-python:dynamic/hosting:PublishMarker"
FUNCTION = "aws:cloudfront/function:Function"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
POLICY = "aws:cloudfront/cachePolicy:CachePolicy"
FOLDER = "synced-folder:index:S3BucketFolder"


def key_headers(policy: dict[str, Any]) -> Any:  # noqa: ANN401 - input dict
    """Return the headers in a cache policy's key."""
    return policy["parametersInCacheKeyAndForwardedToOrigin"]["headersConfig"]


def test_managed_mode_has_nothing_of_bulk_mode(deploy: Callable[..., Deployed]) -> None:
    """By default each file is a resource, and there is no cache policy for releases."""
    prod = deploy("prod")
    assert {RELEASE, LIVE}.isdisjoint(prod.resources)
    assert "function release(" not in prod.resources[FUNCTION]["code"]
    assert FOLDER in prod.resources
    assert POLICY not in prod.resources
    assert "releases" not in prod.outputs


def test_a_release_is_one_small_resource(deploy: Callable[..., Deployed]) -> None:
    """Its inputs have a digest and counts, not files; its outputs are the stack's."""
    prod = deploy("prod", publish_mode="bulk")
    release = prod.resources[RELEASE]
    assert FOLDER not in prod.resources
    assert (release["wanted"], release["files"], release["atomic"]) == (MANIFEST.digest, 3, True)
    assert (release["hold"], release["keep_assets_days"], release["max_remove"]) == (3, 7, 50)
    assert release["urn"].endswith("hosting:index:StaticSite$pulumi-python:dynamic/hosting:Release::site-release")
    assert "about.html" not in json.dumps(release)
    assert (prod.outputs["digest"], prod.outputs["fileCount"]) == ("d" * 64, 3)
    assert prod.outputs["releases"] == [{"digest": "d" * 64}]


def test_the_function_leads_to_the_slot_and_the_release_is_in_the_cache_key(deploy: Callable[..., Deployed]) -> None:
    """The switch is an update of the function, after the release; its header is part of the cache key."""
    prod = deploy("prod", publish_mode="bulk", website_routing="spa").resources
    code = prod[FUNCTION]["code"]
    assert '"/.release/s/f1"' in code
    assert "return canonicalUri(request,state)||route(request,state)||release(request,state)||request" in code
    assert json.loads(prod[RELEASE]["route_choice"]) == {
        "index_document": "index.html",
        "has_app_page": True,
        "app_page": "",
    }
    # The router is the release's own: that of an earlier one, after a rollback.
    assert '"named":{"of-the-release":0}' in code
    assert key_headers(prod[POLICY]) == {"headerBehavior": "whitelist", "headers": {"items": ["x-release"]}}


def test_the_cache_policy_of_bulk_mode_has_the_managed_ones_times(deploy: Callable[..., Deployed]) -> None:
    """In both modes the file's header sets its caching time; without caching the managed policy does."""
    ttls = {"cloudfront_minTtl": "5", "cloudfront_defaultTtl": "6", "cloudfront_maxTtl": "7"}
    policy = deploy("prod", publish_mode="bulk", cloudfront_compress="false", **ttls).resources[POLICY]
    assert (policy["minTtl"], policy["defaultTtl"], policy["maxTtl"]) == (1, 86400, 31536000)
    key = policy["parametersInCacheKeyAndForwardedToOrigin"]
    assert (key["enableAcceptEncodingGzip"], key["enableAcceptEncodingBrotli"]) == (False, False)
    off = deploy("prod", publish_mode="bulk", **dict.fromkeys(ttls, "0")).resources
    assert POLICY not in off
    assert off[DISTRIBUTION]["defaultCacheBehavior"]["cachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


def test_error_pages_have_a_place_of_their_own(deploy: Callable[..., Deployed]) -> None:
    """CloudFront fetches error pages without the function; the function routes to the page for unknown paths."""
    prod = deploy("prod", publish_mode="bulk", website_routing="errors").resources
    pages = {error["responsePagePath"] for error in prod[DISTRIBUTION]["customErrorResponses"]}
    assert pages == {"/.release/e/index.html"}
    assert (prod[RELEASE]["error_pages"], prod[RELEASE]["fallback"]) == (["index.html"], "index.html")
    assert prod[LIVE]["error_pages"] == ["index.html"]
    errors = '[{"errorCode": 404, "responseCode": 404, "responsePagePath": "/404.html"}, {"errorCode": 500}]'
    own = deploy("prod", publish_mode="bulk", cloudfront_errorResponses=errors).resources
    assert [error.get("responsePagePath") for error in own[DISTRIBUTION]["customErrorResponses"]] == [
        "/.release/e/404.html",
        None,
    ]
    assert (own[RELEASE]["error_pages"], own[RELEASE]["fallback"]) == (["404.html"], "")


def test_without_cloudfront_files_are_in_place_and_records_hidden(deploy: Callable[..., Deployed]) -> None:
    """The bucket's policy lets anyone read all objects except the publisher's own records."""
    dev = deploy("dev", publish_mode="bulk")
    assert dev.resources[RELEASE]["atomic"] is False
    assert LIVE not in dev.resources
    (statement,) = json.loads(dev.resources["aws:s3/bucketPolicy:BucketPolicy"]["policy"])["Statement"]
    assert statement["NotResource"].endswith("/.published/*")
    assert "Resource" not in statement
    assert dev.outputs["invalidationId"] is None


def test_the_distribution_reads_no_records(deploy: Callable[..., Deployed]) -> None:
    """Manifests list all files, also unlinked ones, so CloudFront may not read them."""
    prod = deploy("prod", publish_mode="bulk")
    statement, _ = json.loads(prod.resources["aws:s3/bucketPolicy:BucketPolicy"]["policy"])["Statement"]
    assert statement["NotResource"].endswith("/.release/records/*")
    assert "Resource" not in statement


def test_error_pages_are_urls_in_the_settings_and_files_in_the_bucket(deploy: Callable[..., Deployed]) -> None:
    """The path of an error page with a space in its name has %20; the key has the space."""
    own = '[{"errorCode": 404, "responseCode": 404, "responsePagePath": "/not%20here.html"}]'
    prod = deploy("prod", publish_mode="bulk", cloudfront_errorResponses=own).resources
    assert prod[RELEASE]["error_pages"] == ["not here.html"]
    (error,) = prod["aws:cloudfront/distribution:Distribution"]["customErrorResponses"]
    assert error["responsePagePath"] == "/.release/e/not%20here.html"


def test_a_pin_wants_no_files(deploy: Callable[..., Deployed]) -> None:
    """With `publish:release` the inputs have the digest's prefix, and not the current files."""
    release = deploy("prod", publish_mode="bulk", publish_release="0123abcd").resources[RELEASE]
    assert (release["pin"], release["wanted"]) == ("0123abcd", "")


def test_a_pin_needs_bulk_mode_and_hex_digits(deploy: Callable[..., Deployed]) -> None:
    """Each message has the key of the setting."""
    with pytest.raises(ConfigError, match="'publish:mode' must be bulk if release is set"):
        deploy("prod", publish_release="0123abcd")
    with pytest.raises(ConfigError, match="'publish:release' must be the digest of a release"):
        deploy("prod", publish_mode="bulk", publish_release="latest")


def test_rules_that_leave_no_room_for_the_release_are_refused_before_anything_is_touched(
    deploy: Callable[..., Deployed],
) -> None:
    """The message has the bytes of both."""
    rules = json.dumps([{"source": f"/{'old' * 20}-{n}", "target": f"/{n}", "status": "301"} for n in range(74)])
    with pytest.raises(pulumi.RunError, match=r"release [0-9]+"):
        deploy("prod", publish_mode="bulk", website_redirects=rules)


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_reserved_paths_are_refused_at_the_preview(
    deploy: Callable[..., Deployed], monkeypatch: pytest.MonkeyPatch, stack: str
) -> None:
    """The command adds a pattern for the folder to those that the stack has; a rollback publishes no files."""
    reserved = [ManifestEntry(".published/index", 1, "d" * 64, "text/plain", None), *MANIFEST.entries]
    monkeypatch.setattr("tests.program.conftest.MANIFEST", Manifest.of(reserved))
    with pytest.raises(pulumi.RunError, match=rf"set --stack {stack} --path 'publish:ignore\[1\]' '/\.published/'"):
        deploy(stack, preview=True, publish_mode="bulk", publish_ignore='["*.map"]')
    deploy("prod", publish_mode="bulk", publish_release="0123abcd")
    deploy("prod")


def test_another_release_is_another_publish_marker(deploy: Callable[..., Deployed]) -> None:
    """The marker changes with the files or the pinned release, and with nothing else that the release declares."""

    def content(**config: str) -> object:
        return deploy("prod", publish_mode="bulk", **config).resources[MARKER]["content"]

    assert content() == content(publish_releases="5", publish_maxRemove="10", cloudfront_errorResponses="[]")
    assert len({content(), content(publish_release="0123abcd"), content(publish_release="abcd0123")}) == 3
