"""Every request of the gateway to the emulator, over plain HTTP: boto3 would cost ten times as much as the request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as ET  # nosec B405

import urllib3

from sandbox.emulator.aliases import alias_specificity
from sandbox.emulator.path_patterns import matches_pattern, normalize_path
from sandbox.environment import REGION
from sandbox.gateway.anonymous_access import AnonymousAccess, access_from_policy
from sandbox.gateway.cors import CorsRule
from sandbox.gateway.shared_call import SharedCall

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from urllib3.response import BaseHTTPResponse

CLOUDFRONT_API = "/2020-05-31"
CHUNK_BYTES = 65_536
OK = 200
# S3's statuses if the bucket is in another region than the request names.
OTHER_REGION = (301, 307, 400)


class EmulatorError(Exception):
    """The emulator returned an error.

    Attributes:
        status: the code.
        code: AWS's error code.
        message: AWS's message.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True)
class WebsiteSettings:
    """A bucket's website configuration."""

    index_document: str
    error_document: str | None


@dataclass(frozen=True)
class Behavior:
    """A cache behavior; the default one has the pattern `*`."""

    pattern: str
    compress: bool
    cache_policy: str | None
    has_bucket_origin: bool


@dataclass(frozen=True)
class Distribution:
    """A distribution.

    Attributes:
        domain: such as `d111111abcdef8.cloudfront.net`.
        enabled: whether it answers requests.
        origins: their domain names.
        behaviors: in their order, the default one last.
        aliases: its alternate domain names.
    """

    domain: str
    enabled: bool
    origins: tuple[str, ...]
    behaviors: tuple[Behavior, ...]
    aliases: tuple[str, ...] = ()

    def behavior(self, path: str) -> Behavior:
        """Return the cache behavior for a path as it was sent."""
        normalized = normalize_path(path)
        return next(behavior for behavior in self.behaviors if matches_pattern(behavior.pattern, normalized))

    def alias_specificity(self, host: str) -> int:
        """Return how much of a host name the best of the aliases has; 0 if none covers it."""
        return alias_specificity(host, self.aliases)

    def has_origin(self, bucket: str) -> bool:
        """Return whether a bucket is an origin: `<bucket>.s3.<region>.amazonaws.com`, with or without the region."""
        return any(origin.startswith(f"{bucket}.s3.") for origin in self.origins)


class EmulatorClient:
    """Requests to one emulator, as the owner of the default account."""

    def __init__(self, endpoint: str, distributions_version: Path) -> None:
        """``distributions_version`` is the file whose text changes with each distribution."""
        self.endpoint = endpoint
        self._regions: dict[str, str] = {}
        self._pool = urllib3.connection_from_url(endpoint, maxsize=64, block=False)
        self._distributions = SharedCall(self._list_distributions)
        self._distributions_version = distributions_version
        # Each visitor's request needs the list.
        self._listed: tuple[str, list[Distribution]] = ("", [])

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.close()

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> BaseHTTPResponse:
        """Send a request, and return the response with its body unread; redirects and compression are left as they are.

        Raises:
            urllib3.exceptions.HTTPError: the emulator does not answer.

        """
        all_headers = urllib3.HTTPHeaderDict({"User-Agent": "sandbox-gateway", "Accept-Encoding": "identity"})
        all_headers.update(headers)
        # A response with Retry-After, such as that of a function, is the visitor's.
        retries = urllib3.Retry(
            connect=1, read=1, redirect=False, status=False, backoff_factor=0.1, respect_retry_after_header=False
        )
        return self._pool.urlopen(
            method,
            target,
            body=body or None,
            headers=all_headers,
            redirect=False,
            retries=retries,
            preload_content=False,
            decode_content=False,
        )

    def object(self, method: str, bucket: str, key: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        """Request an object as the bucket's owner; the gateway decides itself who may read it."""
        return self._bucket_request(bucket, method, f"/{quote(key)}", headers)

    def website_settings(self, bucket: str) -> WebsiteSettings:
        """Return the bucket's website configuration.

        Raises:
            EmulatorError: NoSuchBucket or NoSuchWebsiteConfiguration.

        """
        document = self._bucket_setting(bucket, "website")
        index = document.findtext("{*}IndexDocument/{*}Suffix")
        return WebsiteSettings(index or "index.html", document.findtext("{*}ErrorDocument/{*}Key"))

    def anonymous_access(self, bucket: str) -> AnonymousAccess:
        """Return what an anonymous visitor may read in the bucket."""
        block = self._optional_setting(bucket, "publicAccessBlock", "NoSuchPublicAccessBlockConfiguration")
        restricted = block is not None and block.findtext("{*}RestrictPublicBuckets") == "true"
        response = self._bucket_request(bucket, "GET", "?policy", {})
        return access_from_policy(response.data.decode() if response.status == OK else "", restricted=restricted)

    def cors_rules(self, bucket: str) -> tuple[CorsRule, ...]:
        """Return the bucket's CORS rules; empty if CORS is not enabled."""
        document = self._optional_setting(bucket, "cors", "NoSuchCORSConfiguration")
        return tuple(map(_cors_rule, document.iterfind("{*}CORSRule"))) if document is not None else ()

    def distributions(self) -> list[Distribution]:
        """Return the first 100 distributions; the emulator lists no more at once."""
        version = self._read_version()
        known, distributions = self._listed
        if version and version == known:
            return distributions
        distributions = self._distributions.result()
        # The version is older than the list, so that a change in between is not missed.
        self._listed = (version, distributions)
        return distributions

    def _read_version(self) -> str:
        """Return the text of the file; empty if the emulator has another folder than the gateway."""
        try:
            return self._distributions_version.read_text()
        except FileNotFoundError:
            return ""

    def _list_distributions(self) -> list[Distribution]:
        response = self.send("GET", f"{CLOUDFRONT_API}/distribution", _authorization("cloudfront"))
        if response.status != OK:
            raise error_from(response.status, response.data)
        summaries = _parse_xml(response.data).iterfind("{*}Items/{*}DistributionSummary")
        return [_distribution(summary) for summary in summaries]

    def accepts_gzip(self, cache_policy: str) -> bool:
        """Return whether a cache policy has EnableAcceptEncodingGzip."""
        target = f"{CLOUDFRONT_API}/cache-policy/{cache_policy}"
        document = _parse(self.send("GET", target, _authorization("cloudfront")))
        return any(element.text == "true" for element in document.iterfind(".//{*}EnableAcceptEncodingGzip"))

    def _optional_setting(self, bucket: str, name: str, missing_code: str) -> ET.Element | None:
        try:
            return self._bucket_setting(bucket, name)
        except EmulatorError as error:
            if error.code == missing_code:
                return None
            raise

    def _bucket_setting(self, bucket: str, name: str) -> ET.Element:
        return _parse(self._bucket_request(bucket, "GET", f"?{name}", {}))

    def _bucket_request(self, bucket: str, method: str, target: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        """Send a request for a bucket to its region; if the region is wrong, S3's response names the right one.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
        """
        region = self._regions.get(bucket, REGION)
        response = self.send(method, f"/{bucket}{target}", {**_authorization("s3", region), **headers})
        bucket_region = response.headers.get("x-amz-bucket-region", region)
        if response.status not in OTHER_REGION or bucket_region == region:
            return response
        response.drain_conn()
        self._regions[bucket] = bucket_region
        return self.send(method, f"/{bucket}{target}", {**_authorization("s3", bucket_region), **headers})


def stream(response: BaseHTTPResponse) -> Iterator[bytes]:
    """Yield the body as it arrives; if the visitor disconnects before its end, close the connection to the emulator."""
    try:
        yield from response.stream(CHUNK_BYTES)
    finally:
        # At the body's end the connection is back in the pool already, and stays open.
        response.close()


def error_from(status: int, body: bytes) -> EmulatorError:
    """Return the error in a response's XML; the response to a HEAD has none."""
    try:
        document = _parse_xml(body)
    except ET.ParseError:
        return EmulatorError(status, "InternalError", "The emulator gave no reason.")
    code = document.findtext(".//{*}Code") or "InternalError"
    return EmulatorError(status, code, document.findtext(".//{*}Message") or code)


def _parse(response: BaseHTTPResponse) -> ET.Element:
    if response.status != OK:
        raise error_from(response.status, response.data)
    return _parse_xml(response.data)


def _parse_xml(body: bytes) -> ET.Element:
    return ET.fromstring(body)  # noqa: S314 - the emulator's own XML  # nosec B314


def _authorization(service: str, region: str = REGION) -> dict[str, str]:
    """Return the headers that name account, region and service; the emulator does not check signatures."""
    scope = f"Credential=test/20200101/{region}/{service}/aws4_request"
    authorization = f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"
    return {"Authorization": authorization, "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}


def _cors_rule(rule: ET.Element) -> CorsRule:
    def texts(name: str) -> tuple[str, ...]:
        return tuple(element.text or "" for element in rule.iterfind(f"{{*}}{name}"))

    return CorsRule(
        methods=texts("AllowedMethod"),
        origins=texts("AllowedOrigin"),
        headers=texts("AllowedHeader"),
        exposed_headers=texts("ExposeHeader"),
        max_age=rule.findtext("{*}MaxAgeSeconds"),
    )


def _behavior(element: ET.Element, bucket_origins: set[str]) -> Behavior:
    return Behavior(
        pattern=element.findtext("{*}PathPattern") or "*",
        compress=element.findtext("{*}Compress") == "true",
        cache_policy=element.findtext("{*}CachePolicyId"),
        has_bucket_origin=element.findtext("{*}TargetOriginId") in bucket_origins,
    )


def _distribution(summary: ET.Element) -> Distribution:
    origins = summary.findall("{*}Origins/{*}Items/{*}Origin")
    buckets = {origin.findtext("{*}Id") or "" for origin in origins if origin.find("{*}CustomOriginConfig") is None}
    ordered = summary.findall("{*}CacheBehaviors/{*}Items/{*}CacheBehavior")
    behaviors = (*ordered, *summary.findall("{*}DefaultCacheBehavior"))
    return Distribution(
        domain=summary.findtext("{*}DomainName") or "",
        enabled=summary.findtext("{*}Enabled") == "true",
        origins=tuple(origin.findtext("{*}DomainName") or "" for origin in origins),
        behaviors=tuple(_behavior(behavior, buckets) for behavior in behaviors),
        aliases=tuple(alias.text or "" for alias in summary.iterfind("{*}Aliases/{*}Items/{*}CNAME")),
    )
