"""Reads JSON files of other hosts. Comments and trailing commas are allowed, as in firebase.json."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from hosting.errors import HostingError
from hosting.migrate.text_file import read_utf8

if TYPE_CHECKING:
    from pathlib import Path

# A string, which stays as it is, or a comment, or a comma before the end of a list or an object.
_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_STRING_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])', re.DOTALL)


def read_json_object(file: Path) -> dict[str, Any]:
    """Return the object in a JSON file.

    Raises:
        HostingError: it can't be read, is not JSON, or is not an object.
    """
    text = read_utf8(file)
    try:
        content = json.loads(_plain_json(text))
    except json.JSONDecodeError as error:
        raise HostingError(
            f"'{file}' is not JSON (line {error.lineno}, column {error.colno}: {error.msg}): correct that line"
        ) from error
    except (RecursionError, ValueError) as error:
        raise HostingError(f"'{file}' is not JSON: correct it and run this again") from error
    if not isinstance(content, dict):
        raise HostingError(f"'{file}' must hold a JSON object: correct it and run this again")
    return content


def _plain_json(text: str) -> str:
    """Return the text without comments and trailing commas; lines keep their numbers."""
    without_comments = _STRING_OR_COMMENT.sub(_string_or_lines, text)
    return _STRING_OR_COMMA.sub(lambda found: found[0] if found[0].startswith('"') else "", without_comments)


def _string_or_lines(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith('"') else "\n" * found[0].count("\n")
