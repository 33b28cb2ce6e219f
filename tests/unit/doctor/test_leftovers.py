from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from hosting.doctor.leftovers import check_leftovers
from hosting.doctor.state import (
    ACCESS_CONTROL,
    BUCKET,
    DISTRIBUTION,
    FUNCTION,
    KEY_VALUE_STORE,
    REQUEST_POLICY,
)
from tests.unit.doctor.conftest import distribution_config, resource, results

if TYPE_CHECKING:
    from tests.unit.doctor.conftest import Account

NAMES = {"domain__names": '["www.example.com"]', "domain__zone": "example.com"}
CODE = b"function handler(event) { return event.request; }"
NOTHING = [("ok", "Nothing in the account has the name site-prod and is missing in the state")]


def test_a_killed_create_distribution(account: Account) -> None:
    """A distribution with the stack's comment, or with one of its names, is imported; others are not mentioned."""
    create = account.client("cloudfront").create_distribution
    by_comment = create(DistributionConfig=distribution_config("site-prod"))["Distribution"]["Id"]
    by_name = create(DistributionConfig=distribution_config("by hand", "www.example.com"))["Distribution"]["Id"]
    create(DistributionConfig=distribution_config("site-prod-2", "other.example.com"))
    lines = list(check_leftovers(account.context(**NAMES)))
    assert [line.text for line in lines] == [
        f"Distribution {by_comment} is not in the stack's state",
        f"Distribution {by_name}, which has the host names www.example.com, is not in the stack's state",
    ]
    command = f"pulumi import {DISTRIBUTION} site-distribution {by_comment} --protect=false"
    assert lines[0].next_step.startswith(command)
    known = [resource(DISTRIBUTION, each) for each in (by_comment, by_name)]
    assert results(check_leftovers(account.context(*known, **NAMES))) == NOTHING


def test_killed_creates_of_what_a_distribution_uses(account: Account) -> None:
    """Functions, access controls and policies with the stack's name are deleted with the AWS CLI."""
    client = account.client("cloudfront")
    for name, comment in {
        "site-prod-request-1234567": "The viewer-request function of site-prod",
        "site-release-1234567": "The viewer-request function of site-prod",
        "site-dev-request-1234567": "The viewer-request function of site-dev",
    }.items():
        config = {"Comment": comment, "Runtime": "cloudfront-js-2.0"}
        etag = client.create_function(Name=name, FunctionConfig=config, FunctionCode=CODE)["ETag"]
        # A published function is listed twice.
        client.publish_function(Name=name, IfMatch=etag)
    signing = {"SigningProtocol": "sigv4", "SigningBehavior": "always", "OriginAccessControlOriginType": "s3"}
    ids = {
        ACCESS_CONTROL: client.create_origin_access_control(
            OriginAccessControlConfig={"Name": "site-prod-bucket-1234567", **signing}
        )["OriginAccessControl"]["Id"],
        REQUEST_POLICY: client.create_origin_request_policy(
            OriginRequestPolicyConfig={
                "Name": "site-prod-viewer-1234567",
                "HeadersConfig": {"HeaderBehavior": "none"},
                "CookiesConfig": {"CookieBehavior": "none"},
                "QueryStringsConfig": {"QueryStringBehavior": "none"},
            }
        )["OriginRequestPolicy"]["Id"],
    }
    stores = []
    for stack in ("prod", "prod-2"):
        comment = f"What the functions of site-{stack} read"
        made = client.create_key_value_store(Name=f"site-store-of-{stack}", Comment=comment)["KeyValueStore"]
        stores.append(replace(resource(KEY_VALUE_STORE, made["Name"]), outputs={"arn": made["ARN"]}))
    lines = list(check_leftovers(account.context()))
    assert sorted(line.text.partition(" is not")[0] for line in lines) == [
        "Function site-prod-request-1234567",
        "Function site-release-1234567",
        "Key-value store site-store-of-prod",
        "Origin access control site-prod-bucket-1234567",
        "Policy site-prod-viewer-1234567",
    ]
    steps = [line.next_step for line in lines]
    policy = ids[REQUEST_POLICY]
    assert (
        f"aws cloudfront delete-origin-request-policy --id {policy} --if-match "
        f'"$(aws cloudfront get-origin-request-policy --id {policy} --query ETag --output text)"'
    ) in steps
    assert steps[0].startswith("aws cloudfront delete-function --name site-prod-request-1234567 --if-match")
    known = [*stores, *(resource(kind, identifier) for kind, identifier in ids.items())]
    known += [resource(FUNCTION, "site-prod-request-1234567"), resource(FUNCTION, "site-release-1234567")]
    assert results(check_leftovers(account.context(*known))) == NOTHING


def test_killed_creates_of_buckets(account: Account) -> None:
    """Buckets with a generated name are listed; those of the stack `prod-2` have another one."""
    digits = "0123456789abcdef0123456789"
    s3 = account.client("s3")
    for name in (f"site-prod-{digits}", "site-prod-logs-1234567", f"site-prod-2-{digits}", "site-prod-by-hand"):
        s3.create_bucket(Bucket=name)
    lines = list(check_leftovers(account.context()))
    assert [line.text for line in lines] == [
        f"Bucket site-prod-{digits} is not in the stack's state",
        "Bucket site-prod-logs-1234567 is not in the stack's state",
    ]
    url = f"s3://site-prod-{digits}"
    assert lines[0].next_step == f"aws s3 ls {url}; and if nobody needs it: aws s3 rb --force {url}"
    known = [resource(BUCKET, name) for name in (f"site-prod-{digits}", "site-prod-logs-1234567")]
    assert results(check_leftovers(account.context(*known))) == NOTHING


class Refusing:
    """Clients that refuse S3's lists, and the real ones for any other service."""

    def __init__(self, account: Account) -> None:
        self._real = account.context().aws

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3 generates its clients
        return self if service == "s3" else self._real.client(service, region)

    def get_paginator(self, name: str) -> Any:  # noqa: ANN401 - as above
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, name)


def test_a_refused_list(account: Account) -> None:
    """What can't be listed is not checked, and the rest is."""
    (line,) = check_leftovers(replace(account.context(), aws=Refusing(account)))
    assert line.status == "not checked"
    assert line.text.startswith("Left-over buckets can't be listed (An error occurred (AccessDenied)")
