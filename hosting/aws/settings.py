"""The `aws:` settings: Pulumi's own namespace, read here because an explicit provider does not read it itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from hosting.aws.durations import seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

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
# Of the lists, those of maps.
_LISTS_OF_MAPS = frozenset({"assumeRoles", "endpoints"})
_EXAMPLES: dict[str, Any] = {
    "allowedAccountIds": ["123456789012"],
    "assumeRoleWithWebIdentity": {
        "roleArn": "arn:aws:iam::123456789012:role/deploy",
        "webIdentityTokenFile": "/run/token",
    },
    "assumeRoles": [{"roleArn": "arn:aws:iam::123456789012:role/deploy"}],
    "defaultTags": {"tags": {"team": "web"}},
    "endpoints": [{"s3": "https://s3.example.com"}],
    "forbiddenAccountIds": ["123456789012"],
    "ignoreTags": {"keys": ["team"]},
    "sharedConfigFiles": ["~/.aws/config"],
    "sharedCredentialsFiles": ["~/.aws/credentials"],
    "userAgents": [{"productName": "site"}],
}
_EXAMPLE_INTEGER = 3
_EXAMPLE_DURATION = "1h"
_TYPES: dict[Kind, type] = {"boolean": bool, "integer": int, "list": list, "map": dict}
# https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/provider/sdkv2/validate.go
_SHORTEST_S, _LONGEST_S = 15 * 60, 12 * 3600
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
        cloudfront_endpoint: where CloudFront is asked, if that is not AWS; else empty.
    """

    region: str
    values: Mapping[str, Any] = field(default_factory=dict)
    secret_keys: frozenset[str] = frozenset()
    cloudfront_endpoint: str = ""


def region_of(config: Mapping[str, str], environment: Mapping[str, str]) -> str | None:
    """Return the region in the provider's own order: `aws:region`, AWS_REGION, AWS_DEFAULT_REGION; None without one."""
    return config.get("region") or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or None


class WrongValueError(ValueError):
    """A setting that does not hold; the message is the rule.

    Attributes:
        path: where in the setting.
        got: what is there.
        mend: what to set the setting to.
    """

    def __init__(self, rule: str, got: object, mend: object, path: tuple[str | int, ...] = ()) -> None:
        self.path = path
        self.got = got
        self.mend = mend
        super().__init__(rule)


def decode(key: str, text: str) -> Any:  # noqa: ANN401 - one of five kinds, by the key
    """Return the value of the setting ``key`` as stored in ``text``.

    Raises:
        KeyError: there is no such setting.
        WrongValueError: the text does not hold.
    """
    kind = KINDS[key]
    if kind == "text":
        return text
    value = _read(text)
    # type() and not isinstance(): True is an int to Python, but no maxRetries.
    if type(value) is not _TYPES[kind]:
        raise WrongValueError(_RULES[kind], text, mended(key, text))
    for rule, got, path in _wrong_inside(key, value):
        raise WrongValueError(rule, got, mended(key, text), path)
    return value


def _read(text: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def mended(key: str, text: str) -> Any:  # noqa: ANN401 - one of five kinds, by the key
    """Return a value for the setting ``key``: ``text`` if it holds, else what of it does, else an example."""
    kind, value = KINDS[key], _read(text)
    if kind == "text" or (type(value) is _TYPES[kind] and not list(_wrong_inside(key, value))):
        return text
    if kind == "list":
        elements = value if isinstance(value, list) else [value]
        right = [_mended_role(one) for one in elements if isinstance(one, dict) == (key in _LISTS_OF_MAPS)]
        return right or _EXAMPLES[key]
    if kind == "map":
        return _mended_role(value) if isinstance(value, dict) else _EXAMPLES[key]
    return True if kind == "boolean" else _EXAMPLE_INTEGER


def _mended_role(value: Any) -> Any:  # noqa: ANN401 - any element
    if not isinstance(value, dict) or "duration" not in value or _is_session_time(value["duration"]):
        return value
    return {**value, "duration": _EXAMPLE_DURATION}


def _wrong_inside(key: str, value: Any) -> Iterator[tuple[str, Any, tuple[str | int, ...]]]:  # noqa: ANN401 - a list or a map
    """Yield the rule, the value got, and where it is, of what is wrong in a list or a map."""
    if key in _LISTS_OF_MAPS:
        for index, element in enumerate(value):
            if not isinstance(element, dict):
                yield "must be a map", element, (index,)
    roles: dict[str, list[tuple[tuple[int, ...], Any]]] = {
        "assumeRoles": [((index,), role) for index, role in enumerate(value)] if isinstance(value, list) else [],
        "assumeRoleWithWebIdentity": [((), value)],
    }
    for path, role in roles.get(key, []):
        if _mended_role(role) != role:
            yield "must be a duration from 15m to 12h, such as 1h30m", role["duration"], (*path, "duration")


def _is_session_time(duration: object) -> bool:
    try:
        return _SHORTEST_S <= seconds(str(duration)) <= _LONGEST_S
    except ValueError:
        return False


def settings_of(
    config: Mapping[str, str], environment: Mapping[str, str], secret_keys: frozenset[str] = frozenset()
) -> AwsSettings:
    """Return the settings of ``config``: keys without the namespace, values as text.

    Raises:
        KeyError, WrongValueError: as ``decode``.
        ValueError: there is no region.
    """
    region = region_of(config, environment)
    if region is None:
        raise ValueError("has no region")
    values = {key: decode(key, text) for key, text in config.items()}
    return AwsSettings(region, values, secret_keys, _cloudfront_endpoint(values, environment))


def _cloudfront_endpoint(values: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """Return the endpoint in the provider's own order.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    given = next((entry["cloudfront"] for entry in values.get("endpoints", []) if entry.get("cloudfront")), "")
    return str(given or environment.get("AWS_ENDPOINT_URL_CLOUDFRONT") or environment.get("AWS_ENDPOINT_URL") or "")


def settings_from(get: Callable[[str], str | None], environment: Mapping[str, str]) -> AwsSettings:
    """Return the settings of a config that can only be asked for one ``namespace:key`` after the other.

    Raises:
        KeyError, ValueError: as ``settings_of``.
    """
    given = {key: get(f"{NAMESPACE}:{key}") for key in KINDS}
    return settings_of({key: value for key, value in given.items() if value is not None}, environment)
