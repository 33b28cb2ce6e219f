"""The quotas of an account: AWS rejects one more, and so does the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
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

if TYPE_CHECKING:
    from types_boto3_cloudfront import CloudFrontClient

    from sandbox.tests.providers.harness import Engine

# Another account than that of the other tests.
ACCOUNT = "111122223333"
ORIGIN_REQUEST = "aws:cloudfront/originRequestPolicy:OriginRequestPolicy"
VIEWER = {"headersConfig": {"headerBehavior": "whitelist", "headers": {"items": ["CloudFront-Viewer-Country"]}}}


@pytest.fixture
def account(bare: Engine, endpoint: str) -> Engine:
    """The provider, configured for the account."""
    bare.configure(**config_for(endpoint, accessKey=ACCOUNT))
    return bare


@pytest.fixture
def cloudfront(endpoint: str) -> CloudFrontClient:
    """A client of the emulator for the account."""
    return boto3.client(
        "cloudfront", "us-east-1", endpoint_url=endpoint, aws_access_key_id=ACCOUNT, aws_secret_access_key="b"
    )


def add_function(cloudfront: CloudFrontClient, name: str) -> None:
    """Create and publish a function."""
    config: Any = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    created = cloudfront.create_function(Name=name, FunctionConfig=config, FunctionCode=CODE.encode())
    cloudfront.publish_function(Name=name, IfMatch=created["ETag"])


def add_control(cloudfront: CloudFrontClient, name: str) -> None:
    """Create an origin access control."""
    config: Any = {"Name": name, **{key[0].upper() + key[1:]: value for key, value in SIGNED.items()}}
    cloudfront.create_origin_access_control(OriginAccessControlConfig=config)


ADD = {ACCESS: add_control, FUNCTION: add_function}


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
    ],
)
def test_21st_policy_is_rejected(account: Engine, token: str, inputs: dict[str, Any], code: str) -> None:
    """An account can have 20 policies of each kind beside AWS's own; a deleted one frees the quota."""
    created = [account.create(token, resource_name=f"own{number}", **inputs) for number in range(20)]
    with pytest.raises(RejectedError, match=f"{code}: You have reached the maximum number"):
        account.create(token, resource_name="one-more", **inputs)
    account.delete(created[0])
    account.create(token, resource_name="another", **inputs)


@pytest.mark.parametrize(
    ("token", "inputs", "code"),
    [
        (ACCESS, SIGNED, "TooManyOriginAccessControls"),
        (FUNCTION, {"runtime": "cloudfront-js-2.0", "code": CODE}, "TooManyFunctions"),
    ],
)
def test_101st_resource_is_rejected(
    account: Engine, cloudfront: CloudFrontClient, token: str, inputs: dict[str, Any], code: str
) -> None:
    """An account can have 100 functions, whatever their stages, and 100 origin access controls."""
    for number in range(99):
        ADD[token](cloudfront, f"other-{number}")
    account.create(token, resource_name="hundredth", **inputs)
    with pytest.raises(RejectedError, match=code):
        account.create(token, resource_name="one-more", **inputs)
