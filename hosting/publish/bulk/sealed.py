"""Records in the bucket: JSON with a version and a checksum."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from hosting.errors import PublishError

_VERSION = 5


def sealed(value: object) -> bytes:
    """Return a value as a record, which ``opened`` reads."""
    body = json.dumps({"version": _VERSION, "value": value}, separators=(",", ":")).encode()
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def opened(data: bytes, key: str) -> Any:  # noqa: ANN401 - JSON
    """Return the value of the record at ``key``.

    Raises:
        PublishError: it is damaged, or of another version.
    """
    checksum, _, body = data.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != checksum:
        raise damaged(key)
    read = json.loads(body)
    if read["version"] != _VERSION:
        raise PublishError(f"{key} is of version {read['version']}: publish with the program that wrote it")
    return read["value"]


def damaged(key: str) -> PublishError:
    """Return the error for a record that is not readable."""
    return PublishError(
        f"{key} is damaged: its checksum is wrong. The live site is unchanged. Restore the object, or remove it to "
        "publish everything again"
    )
