"""Lists of paths as short texts: a publish marker has them in the state, which the engine writes at each step."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# No path has a NUL: S3 accepts it, but no file system does.
_SEPARATOR = "\0"


def pack(paths: Iterable[str]) -> str:
    """Return the sorted ``paths`` as one compressed text; "" for none."""
    text = _SEPARATOR.join(sorted(paths))
    return b64encode(zlib.compress(text.encode(), 9)).decode() if text else ""


def unpack(packed: str) -> list[str]:
    """Return the paths that ``pack`` was given."""
    return zlib.decompress(b64decode(packed)).decode().split(_SEPARATOR) if packed else []
