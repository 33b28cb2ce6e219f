"""The provider's own configuration: what `aws:` config or an explicit `pulumi:providers:aws` may say."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import botocore.session
from botocore.exceptions import BotoCoreError

from sandbox.providers.plugin import WORKERS
from sandbox.providers.schema import Failure, Field, Fields, block, flag, listing, problems, text, text_map, whole
from sandbox.providers.values import UNKNOWN, Properties

# Of the some 400 endpoints that pulumi-aws knows, those of the services that this provider or its neighbours call.
ENDPOINT_SERVICES = (
    *("s3", "s3api", "s3control", "cloudfront", "sts", "iam", "acm", "route53"),
    *("kms", "lambda", "logs", "cloudwatch", "codebuild", "amplify"),
)
# The program's provider sends these along in every case; they say something about the plugin, not about AWS.
ENGINE_KEYS = ("version", "pluginDownloadURL", "pluginChecksums")
MISSING_REGION = (
    'Missing required configuration key "aws:region": The region where AWS operations will take place. '
    "Examples are us-east-1, us-west-2, etc.\n"
    "Set a value using the command `pulumi config set aws:region <value>`."
)

_IDENTITY: Fields = {
    "roleArn": text(pattern=(r"arn:[\w-]+:iam::\d{12}:role/.+", "roleArn is an invalid ARN")),
    "duration": text(),
    "policy": text(),
    "policyArns": listing(text()),
    "sessionName": text(),
}
_ROLE: Fields = {
    **_IDENTITY,
    "externalId": text(),
    "sourceIdentity": text(),
    "tags": text_map(),
    "transitiveTagKeys": listing(text()),
}
_WEB_IDENTITY: Fields = {**_IDENTITY, "webIdentityToken": text(), "webIdentityTokenFile": text()}
# pulumi-aws's, but for those that would mean nothing here: a setting is honoured or it is refused.
CONFIG_FIELDS: Fields = {
    "accessKey": text(),
    "allowedAccountIds": listing(text()),
    "assumeRoleWithWebIdentity": block(_WEB_IDENTITY),
    "assumeRoles": listing(block(_ROLE)),
    "customCaBundle": text(),
    "defaultTags": block({"tags": text_map()}),
    "endpoints": listing(block(dict.fromkeys(ENDPOINT_SERVICES, Field()))),
    "forbiddenAccountIds": listing(text()),
    "httpProxy": text(),
    "httpsProxy": text(),
    "insecure": flag(),
    "maxRetries": whole(low=0),
    "profile": text(),
    "region": text(replaces=True),
    "retryMode": text(choices=("standard", "adaptive")),
    "s3UsePathStyle": flag(),
    "secretKey": text(),
    "sharedConfigFiles": listing(text(), high=1),
    "sharedCredentialsFiles": listing(text(), high=1),
    "skipCredentialsValidation": flag(),
    # Neither asks anything of EC2's metadata, nor for the account before it is needed.
    "skipMetadataApiCheck": flag(),
    "skipRegionValidation": flag(),
    "skipRequestingAccountId": flag(),
    "stsRegion": text(),
    "token": text(),
    "useDualstackEndpoint": flag(),
    "useFipsEndpoint": flag(),
    "userAgents": listing(text()),
}
# pulumi-aws's is 25; against a local cloud that isn't running, that would be minutes without a word.
DEFAULT_RETRIES = 3


@dataclass(frozen=True)
class ProviderConfig:
    """The configuration, read."""

    region: str
    profile: str | None = None
    access_key: str | None = None
    secret_key: str | None = None
    token: str | None = None
    config_file: str | None = None
    credentials_file: str | None = None
    endpoints: dict[str, str] = field(default_factory=dict)
    # Each the parameters of an STS AssumeRole call, assumed one after the other.
    roles: tuple[Properties, ...] = ()
    # The parameters of the STS AssumeRoleWithWebIdentity call that comes before them.
    web_identity: Properties | None = None
    sts_region: str | None = None
    default_tags: dict[str, str] = field(default_factory=dict)
    insecure: bool = False
    ca_bundle: str | None = None
    # botocore's options for how calls are made.
    transport: Properties = field(default_factory=dict)
    validates_credentials: bool = True
    allowed_accounts: tuple[str, ...] = ()
    forbidden_accounts: tuple[str, ...] = ()

    def endpoint(self, service: str) -> str | None:
        """The configured URL of a service; None leaves it to botocore (AWS_ENDPOINT_URL, else AWS)."""
        return self.endpoints.get(service) or (self.endpoints.get("s3api") if service == "s3" else None)


def parsed(given: Properties) -> Properties:
    """The configuration as values: the engine hands everything but strings over as JSON in strings."""
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
    """A Python program's dict arrives with snake_case keys, which pulumi-aws takes too."""
    if isinstance(value, list):
        return [_camel_keys(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {re.sub(r"_(\w)", lambda found: found[1].upper(), key): item for key, item in value.items()}


def config_problems(config: Properties) -> Iterator[Failure]:
    """Everything for which this configuration is refused."""
    yield from problems(CONFIG_FIELDS, config)
    region = config.get("region") or ambient_region(config)
    if not region:
        yield "", MISSING_REGION
    elif region is not UNKNOWN and config.get("skipRegionValidation") is False and not is_region(str(region)):
        yield "region", f"invalid AWS Region: {region}"


def ambient_region(config: Properties) -> str | None:
    """The region of the environment, or of the profile in AWS's own config file."""
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if region:
        return region
    try:
        found = botocore.session.Session(profile=config.get("profile")).get_config_variable("region")
    except BotoCoreError:
        return None
    return str(found) if found else None


def provider_config(config: Properties) -> ProviderConfig:
    """The configuration as the calls need it; it must have passed `config_problems`."""
    endpoints = {name: url for entry in config.get("endpoints") or [] for name, url in entry.items() if url}
    web_identity = config.get("assumeRoleWithWebIdentity")
    return ProviderConfig(
        region=config.get("region") or ambient_region(config) or "",
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
    """The seconds in a Go duration of whole hours, minutes and seconds: 1h30m is 5400."""
    units = {"h": 3600, "m": 60, "s": 1}
    total = digits = 0
    for char in duration:
        if char.isdigit():
            digits = digits * 10 + int(char)
        else:
            total, digits = total + digits * units.get(char, 0), 0
    return total


def is_region(name: str) -> bool:
    """Whether AWS has such a region, in any of its partitions."""
    session = botocore.session.Session()
    return any(
        name in session.get_available_regions("s3", partition_name=partition)
        for partition in session.get_available_partitions()
    )
