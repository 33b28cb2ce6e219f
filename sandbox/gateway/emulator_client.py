"""Every call that the door makes to the local cloud: plain HTTP, since boto3 would cost ten times the call itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as ET

import urllib3

from sandbox.emulator.aliases import matches_alias
from sandbox.emulator.path_patterns import matches_pattern, normalize_path
from sandbox.environment import REGION
from sandbox.gateway.anonymous_access import Visitor, visitor_of
from sandbox.gateway.cors import CorsRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from urllib3.response import BaseHTTPResponse

CLOUDFRONT = "/2020-05-31"
CHUNK = 65_536
OK = 200
# How S3 answers in a region where the bucket is not.
ELSEWHERE = (301, 307, 400)


class CloudError(Exception):
    """The local cloud refused: status, code and message as it gave them."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True)
class Website:
    """A bucket's website settings."""

    index: str
    error: str | None


@dataclass(frozen=True)
class Behavior:
    """What the door needs to know of a cache behavior; of the default one the pattern is ``*``."""

    pattern: str
    compress: bool
    cache_policy: str | None
    is_of_bucket: bool


@dataclass(frozen=True)
class Distribution:
    """What the door needs to know of a distribution; its behaviors are in their order, the default one last."""

    domain: str
    enabled: bool
    origins: tuple[str, ...]
    behaviors: tuple[Behavior, ...]
    aliases: tuple[str, ...] = ()

    def behavior(self, path: str) -> Behavior:
        """Return the cache behavior for a path, as it was sent."""
        compared = normalize_path(path)
        return next(one for one in self.behaviors if matches_pattern(one.pattern, compared))

    def answers(self, host: str) -> bool:
        """Tell whether a host is one of the aliases, of which one may begin with `*.`."""
        return matches_alias(host, self.aliases)

    def serves(self, bucket: str) -> bool:
        """Tell whether an origin is this bucket: `<bucket>.s3.<region>.amazonaws.com` or without the region."""
        return any(origin.startswith(f"{bucket}.s3.") for origin in self.origins)


class Cloud:
    """The local cloud at one endpoint, asked with the default account's key."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._regions: dict[str, str] = {}
        self._pool = urllib3.connection_from_url(endpoint, maxsize=64, block=False)

    def close(self) -> None:
        """Close the connections that wait for the next request."""
        self._pool.close()

    def open(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> BaseHTTPResponse:
        """Send one request and return the answer with its body unread; redirects and compression are left alone.

        Raises:
            urllib3.exceptions.HTTPError: the local cloud does not answer.

        """
        sent = urllib3.HTTPHeaderDict({"User-Agent": "sandbox-door", "Accept-Encoding": "identity"})
        sent.update(headers)
        return self._pool.urlopen(
            method,
            target,
            body=body or None,
            headers=sent,
            redirect=False,
            retries=urllib3.Retry(connect=1, read=1, redirect=False, status=False, backoff_factor=0.1),
            preload_content=False,
            decode_content=False,
        )

    def object(self, method: str, bucket: str, key: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        """Ask for an object, with the owner's eyes: who may see it is decided by the door."""
        return self._of(bucket, method, f"/{quote(key)}", headers)

    def website(self, bucket: str) -> Website:
        """Return the bucket's website settings.

        Raises:
            CloudError: NoSuchBucket or NoSuchWebsiteConfiguration.

        """
        found = self._settings(bucket, "website")
        index = found.findtext("{*}IndexDocument/{*}Suffix")
        return Website(index or "index.html", found.findtext("{*}ErrorDocument/{*}Key"))

    def visitor(self, bucket: str) -> Visitor:
        """Return what an anonymous visitor of the bucket may do."""
        block = self._settings_if_any(bucket, "publicAccessBlock", "NoSuchPublicAccessBlockConfiguration")
        restricted = block is not None and block.findtext("{*}RestrictPublicBuckets") == "true"
        reply = self._of(bucket, "GET", "?policy", {})
        return visitor_of(reply.data.decode() if reply.status == OK else "", restricted=restricted)

    def cors(self, bucket: str) -> tuple[CorsRule, ...]:
        """Return the bucket's CORS rules, none where CORS is not enabled."""
        found = self._settings_if_any(bucket, "cors", "NoSuchCORSConfiguration")
        return tuple(map(_cors_rule, found.iterfind("{*}CORSRule"))) if found is not None else ()

    def distributions(self) -> list[Distribution]:
        """Return every distribution; the local cloud tells up to 100 at once, which has to do."""
        found = _document(self.open("GET", f"{CLOUDFRONT}/distribution", _signed("cloudfront")))
        return [_distribution(summary) for summary in found.iterfind("{*}Items/{*}DistributionSummary")]

    def wants_gzip(self, cache_policy: str) -> bool:
        """Tell whether a cache policy has EnableAcceptEncodingGzip."""
        found = _document(self.open("GET", f"{CLOUDFRONT}/cache-policy/{cache_policy}", _signed("cloudfront")))
        return any(element.text == "true" for element in found.iterfind(".//{*}EnableAcceptEncodingGzip"))

    def _settings_if_any(self, bucket: str, name: str, absent: str) -> ET.Element | None:
        try:
            return self._settings(bucket, name)
        except CloudError as error:
            if error.code == absent:
                return None
            raise

    def _settings(self, bucket: str, name: str) -> ET.Element:
        return _document(self._of(bucket, "GET", f"?{name}", {}))

    def _of(self, bucket: str, method: str, rest: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        """Ask for something of a bucket, where it is: S3 answers who asks in another region which one that would be.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
        """
        asked = self._regions.get(bucket, REGION)
        reply = self.open(method, f"/{bucket}{rest}", {**_signed("s3", asked), **headers})
        home = reply.headers.get("x-amz-bucket-region", asked)
        if reply.status not in ELSEWHERE or home == asked:
            return reply
        reply.drain_conn()
        self._regions[bucket] = home
        return self.open(method, f"/{bucket}{rest}", {**_signed("s3", home), **headers})


def chunks(reply: BaseHTTPResponse) -> Iterator[bytes]:
    """Yield the body as it comes in; a visitor who hangs up half-way takes this connection with him."""
    try:
        yield from reply.stream(CHUNK)
    finally:
        # At the body's end the connection is back in the pool already, and is left open.
        reply.close()


def refusal(status: int, body: bytes) -> CloudError:
    """Return the error that an answer's XML tells; a HEAD's answer tells none."""
    try:
        found = _parsed(body)
    except ET.ParseError:
        return CloudError(status, "InternalError", "The local cloud gave no reason.")
    code = found.findtext(".//{*}Code") or "InternalError"
    return CloudError(status, code, found.findtext(".//{*}Message") or code)


def _document(reply: BaseHTTPResponse) -> ET.Element:
    if reply.status != OK:
        raise refusal(reply.status, reply.data)
    return _parsed(reply.data)


def _parsed(body: bytes) -> ET.Element:
    return ET.fromstring(body)  # noqa: S314 - our own local cloud wrote it


def _signed(service: str, region: str = REGION) -> dict[str, str]:
    """Name the account, the region and the service; the local cloud does not check signatures."""
    scope = f"Credential=test/20200101/{region}/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}


def _cors_rule(rule: ET.Element) -> CorsRule:
    def texts(name: str) -> tuple[str, ...]:
        return tuple(element.text or "" for element in rule.iterfind(f"{{*}}{name}"))

    return CorsRule(
        methods=texts("AllowedMethod"),
        origins=texts("AllowedOrigin"),
        headers=texts("AllowedHeader"),
        exposed=texts("ExposeHeader"),
        max_age=rule.findtext("{*}MaxAgeSeconds"),
    )


def _behavior(element: ET.Element, buckets: set[str]) -> Behavior:
    return Behavior(
        pattern=element.findtext("{*}PathPattern") or "*",
        compress=element.findtext("{*}Compress") == "true",
        cache_policy=element.findtext("{*}CachePolicyId"),
        is_of_bucket=element.findtext("{*}TargetOriginId") in buckets,
    )


def _distribution(summary: ET.Element) -> Distribution:
    origins = summary.findall("{*}Origins/{*}Items/{*}Origin")
    buckets = {one.findtext("{*}Id") or "" for one in origins if one.find("{*}CustomOriginConfig") is None}
    ordered = summary.findall("{*}CacheBehaviors/{*}Items/{*}CacheBehavior")
    return Distribution(
        domain=summary.findtext("{*}DomainName") or "",
        enabled=summary.findtext("{*}Enabled") == "true",
        origins=tuple(origin.findtext("{*}DomainName") or "" for origin in origins),
        behaviors=tuple(_behavior(one, buckets) for one in (*ordered, *summary.findall("{*}DefaultCacheBehavior"))),
        aliases=tuple(alias.text or "" for alias in summary.iterfind("{*}Aliases/{*}Items/{*}CNAME")),
    )
