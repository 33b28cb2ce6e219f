from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.migrate import amplify
from tests.unit.migrate.amplify import behavior_of, config_of

if TYPE_CHECKING:
    from tests.unit.migrate.conftest import Migration

Json = dict[str, Any]


def test_numbers_and_truth_values_that_are_strings(migration: Migration) -> None:
    """Edited templates and old releases have "600" and "false" in place of numbers and booleans."""
    template = amplify.second_generation()
    behavior_of(template).update({"DefaultTTL": "600", "MinTTL": 30.0, "MaxTTL": "700", "Compress": "false"})
    config_of(template)["IPV6Enabled"] = "False"
    config = migration.of(template).config()
    assert [config[f"cloudfront:{name}Ttl"] for name in ("default", "min", "max")] == [600, 30, 700]
    assert config["cloudfront:compress"] is False
    assert config["cloudfront:ipv6"] is False


def test_times_that_the_template_does_not_have_are_cloudformations(migration: Migration) -> None:
    """Without MinTTL CloudFormation's default is 0, and the program's is 60."""
    template = amplify.second_generation()
    behavior = behavior_of(template)
    del behavior["MinTTL"], behavior["MaxTTL"], behavior["DefaultTTL"], behavior["Compress"]
    config = migration.of(template).config()
    assert {key: value for key, value in config.items() if "Ttl" in key} == {"cloudfront:minTtl": 0}


def test_a_cache_policy_has_the_times_instead(migration: Migration) -> None:
    """With its own cache policy the template has no TTLs, and the report names the settings."""
    template = amplify.second_generation()
    behavior_of(template)["CachePolicyId"] = "658327ea-f89d-4fab-a63d-7e88639e58f6"
    ran = migration.of(template)
    assert not [key for key in ran.config() if "Ttl" in key]
    assert "DefaultCacheBehavior.CachePolicyId: cloudfront:defaultTtl, minTtl and maxTtl say" in ran.out


def test_error_pages_that_keep_their_codes(migration: Migration) -> None:
    """Error responses are mapped; the default of their caching time is CloudFront's own."""
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
    """HTTP version and price class are mapped, in upper or lower case."""
    template = amplify.second_generation()
    config_of(template).update({"HttpVersion": "HTTP1.1", "PriceClass": "PriceClass_100"})
    config = migration.of(template).config()
    assert config["cloudfront:httpVersion"] == "http1.1"
    assert config["cloudfront:priceClass"] == "PriceClass_100"


def test_a_distribution_without_a_version_has_the_default(migration: Migration) -> None:
    """Values that the template does not have are not written."""
    template = amplify.second_generation()
    del config_of(template)["HttpVersion"]
    assert "cloudfront:httpVersion" not in migration.of(template).config()


@pytest.mark.parametrize("value", [{"Ref": "Version"}, 2])
def test_a_value_that_no_one_knows_is_a_gap(migration: Migration, value: object) -> None:
    """Computed and invalid values are gaps."""
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
        ({"Staging": True}, "DistributionConfig.Staging: this program has no setting"),
        ({"CacheBehaviors": [{"PathPattern": "chunks/*"}]}, "CacheBehaviors 'chunks/*': there is one cache behaviour"),
    ],
)
def test_what_has_no_counterpart_is_told(migration: Migration, change: Json, said: str) -> None:
    """Each part of a distribution without a counterpart is a gap with the reason."""
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
    """Values that equal the program's behaviour are not reported."""
    template = amplify.second_generation()
    config_of(template).update(change)
    assert "No counterpart:" not in migration.of(template).out


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
    """Each part of the default behaviour without a counterpart is a gap with the reason."""
    template = amplify.second_generation()
    behavior_of(template).update(change)
    assert said in migration.of(template).out


def test_another_origin_is_told(migration: Migration) -> None:
    """A second origin, such as an API, and a path in the bucket are gaps."""
    template = amplify.second_generation()
    origins = config_of(template)["Origins"]
    origins[0]["OriginPath"] = "/v2"
    origins.append({"Id": "api", "DomainName": "api.example", "CustomOriginConfig": {}})
    out = migration.of(template).out
    assert "Origins 'api': a distribution here has one origin" in out
    assert "Origins 'hostingS3Bucket' OriginPath /v2: here the site lies at the bucket's root" in out


def test_a_domain_from_the_console_is_always_asked_about(migration: Migration) -> None:
    """The template may lack a domain of the console, so the report has the command to look it up."""
    ran = migration.of(amplify.second_generation())
    assert "aws cloudfront get-distribution-config --id <id> --query DistributionConfig.Aliases" in ran.out
