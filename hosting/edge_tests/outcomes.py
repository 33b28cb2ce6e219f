"""The outcome of each test, and what a user reads of all of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.edge.rule_files import EDGE_TESTS
from hosting.errors import EdgeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hosting.answers.comparison import Difference
    from hosting.edge_tests.edge_test import EdgeTest

_MOST_SHOWN = 20


@dataclass(frozen=True)
class Outcome:
    """The outcome of a test.

    Attributes:
        test: the test.
        differences: what is not as it must be.
        skipped: why the test, or a part of it, was not run; empty if all of it was.
    """

    test: EdgeTest
    differences: tuple[Difference, ...] = ()
    skipped: str = ""


def require_success(outcomes: Sequence[Outcome]) -> None:
    """Refuse to publish if a test fails.

    Raises:
        EdgeError: with each failing test.
    """
    failed = [outcome for outcome in outcomes if outcome.differences]
    if failed:
        what = "1 test" if len(failed) == 1 else f"{len(failed)} tests"
        raise EdgeError(
            f"{what} of {len(outcomes)} in {EDGE_TESTS} would fail; nothing was deployed:{''.join(_listed(failed))}\n"
            f"Correct the rules or the files, or the tests in {EDGE_TESTS}, and run pulumi up again"
        )


def _listed(failed: Sequence[Outcome]) -> Iterator[str]:
    for outcome in failed[:_MOST_SHOWN]:
        yield f"\n  - {outcome.test.title}: {'; '.join(map(str, outcome.differences))}"
    if len(failed) > _MOST_SHOWN:
        yield f"\n  - and {len(failed) - _MOST_SHOWN} more"


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return a line about tests of which none fails."""
    skipped = [outcome for outcome in outcomes if outcome.skipped]
    passed = len(outcomes) - len(skipped)
    line = f"{EDGE_TESTS}: {passed} of {len(outcomes)} tests pass"
    return f"{line}, {'; '.join(skipped_lines(skipped))}" if skipped else line


def skipped_lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield a sentence for each reason why tests are skipped, with their lines."""
    for reason, count in Counter(outcome.skipped for outcome in outcomes if outcome.skipped).most_common():
        lines = [str(outcome.test.line) for outcome in outcomes if outcome.skipped == reason]
        shown = ", ".join(lines[:_MOST_SHOWN]) + (", ..." if count > _MOST_SHOWN else "")
        yield f"{count} skipped because {reason} (line{'' if count == 1 else 's'} {shown})"
