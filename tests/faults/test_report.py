"""The table and the messages of the fault suite, the documented exceptions, and the points that it runs."""

from __future__ import annotations

import pytest

from tests.faults import report
from tests.faults.__main__ import points
from tests.faults.engine import Finished
from tests.faults.exceptions import exception_for
from tests.faults.faults import Fault
from tests.faults.operations import RequestName
from tests.faults.points import Outcome, Point
from tests.faults.scenarios import scenarios

PUT = RequestName("s3", "PutObject", "index.html", is_write=True)
LIST = RequestName("s3", "ListObjectsV2", "", is_write=False)
_CREATED = "created and not in the state"
UPDATE = RequestName("cloudfront", "UpdateFunction", "router", is_write=True)


def outcome(number: int = 1, **fields: object) -> Outcome:
    """Return the outcome of a point of one scenario."""
    (scenario,) = scenarios("rollback")
    return Outcome(Point(scenario, number, Fault.KILL_AFTER), requests=[PUT, LIST], **fields)  # type: ignore[arg-type]


def test_the_table_has_a_row_for_each_scenario() -> None:
    """Points, those that held, those with a documented exception, runs that were needed, and tracebacks are counted."""
    outcomes = [outcome(ups=1), outcome(ups=1, exception="ETag"), outcome(ups=2, problems=["wrong"], tracebacks=1)]
    *_, row = report.table(outcomes).splitlines()
    assert row == "| B back to A by `publish:release` | prod | bulk | 3 | 2 | 1 | 2 x 1, 1 x 2 | 1 |"


def test_the_order_of_the_table_is_that_of_the_events() -> None:
    """Jobs end in any order."""
    (first, *_), (rollback,) = scenarios("first"), scenarios("rollback")
    found = [Outcome(Point(scenario, number, Fault.CUT)) for scenario in (rollback, first) for number in (2, 1)]
    ordered = [(one.point.scenario.event.name, one.point.number) for one in report.in_order(found)]
    assert ordered == [("first", 1), ("first", 2), ("rollback", 1), ("rollback", 2)]


def test_a_failure_has_the_command_that_repeats_it() -> None:
    """The message names the request, each problem once, and what the engine said."""
    output = "noise\nDiagnostics:\n  error: no\nOutputs:\n  url: x\n"
    text = report.failure(outcome(problems=["wrong", "wrong"], outputs=[output]))
    assert "kill-after at request 1, s3 PutObject index.html" in text
    assert text.count("  wrong\n") == 1
    assert "--scenario rollback --stage prod --mode bulk --point 1 --fault kill-after" in text
    assert "error: no" in text
    assert "noise" not in text
    assert "url: x" not in text


def test_a_point_beyond_the_last_request_is_not_reached() -> None:
    """Such a point is an uninterrupted run, and its line says so."""
    assert "s3 ListObjectsV2" in report.line(outcome(2))
    assert "not reached" in report.line(outcome(3))


def test_a_traceback_is_a_problem() -> None:
    """Wherever it is in the output of a command."""
    found = outcome()
    found.add(Finished(0, "all right"))
    assert found.has_held
    found.add(Finished(255, "error: Traceback (most recent call last):\n  File"))
    assert (found.has_held, found.tracebacks) == (False, 1)


def test_a_traceback_of_the_sdk_is_no_problem_if_the_engine_has_closed_the_connection() -> None:
    """The program has no part in it; any other traceback beside it counts."""
    sdk = 'Traceback (most recent call last):\n      File "/venv/pulumi/runtime/resource.py", line 1174'
    closed = "error: resource 'site-pages' has a problem: grpc: the client connection is closing"
    assert not Finished(255, f"{closed}\n{sdk}").has_traceback
    during = "    During handling of the above exception, another exception occurred:\n\n    "
    repeated = f'{during}Traceback (most recent call last):\n      File "/engine/pulumi-language-python-exec", line 232'
    assert not Finished(255, f"{closed}\n{sdk}\n>\n\n{repeated}").has_traceback
    assert Finished(255, f"{closed}\n{repeated}").has_traceback
    ended = f"{repeated}\n      loop.run_until_complete(coro)\n    Exception: resource monitor shut down\n"
    assert not Finished(255, f"{closed}\n{ended}").has_traceback
    assert Finished(255, ended).has_traceback
    assert Finished(255, f'{closed}\nTraceback (most recent call last):\n  File "x.py"\n{ended}').has_traceback
    assert Finished(255, sdk).has_traceback
    assert Finished(
        255, f'{closed}\n{sdk}\nTraceback (most recent call last):\n  File "/hosting/prepare.py"'
    ).has_traceback


def test_writes_are_killed_and_every_request_gets_an_error() -> None:
    """A write has three points and a read one, or one each of a given fault."""
    (scenario,) = scenarios("rollback")
    found = [(point.number, point.fault) for point in points(scenario, [PUT, LIST], None)]
    assert found[:2] == [(1, Fault.KILL_BEFORE), (1, Fault.KILL_AFTER)]
    assert [number for number, _ in found] == [1, 1, 1, 2]
    assert found[2][1] is not found[3][1]
    assert [point.fault for point in points(scenario, [PUT, LIST], Fault.CUT)] == 2 * [Fault.CUT]


@pytest.mark.parametrize(
    ("request_name", "output", "name"),
    [
        (UPDATE, "updating CloudFront Function (router): PreconditionFailed", "function's version"),
        (UPDATE, "deleting CloudFront Function (router): PreconditionFailed", "function's version"),
        (UPDATE, "error: CloudFront runs other code of function 'router'", "function's version"),
        (PUT, "s3: PreconditionFailed", None),
        (None, "error: failed to load checkpoint: EOF", "cut checkpoint"),
        (RequestName("cloudfront", "CreateFunction", "router", is_write=True), "FunctionAlreadyExists", _CREATED),
        (LIST, "FunctionAlreadyExists\n * Function::router, interrupted while creating", _CREATED),
        (LIST, "FunctionAlreadyExists", None),
        (PUT, "AccessDenied", None),
    ],
)
def test_exceptions_are_for_what_is_documented(request_name: RequestName | None, output: str, name: str | None) -> None:
    """Both the interrupted request and the message of the failed `pulumi up` have to be those of the exception."""
    found = exception_for(request_name, output)
    assert (found.name if found else None) == name
