"""What was expected and what was seen; the smoke test fails if one differs."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field


@dataclass
class Report:
    """The results, each of which is printed as soon as it is known.

    Attributes:
        differences: the results that were not expected.
    """

    differences: list[str] = field(default_factory=list)

    def check(self, question: str, expected: object, seen: object) -> None:
        """Print a result, and keep it if it was not expected."""
        is_right = expected == seen
        self.say(f"{'ok    ' if is_right else 'DIFFERS'} {question}: {seen}")
        if not is_right:
            self.say(f"        expected: {expected}")
            self.differences.append(question)

    def say(self, line: str) -> None:
        """Print a line."""
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
