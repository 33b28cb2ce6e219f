from __future__ import annotations

import gzip

import pytest

from sandbox.gateway.compression import accepts_gzip, compressed, is_compressible, weak

PAGE = {"Content-Type": "text/html; charset=utf-8", "Content-Length": "1000"}


@pytest.mark.parametrize("offer", ["gzip", "gzip, deflate, br", "br;q=1.0, GZIP;q=0.5"])
def test_asked_for(offer: str) -> None:
    """A browser asks for gzip among others."""
    assert accepts_gzip(offer)


@pytest.mark.parametrize("offer", ["", "br", "identity", "gzip;q=0", "gzip; q=0.0", "x-gzip-like"])
def test_not_asked_for(offer: str) -> None:
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
    """Parts, small, huge and unmeasured bodies, pictures and what is compressed already are left alone."""
    assert not is_compressible(status, {**PAGE, **changed})


def test_same_body_same_bytes() -> None:
    """Compression has no clock in it, and can be undone."""
    assert compressed(b"a" * 1000) == compressed(b"a" * 1000)
    assert gzip.decompress(compressed(b"a" * 1000)) == b"a" * 1000


def test_weak_etag() -> None:
    """A compressed body has a weak ETag, once."""
    assert weak('"abc"') == 'W/"abc"'
    assert weak('W/"abc"') == 'W/"abc"'
