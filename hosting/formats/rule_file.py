"""Reads the text of a rule file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hosting.errors import EdgeError

if TYPE_CHECKING:
    from pathlib import Path


class NamedFile(NamedTuple):
    """A rule file outside of the distribution folder, which a setting names.

    Attributes:
        name: the setting's value, for messages.
        path: its path.
    """

    name: str
    path: Path


def read_rule_file(file: Path) -> str:
    """Return the text of a rule file, with or without a byte order mark.

    Raises:
        EdgeError: the file can't be read, or is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EdgeError(f"{file.name} can't be read ({error}); nothing was deployed: fix it, or remove it") from error
