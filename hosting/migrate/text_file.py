"""Reads the text files of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.errors import HostingError

if TYPE_CHECKING:
    from pathlib import Path


def read_utf8(file: Path) -> str:
    """Return the text of a UTF-8 file, without a byte order mark and with its own line ends.

    Raises:
        HostingError: it can't be read, or is not UTF-8.
    """
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise HostingError(f"'{file}' can't be read ({error.strerror}): correct that and run this again") from error
    except UnicodeDecodeError as error:
        raise HostingError(f"'{file}' is not UTF-8 text: save it as UTF-8 and run this again") from error
