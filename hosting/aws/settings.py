"""The `aws:` settings: Pulumi's own namespace, read here because an explicit provider does not read it itself."""

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
_RULES: dict[Kind, str] = {
    "boolean": "must be true or false",
    "integer": "must be a whole number",
    "list": "must be a list",
    "map": "must be a map",
}


@dataclass(frozen=True, repr=False)
class AwsSettings:
    """The `aws:` settings, decoded. It has no repr: it may hold keys.

    Attributes:
        region: where the bucket lives, such as ``eu-central-1``.
        values: each setting by its camelCase key, as str, bool, int, list or dict.
        secret_keys: which of ``values`` the stack keeps encrypted.
    """

    region: str
    values: Mapping[str, Any] = field(default_factory=dict)
    secret_keys: frozenset[str] = frozenset()


def region_of(config: Mapping[str, str], environment: Mapping[str, str]) -> str | None:
    """Return the region in the provider's own order: `aws:region`, AWS_REGION, AWS_DEFAULT_REGION; None without one."""
    return config.get("region") or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or None


def decode(key: str, text: str) -> Any:  # noqa: ANN401 - one of five kinds, by the key
    """Return the value of the setting ``key`` as stored in ``text``.

    Raises:
        KeyError: there is no such setting.
        ValueError: the text is not of the setting's kind; the message is the rule.
    """
    kind = KINDS[key]
    if kind == "text":
        return text
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ValueError(_RULES[kind]) from error
    expected = {"boolean": bool, "integer": int, "list": list, "map": dict}[kind]
    # type() and not isinstance(): True is an int to Python, but no maxRetries.
    if type(value) is not expected:
        raise ValueError(_RULES[kind])
    return value


def settings_of(
    config: Mapping[str, str], environment: Mapping[str, str], secret_keys: frozenset[str] = frozenset()
) -> AwsSettings:
    """Return the settings of ``config``: keys without the namespace, values as text.

    Raises:
        KeyError, ValueError: as ``decode``, or there is no region.
    """
    region = region_of(config, environment)
    if region is None:
        raise ValueError("has no region")
    return AwsSettings(region, {key: decode(key, text) for key, text in config.items()}, secret_keys)


def settings_from(get: Callable[[str], str | None], environment: Mapping[str, str]) -> AwsSettings:
    """Return the settings of a config that can only be asked for one ``namespace:key`` after the other.

    Raises:
        KeyError, ValueError: as ``settings_of``.
    """
    given = {key: get(f"{NAMESPACE}:{key}") for key in KINDS}
    return settings_of({key: value for key, value in given.items() if value is not None}, environment)
