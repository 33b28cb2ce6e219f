"""Files that are published as compressed, and that the review reads. Pure."""

from __future__ import annotations

import zlib
from importlib.util import find_spec

# The largest text that is read: a small file can contain very much.
_MOST_BYTES = 50_000_000
_GZIP_BITS = 31
_BROTLI = "br"


class UnreadError(Exception):
    """A file can't be read. The message is the reason, as the rest of a sentence that begins with "because"."""


def has_brotli() -> bool:
    """Whether Brotli can be read."""
    return find_spec("brotli") is not None


def decompressed(data: bytes, encoding: str) -> bytes:
    """Return the content of a file with this Content-Encoding, which may be empty.

    Raises:
        UnreadError: it is damaged or too large, or no package can read it.
    """
    if not encoding:
        return data
    text, is_complete = _brotli(data) if encoding == _BROTLI else _gzip(data)
    if is_complete:
        return text
    if len(text) >= _MOST_BYTES:
        raise UnreadError(f"they have more than {_MOST_BYTES // 1_000_000} MB when decompressed")
    raise UnreadError(_damaged(encoding))


def _damaged(encoding: str) -> str:
    return f"their content is not what their Content-Encoding {encoding} says"


def _gzip(data: bytes) -> tuple[bytes, bool]:
    """Return the text, and whether it is all of it."""
    decoder = zlib.decompressobj(_GZIP_BITS)
    try:
        return decoder.decompress(data, _MOST_BYTES), decoder.eof
    except zlib.error as error:
        raise UnreadError(_damaged("gzip")) from error


def _brotli(data: bytes) -> tuple[bytes, bool]:
    """Return the text, and whether it is all of it."""
    try:
        import brotli  # noqa: PLC0415 - an optional package
    except ImportError as error:
        raise UnreadError("they are compressed with Brotli, which needs: pip install brotli") from error
    decoder = brotli.Decompressor()
    try:
        return bytes(decoder.process(data, output_buffer_limit=_MOST_BYTES)), decoder.is_finished()
    except brotli.error as error:
        raise UnreadError(_damaged(_BROTLI)) from error
