"""Files that are published as compressed."""

from __future__ import annotations

import gzip
import sys

import brotli
import pytest

from hosting.review import decompress
from hosting.review.decompress import UnreadError, decompressed, has_brotli

TEXT = bytes(range(256)) * 400
PACKED = {"gzip": gzip.compress(TEXT), "br": brotli.compress(TEXT), "": TEXT}


@pytest.mark.parametrize("encoding", PACKED)
def test_the_content_of_a_file(encoding: str) -> None:
    """Each Content-Encoding that `publish:contentEncoding` can have is read."""
    assert has_brotli()
    assert decompressed(PACKED[encoding], encoding) == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "br"])
@pytest.mark.parametrize("data", [b"no", b"", "cut off"])
def test_a_damaged_file(encoding: str, data: bytes | str) -> None:
    """It is not read, and neither is one that is cut off."""
    damaged = PACKED[encoding][:-9] if isinstance(data, str) else data
    with pytest.raises(UnreadError, match=f"their content is not what their Content-Encoding {encoding} says"):
        decompressed(damaged, encoding)


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_a_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    """A small file can contain more than the memory has."""
    monkeypatch.setattr(decompress, "_MOST_BYTES", 1_000_000)
    data = {"gzip": gzip.compress, "br": brotli.compress}[encoding](b"x" * 9_000_000)
    with pytest.raises(UnreadError, match="they have more than 1 MB when decompressed"):
        decompressed(data, encoding)


def test_without_the_package_for_brotli(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has the command that installs it."""
    monkeypatch.setitem(sys.modules, "brotli", None)
    with pytest.raises(UnreadError, match="pip install brotli"):
        decompressed(PACKED["br"], "br")
