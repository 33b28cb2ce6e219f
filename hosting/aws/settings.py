"""The `aws:` settings: Pulumi's own namespace, read here because an explicit provider does not read it itself.

The dynamic providers read them too. They do not import pydantic, which takes 0.14 s, so the rules for the values are in
`hosting.config.aws_section`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAMESPACE = "aws"

Kind = Literal["text", "boolean", "integer", "list", "map"]

# The provider's own settings: https://www.pulumi.com/registry/packages/aws/api-docs/provider/#inputs
KINDS: dict[str, Kind] = {
    "accessKey": "text",
    "allowedAccountIds": "list",
    "assumeRoleWithWebIdentity": "map",
    "assumeRoles": "list",
    "customCaBundle": "text",
    "defaultTags": "map",
    "ec2MetadataServiceEndpoint": "text",
    "ec2MetadataServiceEndpointMode": "text",
    "endpoints": "list",
    "forbiddenAccountIds": "list",
    "httpProxy": "text",
    "httpsProxy": "text",
    "ignoreTags": "map",
    "insecure": "boolean",
    "maxRetries": "integer",
    "noProxy": "text",
    "profile": "text",
    "region": "text",
    "retryMode": "text",
    "s3UsEast1RegionalEndpoint": "text",
    "s3UsePathStyle": "boolean",
    "secretKey": "text",
    "sharedConfigFiles": "list",
    "sharedCredentialsFiles": "list",
    "skipCredentialsValidation": "boolean",
    "skipMetadataApiCheck": "boolean",
    "skipRegionValidation": "boolean",
    "skipRequestingAccountId": "boolean",
    "stsRegion": "text",
    "tagPolicyCompliance": "text",
    "token": "text",
    "tokenBucketRateLimiterCapacity": "integer",
    "useDualstackEndpoint": "boolean",
    "useFipsEndpoint": "boolean",
    "userAgents": "list",
}
_DECODERS: dict[Kind, Callable[[str], Any]] = {
    "text": str,
    "boolean": "true".__eq__,
    "integer": int,
    "list": json.loads,
    "map": json.loads,
}


@dataclass(frozen=True, repr=False)
class AwsSettings:
    """The `aws:` settings, decoded. It has no repr, as it may contain credentials.

    Attributes:
        region: the bucket's region, such as ``eu-central-1``.
        values: each setting by its camelCase key, as str, bool, int, list or dict.
        secret_keys: the keys of ``values`` that the stack keeps encrypted.
        cloudfront_endpoint: a custom endpoint of CloudFront; empty for AWS's own.
    """

    region: str
    values: Mapping[str, Any] = field(default_factory=dict)
    secret_keys: frozenset[str] = frozenset()
    cloudfront_endpoint: str = ""


def region_of(config: Mapping[str, str], environment: Mapping[str, str]) -> str | None:
    """Return the region in the provider's order: `aws:region`, AWS_REGION, AWS_DEFAULT_REGION; None without one."""
    return config.get("region") or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or None


def aws_settings(
    config: Mapping[str, str], environment: Mapping[str, str], secret_keys: frozenset[str] = frozenset()
) -> AwsSettings:
    """Return the settings of ``config``: valid values as text, by key without the namespace.

    Raises:
        ValueError: there is no region, or a value is invalid.
    """
    region = region_of(config, environment)
    if region is None:
        raise ValueError("has no region")
    values = {key: _DECODERS[KINDS[key]](text) for key, text in config.items()}
    return AwsSettings(region, values, secret_keys, _cloudfront_endpoint(values, environment))


def _cloudfront_endpoint(values: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """Return the custom endpoint in the provider's order.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    given = next((entry["cloudfront"] for entry in values.get("endpoints", []) if entry.get("cloudfront")), "")
    return str(given or environment.get("AWS_ENDPOINT_URL_CLOUDFRONT") or environment.get("AWS_ENDPOINT_URL") or "")


def settings_from(get: Callable[[str], str | None], environment: Mapping[str, str]) -> AwsSettings:
    """Return the settings of a config that can only be asked for one ``namespace:key`` at a time.

    Raises:
        ValueError: as ``aws_settings``.
    """
    given = {key: get(f"{NAMESPACE}:{key}") for key in KINDS}
    return aws_settings({key: value for key, value in given.items() if value is not None}, environment)
