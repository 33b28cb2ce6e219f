"""The table of a run of the fault suite, and the points that did not hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from tests.faults.scenarios import scenarios

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.faults.points import Outcome

_HEADINGS = ("event", "stage", "mode", "points", "held", "excepted", "`up`s needed", "tracebacks")
_OUTPUT_LINES = 20


def in_order(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return the outcomes in the order of the scenarios, and of their points."""
    order = {str(scenario): number for number, scenario in enumerate(scenarios())}
    return sorted(outcomes, key=lambda outcome: (order[str(outcome.point.scenario)], outcome.point.number))


def table(outcomes: Iterable[Outcome]) -> str:
    """Return a table in Markdown with a row for each scenario."""
    by_scenario: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_scenario[str(outcome.point.scenario)].append(outcome)
    rows = [_HEADINGS, ["---"] * len(_HEADINGS), *(_row(found) for found in by_scenario.values())]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows)


def _row(outcomes: Sequence[Outcome]) -> list[object]:
    scenario = outcomes[0].point.scenario
    held = [outcome for outcome in outcomes if outcome.has_held]
    ups = Counter(outcome.ups for outcome in outcomes)
    return [
        scenario.event.what,
        scenario.stage,
        scenario.mode,
        len(outcomes),
        len(held),
        sum(bool(outcome.exception) for outcome in held),
        ", ".join(f"{count} x {number}" for number, count in sorted(ups.items())),
        sum(outcome.tracebacks for outcome in outcomes),
    ]


def failure(outcome: Outcome) -> str:
    """Return what was wrong at a point, the end of each output, and the command that repeats it."""
    lines = [
        f"{outcome.point.scenario}: {outcome.point.fault.value} at request {outcome.point.number}, {outcome.request}",
        *(f"  {problem}" for problem in dict.fromkeys(outcome.problems)),
        f"  to repeat: {outcome.point.command}",
    ]
    for number, output in enumerate(outcome.outputs, 1):
        lines += [f"  output {number}:", *(f"    {line}" for line in _excerpt(output))]
    return "\n".join(lines)


def _excerpt(output: str) -> list[str]:
    """Return the engine's diagnostics, or the last lines of the output of a run that was killed."""
    _, heading, diagnostics = output.partition("Diagnostics:\n")
    shown = diagnostics.partition("\nOutputs:")[0] if heading else output
    lines = [line for line in shown.splitlines() if line.strip()]
    return lines[:_OUTPUT_LINES] if heading else lines[-_OUTPUT_LINES:]


def line(outcome: Outcome) -> str:
    """Return a point's result in one line."""
    result = "held" if outcome.has_held else "FAILED"
    note = f" ({outcome.exception})" if outcome.exception else ""
    reached = f"{outcome.request}" if outcome.is_reached else "not reached"
    point = outcome.point
    return f"{result:<6} {point.scenario}, {point.fault.value} {point.number}: {reached}, {outcome.ups} up(s){note}"
