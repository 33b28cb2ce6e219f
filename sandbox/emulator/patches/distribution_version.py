"""MiniStack's list of distributions is the only way to learn that one has changed.

The gateway needs the list for each visitor's request, and requesting it takes as long as the visitor's request. So a
file has another text after each change.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.emulator.ministack import Handler, MiniStack

_API = "/2020-05-31/"


def install(ministack: MiniStack) -> None:
    """Write the file now, and after each request that may change a distribution."""
    file = Path(os.environ["DISTRIBUTIONS_FILE"])

    def write_version() -> None:
        new = file.with_suffix(".new")
        new.write_text(str(uuid.uuid4()))
        new.replace(file)

    write_version()
    replace(ministack.app, "_dispatch_service_request", lambda original: with_version(original, write_version))


def with_version(original: Handler, write_version: Callable[[], None]) -> Handler:
    """Return a handler that answers a request by ``original``, and writes a version before it returns."""

    async def dispatch(method: str, path: str, *rest: object) -> tuple[object, ...]:
        try:
            return await original(method, path, *rest)
        finally:
            if method != "GET" and path.startswith(_API):
                write_version()

    return dispatch
