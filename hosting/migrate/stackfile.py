"""Reads Pulumi.<stack>.yaml, and sets keys in its text without changing other lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from hosting.errors import HostingError
from hosting.migrate.text_file import read_utf8

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_INDENT = 2


@dataclass(frozen=True)
class StackFile:
    """A stack's config file.

    Attributes:
        path: its path; the file may not exist yet.
        text: its content with plain line feeds; empty without a file.
        newline: its line ending.
        config: its ``config:`` mapping.
    """

    path: Path
    text: str
    newline: str
    config: dict[str, Any]

    def with_values(self, values: Mapping[str, Any]) -> str:
        """Return the text with ``values`` after the existing keys; existing values of these keys are replaced."""
        lines = self.text.splitlines()
        block = _config_block(self.text)
        if block is None:
            remaining, end, indent = [*lines, "config:"], len(lines) + 1, _INDENT
        elif not block.value or block.flow_style:
            # `config: {}`, `config:`, or a flow mapping: there is no line after which a key can be added.
            values = {**self.config, **values}
            start = block.start_mark.line
            remaining, end, indent = [*lines[:start], "config:", *lines[_end_of(block, lines) :]], start + 1, _INDENT
        else:
            remaining, end = _without(block, lines, set(values))
            indent = block.start_mark.column
        added = [" " * indent + line for line in _dumped(values)]
        return self.newline.join([*remaining[:end], *added, *remaining[end:], ""])

    def write(self, values: Mapping[str, Any]) -> None:
        """Write the file with ``values`` set."""
        self.path.write_bytes(self.with_values(values).encode())


def read_stack_file(path: Path) -> StackFile:
    """Return the stack's file; an empty one if it does not exist.

    Raises:
        HostingError: it can't be read, or is not a stack file.
    """
    content = read_yaml(path) if path.exists() else {}
    raw = path.read_bytes().decode("utf-8-sig") if path.exists() else ""
    config = content.get("config") or {}
    if not isinstance(config, dict):
        raise HostingError(f"'config' in '{path}' must be a mapping: correct it and run this again")
    return StackFile(path, raw.replace("\r\n", "\n"), "\r\n" if "\r\n" in raw else "\n", config)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file.

    Raises:
        HostingError: it can't be read, is not YAML, or is not a mapping.
    """
    text = read_utf8(path)
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:  # ValueError for a value that looks like a date but is invalid
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise HostingError(f"'{path}' is not YAML{where}: correct it and run this again") from error
    if content is not None and not isinstance(content, dict):
        raise HostingError(f"'{path}' must hold a mapping: correct it and run this again")
    return content or {}


def _config_block(text: str) -> Any:  # noqa: ANN401 - a node of PyYAML, which has no types
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    for key, value in root.value if root else ():
        if key.value == "config":
            return value
    return None


def _without(block: yaml.MappingNode, lines: list[str], keys: set[str]) -> tuple[list[str], int]:
    """Return the lines without those of ``keys``, and the end of the block in them.

    Blank lines and comments after a key belong to the next one, and stay.
    """
    starts = [key.start_mark.line for key, _ in block.value]
    ends = [*starts[1:], block.end_mark.line]
    dropped: set[int] = set()
    end = starts[0]
    for (key, _), start, limit in zip(block.value, starts, ends, strict=True):
        end = _trimmed(lines, start, limit)
        if key.value in keys:
            dropped.update(range(start, end))
    remaining = [line for number, line in enumerate(lines) if number not in dropped]
    return remaining, end - len(dropped)


def _trimmed(lines: list[str], start: int, limit: int) -> int:
    end = min(limit, len(lines)) if limit > start else start + 1
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _end_of(block: yaml.Node, lines: list[str]) -> int:
    """Return the number of the first line after the value."""
    return min(block.end_mark.line + 1, len(lines))


def _dumped(values: Mapping[str, Any]) -> list[str]:
    text: str = yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, width=1000)
    return text.splitlines()
