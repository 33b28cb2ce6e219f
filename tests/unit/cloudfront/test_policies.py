"""The policies that a stack refers to, and the notes about its own ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

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
from tests.unit.edge.plans import plan_of
from tests.unit.edge.test_plan import manifest, settings

if TYPE_CHECKING:
    from pathlib import Path

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


BY_COUNTRY = '[{"source": "/a", "target": "/b", "condition": "<US>"}]'


@pytest.mark.parametrize(
    ("config", "notes"),
    [
        ({}, []),
        ({"publish_mode": "bulk"}, []),
        ({"website_redirects": BY_COUNTRY}, ["Redirects by country use one of the 20 origin request policies"]),
        ({"cloudfront_enabled": "false", "website_redirects": BY_COUNTRY}, []),
    ],
)
def test_own_policies_are_noted(tmp_path: Path, config: dict[str, str], notes: list[str]) -> None:
    """The preview says which setting needs one of the account's 20 policies."""
    found = plan_of(settings(**config), manifest("index.html", "a"), tmp_path).notes
    assert [note[: len(start)] for note, start in zip(found, notes, strict=True)] == notes


@pytest.mark.parametrize(("count", "extra", "warned"), [(10, {}, 0), (11, {}, 1), (11, {"arn": "x"}, 0)])
def test_more_names_than_a_certificate_has(tmp_path: Path, count: int, extra: dict[str, str], warned: int) -> None:
    """More than 10 names are a warning if the certificate is requested, and not if it is given."""
    config = {"domain_names": json.dumps([f"n{number}.example.com" for number in range(count)])}
    if extra:
        config["domain_certificateArn"] = "arn:aws:acm:us-east-1:123456789012:certificate/1234-5678"
    warnings = plan_of(settings(**config), manifest("index.html"), tmp_path).warnings
    found = [warning for warning in warnings if "'domain:names' has 11 names" in warning]
    assert len(found) == warned
    assert all("--quota-code L-FB94F0B0 --desired-value 11" in warning for warning in found)
