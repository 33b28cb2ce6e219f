"""The URLs of a bucket and of a key-value store, and the credentials, in the usual cases, as botocore decides them.

A dynamic provider that imports botocore and makes a client takes 0.3 s more. In all other cases the functions return
None, and botocore decides: with a profile or a role, in another partition, with FIPS or dual-stack endpoints, or with
such a setting in the AWS config file.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.aws.settings import AwsSettings

# The regions of the partition `aws`: https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json
_REGION = re.compile(r"(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-[0-9]+")
_STORE_ARN = re.compile(r"arn:aws:cloudfront::(?P<account>[0-9]{12}):key-value-store/[0-9a-f-]+")
STORE_DOMAIN = "cloudfront-kvs.global.api.aws"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
# What names of other kinds of buckets contain:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_SPECIAL = re.compile(r"--|-s3alias$|[.][.-]|-[.]")
# Settings that choose credentials in another way than by a key.
_OTHER_CREDENTIALS = ("profile", "assumeRoles", "assumeRoleWithWebIdentity")
_OTHER_ENDPOINTS = ("useFipsEndpoint", "useDualstackEndpoint", "s3UsePathStyle", "sharedConfigFiles")
# https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
_OTHER_CREDENTIAL_VARIABLES = ("AWS_CREDENTIAL_EXPIRATION", "AWS_SECURITY_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE")
_OTHER_ENDPOINT_VARIABLES = (
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)
# Words in the AWS config file, in any profile.
_CONFIG_FILE_WORDS = ("endpoint", "services", "s3", "dualstack", "ca_bundle")


def plain_credentials(settings: AwsSettings, environment: Mapping[str, str]) -> tuple[str, str, str | None] | None:
    """Return the access key, the secret key and the token of the settings or the environment."""
    values = settings.values
    if any(values.get(name) for name in _OTHER_CREDENTIALS):
        return None
    given = values.get("accessKey"), values.get("secretKey"), values.get("token")
    if not any(given) and not any(environment.get(name) for name in _OTHER_CREDENTIAL_VARIABLES):
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        given = environment.get(names[0]), environment.get(names[1]), environment.get(names[2])
    access_key, secret_key, token = given
    return (access_key, secret_key, token or None) if access_key and secret_key else None


def plain_bucket_url(bucket: str, settings: AwsSettings, environment: Mapping[str, str]) -> str | None:
    """Return the URL of a bucket, without a trailing slash."""
    if not _BUCKET.fullmatch(bucket) or _SPECIAL.search(bucket) or _may_have_other_endpoint(settings, environment):
        return None
    endpoint = _endpoint("s3", "AWS_ENDPOINT_URL_S3", settings, environment)
    if endpoint:
        return f"{endpoint}/{bucket}" if _is_address(endpoint) else None
    if not _REGION.fullmatch(settings.region):
        return None
    # Without `AWS_S3_US_EAST_1_REGIONAL_ENDPOINT` botocore uses the global endpoint there.
    host = "s3.amazonaws.com" if settings.region == "us-east-1" else f"s3.{settings.region}.amazonaws.com"
    # AWS's certificate does not cover a bucket with a dot as part of the host.
    return f"https://{host}/{bucket}" if "." in bucket else f"https://{bucket}.{host}"


def plain_store_url(arn: str, settings: AwsSettings, environment: Mapping[str, str]) -> str | None:
    """Return the URL of the data API for the key-value store ``arn``, without a trailing slash.

    The account's id is the first label of its host:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions-kvp.html
    """
    store = _STORE_ARN.fullmatch(arn)
    if not store or not _REGION.fullmatch(settings.region) or _may_have_other_endpoint(settings, environment):
        return None
    service, variable = "cloudfrontkeyvaluestore", "AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE"
    endpoint = _endpoint(service, variable, settings, environment) or f"https://{STORE_DOMAIN}"
    scheme, _, rest = endpoint.partition("://")
    return f"{scheme}://{store['account']}.{rest}"


def _endpoint(service: str, variable: str, settings: AwsSettings, environment: Mapping[str, str]) -> str:
    """Return the custom endpoint of a service, without a trailing slash; empty without one."""
    given = (entry.get(service) for entry in settings.values.get("endpoints", []))
    endpoint = next(filter(None, given), None) or environment.get(variable) or environment.get("AWS_ENDPOINT_URL")
    return (endpoint or "").rstrip("/")


def _may_have_other_endpoint(settings: AwsSettings, environment: Mapping[str, str]) -> bool:
    """Return whether a setting, a variable or the AWS config file may choose the endpoint."""
    if any(settings.values.get(name) for name in _OTHER_ENDPOINTS):
        return True
    if any(environment.get(name) for name in _OTHER_ENDPOINT_VARIABLES):
        return True
    path = Path(environment.get("AWS_CONFIG_FILE") or "~/.aws/config").expanduser()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    except (OSError, UnicodeDecodeError):
        return True
    return any(word in text for word in _CONFIG_FILE_WORDS)


def _is_address(url: str) -> bool:
    """Return whether a URL's host is an IP address, so that the bucket is in the path."""
    try:
        ip_address(urlsplit(url).hostname or "")
    except ValueError:
        return False
    return True
