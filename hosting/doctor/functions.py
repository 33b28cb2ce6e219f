"""Checks of the functions at the edge: whether visitors get the code that was uploaded last.

A `pulumi up` uploads a function's code, writes the function's version to the state, and then publishes the code. Killed
in between, visitors still get the old code, or the state has an old version, with which the next update is refused.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hosting.doctor.aws_clients import AWS_ERRORS, error_code
from hosting.doctor.lines import Line
from hosting.doctor.state import FUNCTION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.doctor.context import Context
    from hosting.doctor.state import StateResource


def check_functions(context: Context) -> Iterator[Line]:
    """Compare the DEVELOPMENT stage of each function of the stack with the state, and with what visitors get."""
    client = context.aws.client("cloudfront")
    step = f"pulumi up --refresh --stack {shlex.quote(context.stack)}"
    for resource in sorted(context.state.of(FUNCTION), key=lambda each: each.id):
        problem = _problem(client, resource)
        if problem:
            yield Line("error", f"Function {resource.id} {problem}", step)
        else:
            yield Line("ok", f"Function {resource.id} is live as it was uploaded")


def _problem(client: Any, resource: StateResource) -> str:  # noqa: ANN401 - boto3 generates its clients
    """Return the predicate of a sentence; empty if nothing is wrong."""
    uploaded = _stage(client, resource.id, "DEVELOPMENT")
    if uploaded is None:
        return "is in the stack's state, and does not exist"
    # An imported function has no version in the state.
    if resource.outputs.get("etag", uploaded.version) != uploaded.version:
        return "has another version than the stack's state: its next update would fail with PreconditionFailed"
    live = _stage(client, resource.id, "LIVE")
    if live is None:
        return "was never published"
    return "" if live.code == uploaded.code else "was uploaded and not published: visitors get the previous code"


@dataclass(frozen=True)
class _Stage:
    """A stage of a function: its code, and the version that an update has to name."""

    code: bytes
    version: str


def _stage(client: Any, name: str, stage: str) -> _Stage | None:  # noqa: ANN401 - as above
    """Return a stage; None if the function does not have it."""
    try:
        found = client.get_function(Name=name, Stage=stage)
    except AWS_ERRORS as error:
        if error_code(error) != "NoSuchFunctionExists":
            raise
        return None
    return _Stage(found["FunctionCode"].read(), str(found["ETag"]))
