"""Countries, a web ACL, logs and an alarm, deployed by the real engine and asked of the cloud."""

from __future__ import annotations

import gzip
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.harness import Project

TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
ACL = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1234"


@pytest.fixture(scope="module")
def prod(new_project: Callable[[str], Project]) -> Project:
    """Return a PROD stack with all these settings, outside of us-east-1."""
    project = new_project("prod")
    project.write("www/index.html", "<h1>home</h1>")
    project.config("publish:directory", "www")
    project.config("aws:region", "eu-central-1")
    project.config("cloudfront:errorResponses", "[]")
    project.config("cloudfront:geoRestriction", '{"deny": ["US", "CA"]}')
    project.config("cloudfront:webAclArn", ACL)
    project.config("cloudfront:logging", "true")
    project.config("cloudfront:alarms", TOPIC)
    project.up()
    return project


def test_the_distribution_has_it_all(prod: Project) -> None:
    """The cloud has what the settings say."""
    found = prod.sandbox.cloudfront.get_distribution_config(Id=prod.outputs()["distributionId"])["DistributionConfig"]
    restriction = found["Restrictions"]["GeoRestriction"]
    assert (restriction["RestrictionType"], sorted(restriction["Items"])) == ("blacklist", ["CA", "US"])
    assert found["WebACLId"] == ACL
    assert found["Logging"]["Enabled"] is True
    bucket, _, rest = found["Logging"]["Bucket"].partition(".")
    assert rest == "s3.us-east-1.amazonaws.com"
    # Of us-east-1 there is no constraint: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
    assert not prod.sandbox.s3.get_bucket_location(Bucket=bucket).get("LocationConstraint")
    (owner,) = prod.sandbox.s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert owner == {"ObjectOwnership": "BucketOwnerPreferred"}
    block = prod.sandbox.s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    (rule,) = prod.sandbox.s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert rule["Expiration"]["Days"] == 90
    (alarm,) = [one for one in prod.state() if one["type"].endswith("MetricAlarm")]
    assert alarm["outputs"]["alarmActions"] == [TOPIC]


def test_visitors_from_some_countries_are_turned_away(prod: Project) -> None:
    """Visitors from a denied country get CloudFront's 403, all others the site."""
    for country, status in (("US", 403), ("CA", 403), ("DE", 200)):
        assert prod.get("/", headers={"CloudFront-Viewer-Country": country}).status == status
    assert prod.get("/").status == 200


def test_visits_are_in_the_access_logs(prod: Project) -> None:
    """The log bucket gets a line for each request, with path, query, status and cache result."""
    for query, agent in (("?campaign=logs", "First/1.0"), ("?campaign=logs", "Second/1.0")):
        prod.get(f"/index.html{query}", headers={"User-Agent": agent, "CloudFront-Viewer-Country": "DE"})
    prod.get("/index.html", headers={"User-Agent": "Third/1.0", "CloudFront-Viewer-Country": "US"})
    found = prod.sandbox.cloudfront.get_distribution_config(Id=prod.outputs()["distributionId"])["DistributionConfig"]
    bucket = found["Logging"]["Bucket"].partition(".")[0]
    seen: dict[str, tuple[str, ...]] = {}
    deadline = time.monotonic() + 30
    while "Third/1.0" not in seen and time.monotonic() < deadline:
        for item in prod.sandbox.s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            assert item["Key"].startswith(f"{prod.outputs()['distributionId']}.")
            body = prod.sandbox.s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
            _, fields, *lines = gzip.decompress(body).decode().splitlines()
            for line in lines:
                row = dict(zip(fields.split()[1:], line.split("\t"), strict=True))
                names = ("cs-uri-stem", "cs-uri-query", "sc-status", "x-edge-result-type")
                seen[row["cs(User-Agent)"]] = tuple(row[name] for name in names)
    assert seen["First/1.0"][:3] == ("/index.html", "campaign=logs", "200")
    assert seen["Second/1.0"] == ("/index.html", "campaign=logs", "200", "Hit")
    assert seen["Third/1.0"] == ("/index.html", "-", "403", "Error")


def test_a_second_up_is_a_no_op_after_a_refresh(prod: Project) -> None:
    """The cloud's answers for all these settings are those of the state, so a second up changes nothing."""
    assert prod.up("--refresh").changes == {}


def test_all_of_it_can_be_switched_off(prod: Project) -> None:
    """Without the settings their resources are deleted, and the distribution is as before."""
    prod.unset(*(f"cloudfront:{key}" for key in ("geoRestriction", "webAclArn", "logging", "alarms")))
    prod.up()
    found = prod.sandbox.cloudfront.get_distribution_config(Id=prod.outputs()["distributionId"])["DistributionConfig"]
    assert found["Restrictions"]["GeoRestriction"]["RestrictionType"] == "none"
    assert found.get("WebACLId", "") == ""
    assert found.get("Logging", {}).get("Enabled", False) is False
    assert not [one for one in prod.state() if "logs" in one["urn"] or one["type"].endswith("MetricAlarm")]
    assert prod.up("--refresh").changes == {}
