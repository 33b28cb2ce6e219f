"""CloudFront's compression, which the emulator does not have.

Conditions and content types: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
Only gzip: browsers accept Brotli over HTTPS only, and the gateway serves plain HTTP.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MIN_BYTES, MAX_BYTES = 1_000, 10_000_000
STATUSES = (200, 403, 404)
_CONTENT_TYPES = """
    application/dash+xml application/eot application/font application/font-sfnt application/javascript
    application/json application/opentype application/otf application/pdf application/pkcs7-mime
    application/protobuf application/rss+xml application/truetype application/ttf application/vnd.apple.mpegurl
    application/vnd.mapbox-vector-tile application/vnd.ms-fontobject application/wasm application/xhtml+xml
    application/xml application/x-font-opentype application/x-font-truetype application/x-font-ttf
    application/x-httpd-cgi application/x-javascript application/x-mpegurl application/x-opentype
    application/x-otf application/x-perl application/x-ttf font/eot font/opentype font/otf font/ttf
    image/svg+xml text/css text/csv text/html text/javascript text/js text/plain text/richtext
    text/tab-separated-values text/xml text/x-component text/x-java-source text/x-script vnd.apple.mpegurl
"""
CONTENT_TYPES = frozenset(_CONTENT_TYPES.split())


def accepts_gzip(accept_encoding: str) -> bool:
    """Return whether an Accept-Encoding header allows gzip."""
    for offer in accept_encoding.lower().split(","):
        name, _, weight = offer.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def is_compressible(status: int, headers: Mapping[str, str]) -> bool:
    """Return whether CloudFront would compress an origin's response with these headers."""
    length = headers.get("Content-Length", "")
    content_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return (
        status in STATUSES
        and content_type in CONTENT_TYPES
        and "Content-Encoding" not in headers
        and length.isdigit()
        and MIN_BYTES <= int(length) <= MAX_BYTES
    )


def compress(body: bytes) -> bytes:
    """Return the gzipped body; equal bodies give equal bytes."""
    return gzip.compress(body, compresslevel=6, mtime=0)


def weak_etag(etag: str) -> str:
    """Return the ETag that CloudFront sends with a compressed body."""
    return etag if etag.startswith("W/") else f"W/{etag}"
