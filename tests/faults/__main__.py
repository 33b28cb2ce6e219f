"""`python -m tests.faults`: interrupt publishes, and print what came of it."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor, wait
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from tests.faults import report
from tests.faults.faults import ERRORS, Fault
from tests.faults.lab import Lab
from tests.faults.points import Outcome, Point, run_point
from tests.faults.scenarios import EVENTS, scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.operations import RequestName
    from tests.faults.scenarios import Scenario

_KILLS = (Fault.KILL_BEFORE, Fault.KILL_AFTER)


def main() -> int:
    """Run the chosen points; return 1 if one did not hold."""
    options = _options()
    with ProcessPoolExecutor(options.jobs) as pool:
        jobs = [pool.submit(_job, options, job) for job in range(options.jobs)]
        try:
            wait(jobs)
        except KeyboardInterrupt:
            # The jobs get the signal, too, and return what they have.
            _print("stopped")
    outcomes = report.in_order(outcome for job in jobs for outcome in job.result())
    _print(f"\n{report.table(outcomes)}")
    failed = [outcome for outcome in outcomes if not outcome.has_held]
    for outcome in failed:
        _print(f"{report.line(outcome)}\n  {outcome.problems[0]}\n  {outcome.point.command}")
    return 1 if failed else 0


def points(scenario: Scenario, requests: list[RequestName], fault: Fault | None) -> Iterator[Point]:
    """Yield each point of a scenario.

    Without ``fault``: both kills at each request that may change something, and one of the errors at each request. A
    kill at a request that only reads leaves what a kill after the previous write leaves.
    """
    for number, request in enumerate(requests, 1):
        if fault is not None:
            yield Point(scenario, number, fault)
            continue
        if request.is_write:
            yield from (Point(scenario, number, kill) for kill in _KILLS)
        yield Point(scenario, number, ERRORS[number % len(ERRORS)])


def _job(options: argparse.Namespace, job: int) -> list[Outcome]:
    """Run one of ``options.jobs`` parts of the scenarios, in a sandbox of its own, and print each outcome."""
    outcomes: list[Outcome] = []
    with suppress(KeyboardInterrupt), Lab() as lab:
        for scenario in [*scenarios(options.scenario, options.stage, options.mode)][job :: options.jobs]:
            outcomes += _scenario_outcomes(lab, scenario, options)
    return outcomes


def _scenario_outcomes(lab: Lab, scenario: Scenario, options: argparse.Namespace) -> Iterator[Outcome]:
    """Yield the outcome of each point, after that of the uninterrupted event, which counts the requests."""
    fault = Fault(options.fault) if options.fault else None
    if options.point:
        yield _printed(lab, Point(scenario, options.point, fault or Fault.KILL_BEFORE))
        return
    uninterrupted = run_point(lab, Point(scenario, 0, Fault.KILL_BEFORE))
    requests = (f"  {number} {request}" for number, request in enumerate(uninterrupted.requests, 1))
    _print("\n".join([_result(uninterrupted), *requests]))
    yield uninterrupted
    found = points(scenario, uninterrupted.requests, fault)
    for point in islice(found, options.offset, None, options.every):
        yield _printed(lab, point)


def _printed(lab: Lab, point: Point) -> Outcome:
    started = time.monotonic()
    outcome = run_point(lab, point)
    _print(f"{time.monotonic() - started:5.1f} s  {_result(outcome)}")
    return outcome


def _result(outcome: Outcome) -> str:
    return report.line(outcome) if outcome.has_held else report.failure(outcome)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--scenario", default="", choices=["", *(event.name for event in EVENTS)])
    parser.add_argument("--stage", default="", choices=["", "dev", "prod"])
    parser.add_argument("--mode", default="", choices=["", "managed", "bulk"])
    parser.add_argument("--point", type=int, default=0, help="only this request, counted from 1")
    parser.add_argument("--fault", default="", choices=["", *(fault.value for fault in Fault)])
    parser.add_argument("--every", type=int, default=1, help="only one point of so many")
    parser.add_argument("--offset", type=int, default=0, help="the first of these points")
    parser.add_argument("--jobs", type=int, default=2, help="how many scenarios at once, each in a sandbox of its own")
    options = parser.parse_args()
    options.jobs = 1 if options.point else options.jobs
    return options


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
