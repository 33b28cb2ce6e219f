"""What CloudFront compresses on its way to the viewer, since the emulated one doesn't. Pure.

Conditions and file types: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
Gzip alone: browsers ask for Brotli over HTTPS only, and the door speaks plain HTTP.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SMALLEST, LARGEST = 1_000, 10_000_000
STATUSES = (200, 403, 404)
_TYPES = """
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
TYPES = frozenset(_TYPES.split())


def accepts_gzip(accept_encoding: str) -> bool:
    """Tell whether an Accept-Encoding header asks for gzip."""
    for offer in accept_encoding.lower().split(","):
        name, _, weight = offer.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def is_compressible(status: int, headers: Mapping[str, str]) -> bool:
    """Tell whether CloudFront would compress an answer of the origin with these headers."""
    length = headers.get("Content-Length", "")
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return (
        status in STATUSES
        and kind in TYPES
        and "Content-Encoding" not in headers
        and length.isdigit()
        and SMALLEST <= int(length) <= LARGEST
    )


def compressed(body: bytes) -> bytes:
    """Return the body gzipped, the same bytes for the same body."""
    return gzip.compress(body, compresslevel=6, mtime=0)


def weak(etag: str) -> str:
    """Return the ETag as CloudFront sends it with a body that it has compressed."""
    return etag if etag.startswith("W/") else f"W/{etag}"
