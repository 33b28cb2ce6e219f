"""The quotas of an account: AWS rejects one more, and so does the emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.tests.providers.conftest import config_for
from sandbox.tests.providers.harness import RejectedError
from sandbox.tests.providers.test_cloudfront_config_resources import (
    ACCESS,
    CACHE,
    CODE,
    FUNCTION,
    HEADERS,
    KEY,
    SIGNED,
    cache_inputs,
)
from sandbox.tests.providers.test_distribution import DISTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.environment import Home
    from sandbox.tests.providers.harness import Engine

# Another account than that of the other tests.
ACCOUNT = "111122223333"
ORIGIN_REQUEST = "aws:cloudfront/originRequestPolicy:OriginRequestPolicy"
VIEWER = {"headersConfig": {"headerBehavior": "whitelist", "headers": {"items": ["CloudFront-Viewer-Country"]}}}

DISTRIBUTED = {
    "enabled": True,
    "origins": [
        {
            "originId": "api",
            "domainName": "api.example.com",
            "customOriginConfig": {
                "httpPort": 80,
                "httpsPort": 443,
                "originProtocolPolicy": "https-only",
                "originSslProtocols": ["TLSv1.2"],
            },
        }
    ],
    "defaultCacheBehavior": {
        "targetOriginId": "api",
        "viewerProtocolPolicy": "redirect-to-https",
        "allowedMethods": ["GET", "HEAD"],
        "cachedMethods": ["GET", "HEAD"],
        # AWS's own CachingOptimized.
        "cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    },
    "restrictions": {"geoRestriction": {"restrictionType": "none"}},
    "viewerCertificate": {"cloudfrontDefaultCertificate": True},
}


@pytest.fixture
def account(bare: Engine, endpoint: str) -> Engine:
    """The provider, configured for the account."""
    bare.configure(**config_for(endpoint, accessKey=ACCOUNT))
    return bare


@pytest.fixture
def quotas(home: Home) -> Iterator[dict[str, int]]:
    """Lower quotas for one test."""
    lowered = dict.fromkeys(
        (
            *("CachePolicies", "OriginRequestPolicies", "ResponseHeadersPolicies"),
            *("OriginAccessControls", "Functions", "Distributions"),
        ),
        2,
    )
    home.quotas.write_text(json.dumps(lowered))
    yield lowered
    home.quotas.unlink()


@pytest.mark.parametrize(
    ("token", "inputs", "code"),
    [
        (CACHE, cache_inputs(), "TooManyCachePolicies"),
        (ORIGIN_REQUEST, {**KEY, **VIEWER}, "TooManyOriginRequestPolicies"),
        (
            HEADERS,
            {"securityHeadersConfig": {"contentTypeOptions": {"override": True}}},
            "TooManyResponseHeadersPolicies",
        ),
        (ACCESS, SIGNED, "TooManyOriginAccessControls"),
        (FUNCTION, {"runtime": "cloudfront-js-2.0", "code": CODE}, "TooManyFunctions"),
        (DISTRIBUTION, DISTRIBUTED, "TooManyDistributions"),
    ],
)
def test_one_more_resource_than_the_quota_is_rejected(
    account: Engine, quotas: dict[str, int], token: str, inputs: dict[str, Any], code: str
) -> None:
    """AWS's own policies and the stages of a function do not count; a deleted resource frees the quota."""
    created = [account.create(token, resource_name=f"own{number}", **inputs) for number in range(2)]
    with pytest.raises(RejectedError, match=f"api error {code}: You have reached the maximum number of "):
        account.create(token, resource_name="one-more", **inputs)
    account.delete(created[0])
    account.create(token, resource_name="another", **inputs)
    assert quotas
