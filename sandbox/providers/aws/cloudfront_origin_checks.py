"""What CloudFront rejects in a distribution's origins and path patterns.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CustomOriginConfig.html and .../API_CacheBehavior.html

One thing is allowed only here: an origin may be this machine, `localhost` or 127.0.0.1, so that a local API can be an
origin of the emulated CloudFront. AWS could not reach it, and accepts no IP address.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from sandbox.providers.values import Properties

ApiError: TypeAlias = tuple[int, str, str]
LOOPBACK = "127.0.0.1"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-web-distributions
_MAX_ORIGINS, _MAX_BEHAVIORS = 100, 75
_MAX_TIMEOUT = 120
_PORTS, _LOWEST_PORT, _HIGHEST_PORT = (80, 443), 1024, 65535
_MAX_ID = 128
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern
_PATTERN = re.compile(r"[A-Za-z0-9_.*$/~\"'@:+&?-]{1,255}")


def origin_errors(origins: Sequence[Properties]) -> Iterator[ApiError]:
    """Yield the errors of the origins."""
    names = [origin["originId"] for origin in origins]
    if len(set(names)) < len(names):
        yield 400, "InvalidArgument", "The parameter Origins contains duplicate origin IDs."
    if len(names) > _MAX_ORIGINS:
        yield 400, "TooManyOrigins", "Your request contains more origins than are allowed per distribution."
    for origin in origins:
        yield from _origin_errors(origin)
        if origin.get("customOriginConfig"):
            yield from _custom_origin_errors(origin["domainName"], origin["customOriginConfig"])


def _origin_errors(origin: Properties) -> Iterator[ApiError]:
    domain, path = origin["domainName"], origin.get("originPath") or ""
    if "/" in domain or ":" in domain:
        yield 400, "InvalidArgument", "The parameter Origin DomainName does not refer to a valid S3 bucket or host."
    if not origin.get("customOriginConfig") and not domain.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        message = "The specified origin server does not exist or is not valid."
        yield 400, "InvalidOrigin", message
    if path and (not path.startswith("/") or path.endswith("/")):
        yield 400, "InvalidArgument", "The parameter OriginPath must begin with '/' and must not end with '/'."
    if origin.get("originAccessControlId") and ".s3-website" in domain:
        message = "An origin access control is associated with an origin whose domain name is not supported."
        yield 400, "InvalidDomainNameForOriginAccessControl", message
    if len(origin["originId"]) > _MAX_ID:
        yield 400, "InvalidArgument", "The parameter Origin Id is too long."


def _custom_origin_errors(domain: str, config: Properties) -> Iterator[ApiError]:
    if domain != LOOPBACK and _is_address(domain):
        yield 400, "InvalidArgument", "The parameter origin name cannot be an IP address."
    for name in ("httpPort", "httpsPort"):
        if config[name] not in _PORTS and not _LOWEST_PORT <= config[name] <= _HIGHEST_PORT:
            yield 400, "InvalidArgument", f"The parameter {name} is not a port that CloudFront supports."
    if not config["originSslProtocols"]:
        yield 400, "InvalidArgument", "The parameter OriginSslProtocols must have a protocol."
    if config["originReadTimeout"] > _MAX_TIMEOUT:
        yield 400, "InvalidOriginReadTimeout", "The read timeout specified for the origin is not valid."
    if config["originKeepaliveTimeout"] > _MAX_TIMEOUT:
        yield 400, "InvalidOriginKeepaliveTimeout", "The keep alive timeout specified for the origin is not valid."


def _is_address(domain: str) -> bool:
    try:
        ipaddress.ip_address(domain)
    except ValueError:
        return False
    return True


def pattern_errors(behaviors: Sequence[Properties]) -> Iterator[ApiError]:
    """Yield the errors of the path patterns; the default behavior has none, but counts for the quota."""
    if len(behaviors) >= _MAX_BEHAVIORS:
        message = "You cannot create more cache behaviors for the distribution."
        yield 400, "TooManyCacheBehaviors", message
    patterns = [behavior["pathPattern"] for behavior in behaviors]
    for pattern in patterns:
        if not _PATTERN.fullmatch(pattern):
            yield 400, "InvalidArgument", f"The parameter PathPattern is not valid: {pattern}."
    # `/api/*` and `api/*` are the same pattern.
    if len({pattern.removeprefix("/") for pattern in patterns}) < len(patterns):
        yield 400, "InvalidArgument", "The parameter CacheBehaviors contains a duplicate path pattern."
