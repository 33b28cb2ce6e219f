from __future__ import annotations

import gzip

import pytest

from sandbox.gateway.compression import accepts_gzip, compress, is_compressible, weak_etag

PAGE = {"Content-Type": "text/html; charset=utf-8", "Content-Length": "1000"}


@pytest.mark.parametrize("offer", ["gzip", "gzip, deflate, br", "br;q=1.0, GZIP;q=0.5"])
def test_gzip_is_accepted(offer: str) -> None:
    """A browser accepts gzip among others."""
    assert accepts_gzip(offer)


@pytest.mark.parametrize("offer", ["", "br", "identity", "gzip;q=0", "gzip; q=0.0", "x-gzip-like"])
def test_gzip_is_not_accepted(offer: str) -> None:
    """Without gzip in Accept-Encoding, or with weight zero, nothing is compressed."""
    assert not accepts_gzip(offer)


@pytest.mark.parametrize("status", [200, 403, 404])
@pytest.mark.parametrize("length", ["1000", "10000000"])
def test_compressible(status: int, length: str) -> None:
    """Text from 1,000 to 10,000,000 bytes is compressed, error pages too."""
    assert is_compressible(status, {**PAGE, "Content-Length": length})


@pytest.mark.parametrize(
    ("status", "changed"),
    [
        (206, {}),
        (304, {}),
        (200, {"Content-Length": "999"}),
        (200, {"Content-Length": "10000001"}),
        (200, {"Content-Length": ""}),
        (200, {"Content-Type": "image/png"}),
        (200, {"Content-Type": ""}),
        (200, {"Content-Encoding": "br"}),
    ],
)
def test_not_compressible(status: int, changed: dict[str, str]) -> None:
    """Ranges, small, huge and unmeasured bodies, images and compressed files stay as they are."""
    assert not is_compressible(status, {**PAGE, **changed})


def test_equal_bodies_give_equal_bytes() -> None:
    """The gzipped bytes contain no time, and can be decompressed."""
    assert compress(b"a" * 1000) == compress(b"a" * 1000)
    assert gzip.decompress(compress(b"a" * 1000)) == b"a" * 1000


def test_weak_etag() -> None:
    """A compressed body has a weak ETag, with one prefix."""
    assert weak_etag('"abc"') == 'W/"abc"'
    assert weak_etag('W/"abc"') == 'W/"abc"'
