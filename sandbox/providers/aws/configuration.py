"""The provider's own configuration: `aws:` config, or an explicit `pulumi:providers:aws`."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import botocore.session
from botocore.exceptions import BotoCoreError

from sandbox.providers.plugin import WORKERS
from sandbox.providers.schema import (
    Failure,
    Field,
    Fields,
    block,
    boolean,
    integer,
    list_of,
    problems,
    string,
    string_map,
)
from sandbox.providers.values import UNKNOWN, Properties

# The services that this provider, or a program's own code, calls; pulumi-aws has about 400.
ENDPOINT_SERVICES = (
    *("s3", "s3api", "s3control", "cloudfront", "sts", "iam", "acm", "route53"),
    *("kms", "lambda", "logs", "cloudwatch", "codebuild", "amplify"),
)
# The engine adds these to every configuration; they are about the plugin, not about AWS.
ENGINE_KEYS = ("version", "pluginDownloadURL", "pluginChecksums")
MISSING_REGION = (
    'Missing required configuration key "aws:region": The region where AWS operations will take place. '
    "Examples are us-east-1, us-west-2, etc.\n"
    "Set a value using the command `pulumi config set aws:region <value>`."
)

_IDENTITY: Fields = {
    "roleArn": string(pattern=(r"arn:[\w-]+:iam::\d{12}:role/.+", "roleArn is an invalid ARN")),
    "duration": string(),
    "policy": string(),
    "policyArns": list_of(string()),
    "sessionName": string(),
}
_ROLE: Fields = {
    **_IDENTITY,
    "externalId": string(),
    "sourceIdentity": string(),
    "tags": string_map(),
    "transitiveTagKeys": list_of(string()),
}
_WEB_IDENTITY: Fields = {**_IDENTITY, "webIdentityToken": string(), "webIdentityTokenFile": string()}
# The settings of pulumi-aws, except for those without an effect here: a setting takes effect or is rejected.
CONFIG_FIELDS: Fields = {
    "accessKey": string(),
    "allowedAccountIds": list_of(string()),
    "assumeRoleWithWebIdentity": block(_WEB_IDENTITY),
    "assumeRoles": list_of(block(_ROLE)),
    "customCaBundle": string(),
    "defaultTags": block({"tags": string_map()}),
    "endpoints": list_of(block(dict.fromkeys(ENDPOINT_SERVICES, Field()))),
    "forbiddenAccountIds": list_of(string()),
    "httpProxy": string(),
    "httpsProxy": string(),
    "insecure": boolean(),
    "maxRetries": integer(low=0),
    "profile": string(),
    "region": string(replaces=True),
    "retryMode": string(choices=("standard", "adaptive")),
    "s3UsePathStyle": boolean(),
    "secretKey": string(),
    "sharedConfigFiles": list_of(string(), high=1),
    "sharedCredentialsFiles": list_of(string(), high=1),
    "skipCredentialsValidation": boolean(),
    # Without effect: the provider never requests EC2's metadata.
    "skipMetadataApiCheck": boolean(),
    "skipRegionValidation": boolean(),
    # Without effect: the provider requests the account only when it is needed.
    "skipRequestingAccountId": boolean(),
    "stsRegion": string(),
    "token": string(),
    "useDualstackEndpoint": boolean(),
    "useFipsEndpoint": boolean(),
    "userAgents": list_of(string()),
}
# pulumi-aws's is 25; with an emulator that does not run, that would be minutes without output.
DEFAULT_RETRIES = 3


@dataclass(frozen=True)
class ProviderConfig:
    """The parsed configuration; None leaves a setting to botocore.

    Attributes:
        region: the provider's.
        profile: of AWS's config files.
        access_key: with `secret_key` and `token`, the credentials.
        config_file: AWS's config file.
        credentials_file: AWS's credentials file.
        endpoints: URLs by service.
        roles: the parameters of STS AssumeRole calls, one after the other.
        web_identity: the parameters of the STS AssumeRoleWithWebIdentity call before them.
        sts_region: of these calls.
        default_tags: of every resource that has tags.
        insecure: whether certificates are not verified.
        ca_bundle: a file with trusted certificates.
        transport: botocore's options for requests.
        validates_credentials: whether STS is called to check them.
        allowed_accounts: the account must be one of these, if there are any.
        forbidden_accounts: the account must not be one of these.
    """

    region: str
    profile: str | None = None
    access_key: str | None = None
    secret_key: str | None = None
    token: str | None = None
    config_file: str | None = None
    credentials_file: str | None = None
    endpoints: dict[str, str] = field(default_factory=dict)
    roles: tuple[Properties, ...] = ()
    web_identity: Properties | None = None
    sts_region: str | None = None
    default_tags: dict[str, str] = field(default_factory=dict)
    insecure: bool = False
    ca_bundle: str | None = None
    transport: Properties = field(default_factory=dict)
    validates_credentials: bool = True
    allowed_accounts: tuple[str, ...] = ()
    forbidden_accounts: tuple[str, ...] = ()

    def endpoint(self, service: str) -> str | None:
        """Return the configured URL of a service; None leaves it to botocore (AWS_ENDPOINT_URL, else AWS)."""
        return self.endpoints.get(service) or (self.endpoints.get("s3api") if service == "s3" else None)


def parsed(given: Properties) -> Properties:
    """Return the configuration's values: the engine sends everything but strings as JSON in strings."""
    return {name: _parsed_value(name, value) for name, value in given.items() if name not in ENGINE_KEYS}


def _parsed_value(name: str, value: object) -> object:
    expected = CONFIG_FIELDS.get(name)
    if isinstance(value, str) and expected and expected.kind != "string":
        try:
            value = json.loads(value)
        except ValueError:
            return value
    return _camel_keys(value) if name in {"assumeRoles", "assumeRoleWithWebIdentity"} else value


def _camel_keys(value: object) -> object:
    """Return the value with camelCase keys; a Python program's dict has snake_case ones, as with pulumi-aws."""
    if isinstance(value, list):
        return [_camel_keys(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {re.sub(r"_(\w)", lambda found: found[1].upper(), key): item for key, item in value.items()}


def config_problems(config: Properties) -> Iterator[Failure]:
    """Yield everything for which this configuration is rejected."""
    yield from problems(CONFIG_FIELDS, config)
    region = config.get("region") or default_region(config)
    if not region:
        yield "", MISSING_REGION
    elif region is not UNKNOWN and config.get("skipRegionValidation") is False and not is_region(str(region)):
        yield "region", f"invalid AWS Region: {region}"


def default_region(config: Properties) -> str | None:
    """Return the region of the environment, or of the profile in AWS's config file."""
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if region:
        return region
    try:
        found = botocore.session.Session(profile=config.get("profile")).get_config_variable("region")
    except BotoCoreError:
        return None
    return str(found) if found else None


def provider_config(config: Properties) -> ProviderConfig:
    """Return the parsed configuration, which must have passed `config_problems`."""
    endpoints = {name: url for entry in config.get("endpoints") or [] for name, url in entry.items() if url}
    web_identity = config.get("assumeRoleWithWebIdentity")
    return ProviderConfig(
        region=config.get("region") or default_region(config) or "",
        profile=config.get("profile") or None,
        access_key=config.get("accessKey") or None,
        secret_key=config.get("secretKey") or None,
        token=config.get("token") or None,
        config_file=next(iter(config.get("sharedConfigFiles") or ()), None),
        credentials_file=next(iter(config.get("sharedCredentialsFiles") or ()), None),
        endpoints=endpoints,
        roles=tuple(_assume_role_params(role) for role in config.get("assumeRoles") or [] if role.get("roleArn")),
        web_identity=_assume_role_params(web_identity) if web_identity else None,
        sts_region=config.get("stsRegion") or None,
        default_tags=(config.get("defaultTags") or {}).get("tags") or {},
        insecure=bool(config.get("insecure")),
        ca_bundle=config.get("customCaBundle") or None,
        transport=_transport(config),
        validates_credentials=not config.get("skipCredentialsValidation"),
        allowed_accounts=tuple(config.get("allowedAccountIds") or ()),
        forbidden_accounts=tuple(config.get("forbiddenAccountIds") or ()),
    )


def _transport(config: Properties) -> Properties:
    proxies = {"http": config.get("httpProxy"), "https": config.get("httpsProxy")}
    retries = {
        "total_max_attempts": 1 + config.get("maxRetries", DEFAULT_RETRIES),
        "mode": config.get("retryMode") or "standard",
    }
    return {
        "max_pool_connections": WORKERS,
        "retries": retries,
        "proxies": {scheme: url for scheme, url in proxies.items() if url} or None,
        "s3": {"addressing_style": "path"} if config.get("s3UsePathStyle") else {},
        "use_dualstack_endpoint": config.get("useDualstackEndpoint"),
        "use_fips_endpoint": config.get("useFipsEndpoint"),
        "user_agent_extra": " ".join(config.get("userAgents") or []) or None,
    }


def _assume_role_params(role: Properties) -> Properties:
    params = {
        "RoleArn": role.get("roleArn"),
        "RoleSessionName": role.get("sessionName") or "pulumi",
        "ExternalId": role.get("externalId"),
        "Policy": role.get("policy"),
        "PolicyArns": [{"arn": arn} for arn in role.get("policyArns") or []],
        "SourceIdentity": role.get("sourceIdentity"),
        "DurationSeconds": _seconds(role["duration"]) if role.get("duration") else None,
        "Tags": [{"Key": key, "Value": value} for key, value in (role.get("tags") or {}).items()],
        "TransitiveTagKeys": role.get("transitiveTagKeys"),
        "WebIdentityToken": role.get("webIdentityToken"),
        "WebIdentityTokenFile": role.get("webIdentityTokenFile"),
    }
    return {name: value for name, value in params.items() if value}


def _seconds(duration: str) -> int:
    """Return the seconds in a Go duration of hours, minutes and seconds: 1h30m is 5400."""
    units = {"h": 3600, "m": 60, "s": 1}
    total = digits = 0
    for char in duration:
        if char.isdigit():
            digits = digits * 10 + int(char)
        else:
            total, digits = total + digits * units.get(char, 0), 0
    return total


def is_region(name: str) -> bool:
    """Return whether a region exists in one of AWS's partitions."""
    session = botocore.session.Session()
    return any(
        name in session.get_available_regions("s3", partition_name=partition)
        for partition in session.get_available_partitions()
    )
