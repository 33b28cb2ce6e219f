"""Which key of a bucket a distribution asks S3 for."""

from __future__ import annotations

import pytest

from sandbox.emulator.patches.bucket_listing import object_key


@pytest.mark.parametrize(
    ("path", "uri", "key"),
    [
        ("", "/", ""),
        ("", "//", "/"),
        ("", "/%2F", "/"),
        ("", "/docs/a%20b.html", "docs/a b.html"),
        ("", "//docs", "/docs"),
        ("/live", "/", "live/"),
        ("/live", "/index.html", "live/index.html"),
    ],
)
def test_the_key_of_a_uri(path: str, uri: str, key: str) -> None:
    """One slash in front is not part of the key, every other one is; an origin's path comes first."""
    assert object_key({"origin_path": path}, uri) == key
