"""One interruption: an event, of which one request gets a fault, and what the next `pulumi up` makes of it."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.e2e.harness import fetch
from tests.faults.checks import destroyed_problems, published_problems
from tests.faults.exceptions import Remedy, exception_for
from tests.faults.lab import EMPTY
from tests.faults.poller import WARM, Poller
from tests.faults.proxy import Plan
from tests.faults.scenarios import PREVIOUS_RELEASE
from tests.faults.site_versions import is_hashed, urls

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from tests.faults.engine import Finished
    from tests.faults.faults import Fault
    from tests.faults.lab import Lab
    from tests.faults.operations import RequestName
    from tests.faults.scenarios import Scenario

# After these nothing is tried any more.
_MOST_UPS = 3


@dataclass(frozen=True)
class Point:
    """Where a scenario is interrupted, and how.

    Attributes:
        scenario: the event.
        number: of the request, from 1; 0 for an uninterrupted run.
        fault: the fault.
    """

    scenario: Scenario
    number: int
    fault: Fault

    @property
    def command(self) -> str:
        """The command that repeats this point."""
        scenario = self.scenario
        what = f"--scenario {scenario.event.name} --stage {scenario.stage} --mode {scenario.mode}"
        return f"python -m tests.faults {what} --point {self.number} --fault {self.fault.value}"

    def __str__(self) -> str:
        return f"{self.scenario}, {self.fault.value} at request {self.number}"


@dataclass
class Outcome:
    """What came of a point.

    Attributes:
        point: the point.
        requests: the requests of the interrupted run.
        ups: how many commands were needed after it.
        exception: the documented exception that applies; empty for none.
        problems: what is wrong; a point without problems has held.
        outputs: of each command.
    """

    point: Point
    requests: list[RequestName] = field(default_factory=list)
    ups: int = 0
    exception: str = ""
    problems: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    tracebacks: int = 0

    @property
    def is_reached(self) -> bool:
        """Whether the run had as many requests."""
        return 0 < self.point.number <= len(self.requests)

    @property
    def request(self) -> RequestName | None:
        """The request that got the fault, None if the run had fewer."""
        return self.requests[self.point.number - 1] if self.is_reached else None

    @property
    def has_held(self) -> bool:
        """Whether nothing was wrong at any time."""
        return not self.problems

    def add(self, finished: Finished) -> Finished:
        """Keep the output of a command."""
        self.outputs.append(finished.output)
        if finished.has_traceback:
            self.tracebacks += 1
            self.problems.append("the output has a traceback")
        return finished


def prepare_base(lab: Lab, scenario: Scenario) -> None:
    """Publish what the scenario begins with, unless a snapshot has it."""
    if scenario.base in lab.snapshots:
        return
    lab.restore(EMPTY)
    lab.new_stack(scenario.stage, {"publish:mode": scenario.mode, **scenario.event.base_config})
    for version in scenario.event.before:
        version.write(lab.project / "www")
        finished = lab.up()
        if finished.code != 0:
            raise RuntimeError(f"{scenario.base} was not published:\n{finished.output}")
    lab.save(scenario.base)


def run_point(lab: Lab, point: Point) -> Outcome:
    """Interrupt the scenario at the point, complete it by `pulumi up`, and check the result."""
    scenario, outcome = point.scenario, Outcome(point)
    prepare_base(lab, scenario)
    lab.restore(scenario.base)
    lab.stack = scenario.stage
    before = lab.outputs()
    if scenario.event.before:
        _fill_cache(lab, scenario)
    _begin(lab, scenario)
    lab.delay_stores(point.number)
    with _poller(lab, scenario) as poller:
        plan = Plan(point.number, point.fault, requests=outcome.requests)
        interrupted = outcome.add(_command(lab, scenario, plan))
        if interrupted.code != 0 and not plan.is_applied:
            outcome.problems.append("it failed without an interruption")
        scenario.event.after.write(lab.project / "www")
        lab.configure(scenario.event.config_after)
        _complete(lab, outcome, interrupted, before)
    if poller is not None:
        outcome.problems += [f"while it ran: {problem}" for problem in poller.problems]
    return outcome


def _begin(lab: Lab, scenario: Scenario) -> None:
    """Change the files and the settings."""
    scenario.event.version.write(lab.project / "www")
    config = dict(scenario.event.config)
    for key, value in config.items():
        if value == PREVIOUS_RELEASE:
            config[key] = lab.outputs()["releases"][1]["digest"]
    if config:
        lab.configure(config)


def _fill_cache(lab: Lab, scenario: Scenario) -> None:
    """Ask every URL at the edge location that the checks ask again at the end; assets as browsers do, if they exist."""
    live = scenario.event.before[-1].published
    for path in urls(*scenario.versions, has_redirects=scenario.stage == "prod"):
        if is_hashed(path[1:]) and path[1:] not in live:
            continue
        fetch(lab.url(), path, headers={**lab.visitor_headers(), **WARM})


def _poller(lab: Lab, scenario: Scenario) -> AbstractContextManager[Poller | None]:
    if not scenario.is_polled:
        return nullcontext()
    is_switched = "cloudfront:enabled" in scenario.event.config
    return Poller(
        lab.url(),
        scenario.versions,
        redirects=scenario.stage == "prod" and not is_switched,
        atomic=scenario.is_atomic,
        any_error=is_switched,
    )


def _command(lab: Lab, scenario: Scenario, plan: Plan) -> Finished:
    return lab.destroy(plan) if scenario.event.is_destroy else lab.up(plan)


def _complete(lab: Lab, outcome: Outcome, last: Finished, before: dict[str, object]) -> None:
    """Run the command until it has succeeded and everything is right; more runs than promised are a problem."""
    scenario = outcome.point.scenario
    is_due = last.code != 0 or scenario.event.after is not scenario.event.version
    while is_due or (problems := _problems(lab, scenario, before)):
        if not is_due:
            outcome.problems += [f"after a successful run: {problem}" for problem in problems[:5]]
            return
        if outcome.ups == _MOST_UPS:
            outcome.problems.append("the last run failed, too")
            return
        if lab.is_locked():
            lab.cancel()
        last = outcome.add(_command(lab, scenario, Plan()))
        outcome.ups += 1
        is_due = last.code != 0
        if is_due and _is_excepted(lab, outcome, last):
            return
    if outcome.ups > 1:
        outcome.problems.append(f"{outcome.ups} runs were needed")


def _problems(lab: Lab, scenario: Scenario, before: dict[str, object]) -> list[str]:
    lab.complete_stores()
    if scenario.event.is_destroy:
        return destroyed_problems(lab, before)
    others = [version for version in scenario.versions if version is not scenario.event.final]
    return published_problems(lab, scenario.event.final, others, scenario.final_mode)


def _is_excepted(lab: Lab, outcome: Outcome, failed: Finished) -> bool:
    """Apply the documented remedy of a failed run, if there is one, and check the result."""
    exception = exception_for(outcome.request, failed.output)
    if exception is None:
        return False
    outcome.exception = exception.name
    if exception.remedy is Remedy.BY_HAND:
        return True
    if exception.remedy is Remedy.RESTORE_CHECKPOINT:
        lab.restore_checkpoint()
        # Without the state, `pulumi cancel` could not remove the lock.
        if lab.is_locked():
            lab.cancel()
    finished = outcome.add(lab.up(None, *(["--refresh"] if exception.remedy is Remedy.REFRESH else [])))
    problems = _problems(lab, outcome.point.scenario, {}) if finished.code == 0 else [finished.output[-500:]]
    outcome.problems += [f"after `{exception.remedy.value}`: {problem}" for problem in problems]
    return True
