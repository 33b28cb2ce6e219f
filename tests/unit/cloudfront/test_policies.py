"""Which policies a stack refers to, and what is said of those that are its own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hosting.cloudfront.policies import (
    CACHING_DISABLED,
    CACHING_OPTIMIZED,
    CACHING_OPTIMIZED_FOR_UNCOMPRESSED_OBJECTS,
    CORS_AND_SECURITY_HEADERS,
    SECURITY_HEADERS,
    managed_cache_policy,
    response_headers_policy,
)
from tests.unit.edge.test_plan import settings

OFF = {"cloudfront_minTtl": "0", "cloudfront_defaultTtl": "0", "cloudfront_maxTtl": "0"}


@pytest.mark.parametrize(
    ("config", "policy"),
    [
        ({}, CACHING_OPTIMIZED),
        ({"cloudfront_minTtl": "5", "cloudfront_defaultTtl": "5", "cloudfront_maxTtl": "5"}, CACHING_OPTIMIZED),
        ({"cloudfront_compress": "false"}, CACHING_OPTIMIZED_FOR_UNCOMPRESSED_OBJECTS),
        (OFF, CACHING_DISABLED),
        ({**OFF, "cloudfront_compress": "false"}, CACHING_DISABLED),
    ],
)
def test_there_is_a_managed_cache_policy_for_each_setting(config: dict[str, str], policy: str) -> None:
    """TTLs are the files' own, compression and no caching at all have a managed policy each."""
    assert managed_cache_policy(settings(**config).cloudfront) == policy


@pytest.mark.parametrize(
    ("rules", "policy"),
    [
        ([{"allowedMethods": ["GET"], "allowedOrigins": ["*"]}], CORS_AND_SECURITY_HEADERS),
        ([{"allowedMethods": ["HEAD", "GET"], "allowedOrigins": ["https://a.b", "*"]}], CORS_AND_SECURITY_HEADERS),
        ([], SECURITY_HEADERS),
        ([{"allowedMethods": ["PUT"], "allowedOrigins": ["*"]}], SECURITY_HEADERS),
        ([{"allowedMethods": ["GET"], "allowedOrigins": ["https://*.b"]}], SECURITY_HEADERS),
        (
            [
                {"allowedMethods": ["GET"], "allowedOrigins": ["https://a.b"]},
                {"allowedMethods": ["PUT"], "allowedOrigins": ["*"]},
            ],
            SECURITY_HEADERS,
        ),
    ],
)
def test_cors_is_for_everyone_or_for_nobody(rules: list[dict[str, Any]], policy: str) -> None:
    """The edge allows any origin where one rule of the bucket allows GET from `*`."""
    assert response_headers_policy(settings(website_cors=json.dumps(rules)).website.cors) == policy


def test_cors_is_open_by_default() -> None:
    """The default of `website:cors` is GET from anywhere, as in Amplify."""
    assert response_headers_policy(settings().website.cors) == CORS_AND_SECURITY_HEADERS
