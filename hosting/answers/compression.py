"""What CloudFront compresses.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hosting.publish.staging.manifest import ManifestEntry

_BYTES = range(1_000, 10_000_000 + 1)
_TYPES = frozenset(
    """
    application/javascript application/json application/pdf application/rss+xml application/vnd.ms-fontobject
    application/wasm application/xhtml+xml application/xml font/otf font/ttf image/svg+xml text/css text/csv text/html
    text/javascript text/plain text/tab-separated-values text/xml
    """.split()  # noqa: SIM905 - a string of words is easier to read
)


def is_compressible(entry: ManifestEntry) -> bool:
    """Whether CloudFront compresses a file, if the distribution compresses at all."""
    media_type = entry.content_type.partition(";")[0]
    return media_type in _TYPES and entry.size in _BYTES and entry.content_encoding is None
