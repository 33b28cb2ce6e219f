"""The settings without effect: on a preview edge, on a preview, and on a stack that is neither."""

from __future__ import annotations

import json

import pytest

from hosting.aws.settings import KINDS
from hosting.config.load import OWN_SECTIONS, RawConfig, load_settings
from hosting.previews.settings import PreviewsSettings
from hosting.previews.warnings import settings_warnings
from hosting.previews.without_effect import without_effect
from hosting.setting_types import setting_keys
from tests.unit.previews.test_settings import REGION, settings

EDGE = {"previews_domain": "example-previews.com", "domain_zone": "example-previews.com"}
PREVIEW = {"previews_edge": "previews"}
ACCESS = {"access_username": "a", "access_password": "b"}
PAGES = [
    {"errorCode": 404, "responseCode": 404, "responsePagePath": "/404.html", "cachingMinTtl": 5},
    {"errorCode": 403},
]
KEYS = {
    "website_cors": "[]",
    "website_headersFile": "customHttp.yml",
    "website_indexDocument": "index.html",
    "website_redirectsFile": "redirects.json",
    "cloudfront_defaultTtl": "86400",
    "cloudfront_enabled": "false",
    "cloudfront_errorResponses": json.dumps(PAGES),
    "cloudfront_ipv6": "true",
    "cloudfront_maxTtl": "86400",
    "publish_budget": '{"page": "1 MB"}',
    "publish_directory": "www",
    "publish_gate": '{"links": "error"}',
    "publish_invalidate": "never",
    "publish_maxRemove": "7",
    "publish_mode": "managed",
    "review_hosts": '["www.example.com"]',
    "deployments_createRole": "true",
    "domain_zone": "example-previews.com",
    "previews_expireDays": "3",
    "previews_maxDays": "7",
}


def ineffective(**values: str) -> set[str]:
    """Return the paths of the settings without effect."""
    secret = frozenset({"access:password"})
    given = {key.replace("_", ":"): text for key, text in values.items()}
    return {one.path for one in load_settings(RawConfig("pr-7", given, secret), REGION).without_effect}


def test_on_an_edge() -> None:
    """It publishes no files, and the rest is that of a distribution."""
    assert ineffective(**KEYS, previews_domain="example-previews.com") == {
        *("website:headersFile", "website:indexDocument", "website:redirectsFile"),
        *("cloudfront:defaultTtl", "cloudfront:enabled", "cloudfront:errorResponses", "cloudfront:maxTtl"),
        *("publish:budget", "publish:directory", "publish:gate", "publish:invalidate", "publish:maxRemove"),
        *("publish:mode", "review:hosts", "previews:expireDays"),
    }


def test_on_a_public_edge() -> None:
    """It has no password either."""
    assert ineffective(**EDGE, **ACCESS) == set()
    assert ineffective(**EDGE, **ACCESS, previews_public="true") == {"access:password", "access:username"}


def test_on_a_preview() -> None:
    """It has the files and their headers, and a password; the rest is its edge's."""
    names = {"domain_names": '["www.example-previews.com"]'}
    assert ineffective(**KEYS, **names, **PREVIEW, **ACCESS) == {
        *("website:cors", "cloudfront:enabled", "cloudfront:errorResponses[0].cachingMinTtl", "cloudfront:ipv6"),
        *("publish:invalidate", "publish:mode"),
        *("deployments:createRole", "domain:names", "domain:zone", "previews:maxDays"),
    }


def test_every_setting_that_a_preview_has() -> None:
    """A new setting has to be in this list, or in the table of those without effect."""
    every = {f"{namespace}:{key}" for namespace, model in OWN_SECTIONS.items() for key in setting_keys(model)}
    every |= {f"aws:{key}" for key in KINDS}
    preview = PreviewsSettings.model_validate({"edge": "previews"})
    effective = {key for key in every if not without_effect({key: "x"}, preview)}
    assert {key.partition(":")[2] for key in effective if key.startswith("website:")} == {
        *("appRoot", "errorDocument", "headersFile", "indexDocument", "redirects", "redirectsFile", "routing"),
    }
    assert {key.partition(":")[2] for key in effective if key.startswith("cloudfront:")} == {
        *("defaultTtl", "errorResponses", "maxTtl", "minTtl"),
    }
    assert {key.partition(":")[2] for key in effective if key.startswith("publish:")} == {
        *("budget", "buildCommand", "cacheControl", "contentEncoding", "directory", "environment", "from", "gate"),
        *("ignore", "ignoreFile", "keepAssetsDays", "maxRemove", "release", "releases"),
    }
    assert {key.partition(":")[2] for key in effective if key.startswith("deployments:")} == {
        *("branch", "environment", "paths", "preRunCommands", "previewPullRequests", "pullRequestTemplate"),
        *("repository", "roleArn", "runsOn"),
    }
    assert {key.partition(":")[2] for key in effective if key.startswith("aws:")} == {
        *("accessKey", "secretKey", "token", "profile", "sharedConfigFiles", "sharedCredentialsFiles"),
        *("assumeRoles", "assumeRoleWithWebIdentity", "region", "stsRegion", "endpoints", "customCaBundle", "insecure"),
        *("maxRetries", "retryMode", "s3UsePathStyle", "useDualstackEndpoint", "useFipsEndpoint"),
        *("httpProxy", "httpsProxy", "noProxy"),
    }
    others = {key for key in effective if key.startswith(("access:", "domain:", "previews:", "review:"))}
    assert others == {
        *("access:password", "access:username", "review:against", "review:hosts", "review:ignore"),
        *("previews:base", "previews:domain", "previews:edge", "previews:expireDays"),
    }


def test_on_another_stack() -> None:
    """Most of what is set for previews has no effect, and values of other programs are not read."""
    assert ineffective(previews_base="main", previews_maxDays="3") == {"previews:base", "previews:maxDays"}
    assert ineffective(**{key: text for key, text in KEYS.items() if not key.startswith(("domain", "pre"))}) == set()
    assert ineffective(other_list="[not JSON", other_map="{}") == set()


@pytest.mark.parametrize("kind", [EDGE, PREVIEW])
def test_what_such_a_stack_always_is(kind: dict[str, str]) -> None:
    """A value that says it is not without effect."""
    assert ineffective(**kind, publish_mode="bulk", cloudfront_enabled="true") == set()


def test_no_cache_on_an_edge() -> None:
    """A `maxTtl` of 0 turns the distribution's cache off."""
    assert ineffective(**EDGE, cloudfront_maxTtl="0", cloudfront_minTtl="0", cloudfront_defaultTtl="0") == {
        *("cloudfront:defaultTtl", "cloudfront:minTtl"),
    }


def test_the_sentences() -> None:
    """Each says why, and how to remove the setting or the part of it."""
    preview = settings(**PREVIEW, publish_mode="managed", cloudfront_errorResponses=json.dumps(PAGES))
    part, mode = settings_warnings(preview)
    path = "cloudfront:errorResponses[0].cachingMinTtl"
    assert part == (
        f"'{path}' has no effect, as a preview has no bucket, distribution, host names and role of its own. "
        f"To remove it: pulumi config rm --path '{path}'"
    )
    assert mode == (
        "'publish:mode' has no effect, as a preview and its edge are always in bulk mode behind CloudFront. "
        "To remove it: pulumi config rm publish:mode"
    )
