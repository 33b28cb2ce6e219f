"""Errors that a user can fix. Each message is one sentence that ends with what to type next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Stands in a command for a value that only the user knows.
PLACEHOLDER = "<value>"
_CONFIG_COMMAND = re.compile(r"pulumi config (set|rm|get) (?!--stack )")


def printable(text: str) -> str:
    """Return ``text`` with escapes in place of unpaired surrogates and NULs.

    Neither gRPC nor a terminal takes the first, and no command line the second. In JSON the escapes mean the same.
    """
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", r"\u0000")


def for_stack(message: str, stack: str) -> str:
    """Return ``message`` with ``--stack`` added to its `pulumi config` commands: another stack may be selected."""
    return _CONFIG_COMMAND.sub(lambda found: f"pulumi config {found[1]} --stack {stack} ", message)


class HostingError(Exception):
    """A user's mistake. Its message says what to type next, is always printable, and is shown without a traceback."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


class ConfigError(HostingError):
    """The stack's config is invalid: all of its problems, one a line.

    Attributes:
        problems: one sentence for each problem, with the command that fixes it.
    """

    def __init__(self, stack: str, problems: Sequence[str]) -> None:
        self.problems = tuple(printable(problem) for problem in problems)
        count = "a problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = "\n".join(f"  - {problem}" for problem in self.problems)
        super().__init__(f"The config of stack '{stack}' has {count}; nothing was touched:\n{lines}")


class PublishError(HostingError):
    """The distribution folder, one of its files, or the build command cannot be published."""


class EdgeError(HostingError):
    """The rules for the edge are invalid, or need more than CloudFront allows."""
