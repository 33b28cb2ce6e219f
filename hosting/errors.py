"""What a user can get wrong. Each message is one sentence that ends with what to type next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Stands in a command for a value that only the user knows.
PLACEHOLDER = "<value>"
_CONFIG_COMMAND = re.compile(r"pulumi config (set|rm|get) (?!--stack )")


def for_stack(message: str, stack: str) -> str:
    """Return ``message`` with the stack named in its `pulumi config` commands: another one may be selected."""
    return _CONFIG_COMMAND.sub(rf"pulumi config \1 --stack {stack} ", message)


class HostingError(Exception):
    """A user's mistake, said in a sentence that tells what to type next; shown without a traceback."""


class ConfigError(HostingError):
    """The stack's config does not hold: every problem of it, one a line.

    Attributes:
        problems: one sentence a problem, each with the command that mends it.
    """

    def __init__(self, stack: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        count = "a problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = "\n".join(f"  - {problem}" for problem in self.problems)
        super().__init__(f"The config of stack '{stack}' has {count}; nothing was touched:\n{lines}")


class PublishError(HostingError):
    """What is to be published can't be: the distribution folder, a file in it, or the build."""


class EdgeError(HostingError):
    """The rules for the edge do not hold, or need more than CloudFront takes."""
