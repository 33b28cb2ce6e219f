"""A publish that is interrupted at any of its requests is completed by the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults import report
from tests.faults.faults import Fault
from tests.faults.lab import Lab
from tests.faults.points import Point, run_point
from tests.faults.sample import sample, seed
from tests.faults.scenarios import EVENTS, scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = seed()


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Run a sandbox with one project."""
    with Lab() as running:
        yield running


@pytest.mark.parametrize("point", sample(SEED), ids=str)
def test_an_interrupted_publish_is_completed(lab: Lab, point: Point) -> None:
    """Visitors, the bucket and the state have exactly what is in the folder, after one `pulumi up`."""
    outcome = run_point(lab, point)
    assert outcome.has_held, f"seed {SEED}\n{report.failure(outcome)}"


def test_the_sample_differs_between_commits_and_not_between_runs() -> None:
    """The seed decides all points, of which each stage and mode has the same number."""
    first, again, other = (list(map(str, sample(one))) for one in ("1", "1", "2"))
    assert first == again
    assert first != other
    assert {str(point.scenario.stage + point.scenario.mode) for point in sample("1")} == {
        "devmanaged",
        "devbulk",
        "prodmanaged",
        "prodbulk",
    }


def test_every_event_has_scenarios() -> None:
    """Each event happens on a stage and in a mode, and a point names the command that repeats it."""
    assert {scenario.event.name for scenario in scenarios()} == {event.name for event in EVENTS}
    (scenario,) = scenarios("rollback")
    assert Point(scenario, 7, Fault.CUT).command == (
        "python -m tests.faults --scenario rollback --stage prod --mode bulk --point 7 --fault cut"
    )
