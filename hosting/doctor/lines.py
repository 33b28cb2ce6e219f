"""The lines that the checks return, and how they are printed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from hosting.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Status = Literal["ok", "not checked", "warning", "error"]
_STATUS_WIDTH = len("not checked")


@dataclass(frozen=True)
class Line:
    """The result of a check.

    Attributes:
        status: how bad it is; "not checked" if AWS or DNS did not give an answer.
        text: one sentence.
        next_step: what to type or do next; empty if nothing is to be done.
        check: the name of the check; set by the runner.
    """

    status: Status
    text: str
    next_step: str = ""
    check: str = ""


def as_text(lines: Iterable[Line]) -> str:
    """Return the lines for a terminal, each with its next step below it."""
    return "".join(f"{printable(row)}\n" for line in lines for row in _rows(line))


def _rows(line: Line) -> list[str]:
    status, check = line.status.ljust(_STATUS_WIDTH), line.check.ljust(12)
    indent = " " * (_STATUS_WIDTH + 2 + 12 + 2)
    return [f"{status}  {check}  {line.text}", *([f"{indent}next: {line.next_step}"] if line.next_step else [])]


def as_json(stack: str, lines: Sequence[Line]) -> str:
    """Return the lines as JSON, with the number of lines of each status."""
    count = {status: sum(line.status == status for line in lines) for status in ("error", "warning", "not checked")}
    return json.dumps({"stack": stack, **count, "lines": [asdict(line) for line in lines]}, indent=2)


def exit_code(lines: Iterable[Line]) -> int:
    """Return 1 if a line is an error, else 0."""
    return int(any(line.status == "error" for line in lines))
