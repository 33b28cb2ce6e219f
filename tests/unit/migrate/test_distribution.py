from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.migrate import amplify
from tests.unit.migrate.amplify import behavior_of, config_of

if TYPE_CHECKING:
    from tests.unit.migrate.conftest import Migration

Json = dict[str, Any]


def test_numbers_and_truth_values_that_are_strings(migration: Migration) -> None:
    """Hand edits and old releases left "600" and "false" where numbers and booleans belong."""
    template = amplify.second_generation()
    behavior_of(template).update({"DefaultTTL": "600", "MinTTL": 30.0, "MaxTTL": "700", "Compress": "false"})
    config_of(template)["IPV6Enabled"] = "False"
    config = migration.of(template).config()
    assert [config[f"cloudfront:{name}Ttl"] for name in ("default", "min", "max")] == [600, 30, 700]
    assert config["cloudfront:compress"] is False
    assert config["cloudfront:ipv6"] is False


def test_times_that_the_template_does_not_have_are_cloudformations(migration: Migration) -> None:
    """Without MinTTL CloudFormation takes 0, where the program would take 60."""
    template = amplify.second_generation()
    behavior = behavior_of(template)
    del behavior["MinTTL"], behavior["MaxTTL"], behavior["DefaultTTL"], behavior["Compress"]
    config = migration.of(template).config()
    assert {key: value for key, value in config.items() if "Ttl" in key} == {"cloudfront:minTtl": 0}


def test_a_cache_policy_has_the_times_instead(migration: Migration) -> None:
    """With a cache policy of its own the template has no TTLs, and the report says where they come from."""
    template = amplify.second_generation()
    behavior_of(template)["CachePolicyId"] = "658327ea-f89d-4fab-a63d-7e88639e58f6"
    ran = migration.of(template)
    assert not [key for key in ran.config() if "Ttl" in key]
    assert "DefaultCacheBehavior.CachePolicyId: cloudfront:defaultTtl, minTtl and maxTtl say" in ran.out


def test_error_pages_that_keep_their_codes(migration: Migration) -> None:
    """Each code to itself and /404.html is taken over; the pause is CloudFront's own where there is none."""
    template = amplify.second_generation()
    mapped = amplify.errors(404, status=404, page="/404.html")
    config_of(template)["CustomErrorResponses"] = [*mapped, {"ErrorCode": "500", "ResponsePagePath": ""}]
    assert migration.of(template).config()["cloudfront:errorResponses"] == [
        {"errorCode": 404, "responseCode": 404, "responsePagePath": "/404.html", "cachingMinTtl": 300},
        {"errorCode": 500, "cachingMinTtl": 10},
    ]


def test_no_error_pages_stay_none(migration: Migration) -> None:
    """A distribution without error responses does not get the default ones."""
    template = amplify.second_generation()
    del config_of(template)["CustomErrorResponses"]
    assert migration.of(template).config()["cloudfront:errorResponses"] == []


def test_plain_settings(migration: Migration) -> None:
    """HTTP version and price class are taken over, in whatever case."""
    template = amplify.second_generation()
    config_of(template).update({"HttpVersion": "HTTP1.1", "PriceClass": "PriceClass_100"})
    config = migration.of(template).config()
    assert config["cloudfront:httpVersion"] == "http1.1"
    assert config["cloudfront:priceClass"] == "PriceClass_100"


def test_a_distribution_without_a_version_has_the_default(migration: Migration) -> None:
    """What the template does not say is not written."""
    template = amplify.second_generation()
    del config_of(template)["HttpVersion"]
    assert "cloudfront:httpVersion" not in migration.of(template).config()


@pytest.mark.parametrize("value", [{"Ref": "Version"}, 2])
def test_a_value_that_no_one_knows_is_a_gap(migration: Migration, value: object) -> None:
    """What CloudFormation computes, or no setting takes, is left out and told."""
    template = amplify.second_generation()
    config_of(template)["HttpVersion"] = value
    ran = migration.of(template)
    assert "cloudfront:httpVersion" not in ran.config()
    assert "DistributionConfig.HttpVersion: " in ran.out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Enabled": "false"}, "DistributionConfig.Enabled false: a distribution here always answers"),
        ({"Comment": "mine"}, "DistributionConfig.Comment: the program writes"),
        ({"Staging": True}, "DistributionConfig.Staging: added by hand"),
        ({"CacheBehaviors": [{"PathPattern": "chunks/*"}]}, "CacheBehaviors 'chunks/*': there is one cache behaviour"),
    ],
)
def test_what_has_no_counterpart_is_told(migration: Migration, change: Json, said: str) -> None:
    """Each part of a distribution that this program can't have is named, with why."""
    template = amplify.second_generation()
    config_of(template).update(change)
    assert said in migration.of(template).out


@pytest.mark.parametrize(
    "change",
    [
        {"ViewerCertificate": {"CloudFrontDefaultCertificate": "true"}},
        {"Restrictions": {"GeoRestriction": {"RestrictionType": "none"}}},
        {"Comment": "", "Aliases": [], "WebACLId": "", "Logging": {}},
    ],
)
def test_what_says_nothing_is_no_gap(migration: Migration, change: Json) -> None:
    """Values that mean what the program does anyway are not reported."""
    template = amplify.second_generation()
    config_of(template).update(change)
    assert "No counterpart here" not in migration.of(template).out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ViewerProtocolPolicy": "https-only"}, "ViewerProtocolPolicy https-only: here plain HTTP is always"),
        ({"ForwardedValues": {"QueryString": "true"}}, "QueryString true: here the cache ignores query strings"),
        ({"ForwardedValues": {"Cookies": {"Forward": "all"}}}, "ForwardedValues.Cookies: here the cache ignores"),
        ({"ForwardedValues": {"Headers": ["Origin"]}}, "ForwardedValues.Headers: here the cache ignores"),
        ({"LambdaFunctionAssociations": []}, "LambdaFunctionAssociations: there is no setting for code at the edge"),
    ],
)
def test_what_the_cache_does_no_longer_is_told(migration: Migration, change: Json, said: str) -> None:
    """Each part of the default behaviour without a counterpart is named, with why."""
    template = amplify.second_generation()
    behavior_of(template).update(change)
    assert said in migration.of(template).out


def test_another_origin_is_told(migration: Migration) -> None:
    """One origin more, such as an API, can't be had; a path in the bucket neither."""
    template = amplify.second_generation()
    origins = config_of(template)["Origins"]
    origins[0]["OriginPath"] = "/v2"
    origins.append({"Id": "api", "DomainName": "api.example", "CustomOriginConfig": {}})
    out = migration.of(template).out
    assert "Origins 'api': a distribution here has one origin" in out
    assert "Origins 'hostingS3Bucket' OriginPath /v2: here the site lies at the bucket's root" in out


def test_a_domain_from_the_console_is_always_asked_about(migration: Migration) -> None:
    """The template can't tell whether there is a domain, so the report says how to look."""
    ran = migration.of(amplify.second_generation())
    assert "aws cloudfront get-distribution-config --id <id> --query DistributionConfig.Aliases" in ran.out
