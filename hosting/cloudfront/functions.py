"""The functions at the edge as resources: one for requests and one for responses, where there is anything to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pulumi
from pulumi_aws.cloudfront import Function

from hosting.aws.cloud_names import kept
from hosting.edge.function_code import RUNTIME, compose, compose_response

if TYPE_CHECKING:
    from hosting.aws.cloud_names import CloudNames
    from hosting.edge.function_code import Piece
    from hosting.edge.plan import EdgePlan

Event = Literal["viewer-request", "viewer-response"]
_ROLES: dict[Event, str] = {"viewer-request": "request", "viewer-response": "response"}


@dataclass(frozen=True)
class Association:
    """What a distribution is told of a function.

    Attributes:
        event: when it runs.
        function: the function.
    """

    event: Event
    function: Function


def make_functions(
    names: CloudNames, edge: EdgePlan, opts: pulumi.ResourceOptions, last: pulumi.Output[list[Piece]] | None = None
) -> list[Association]:
    """Return the functions that run the pieces of ``edge``: none, one or two; ``last`` are more for requests."""
    made = []
    if last is not None:
        code = last.apply(lambda pieces: compose([*edge.requests, *pieces]))
        made.append(_made(names, "viewer-request", _kept(edge, code), opts))
    elif edge.requests:
        made.append(_made(names, "viewer-request", _kept(edge, compose(edge.requests)), opts))
    if edge.responses:
        made.append(_made(names, "viewer-response", compose_response(edge.responses), opts))
    return made


def _kept(edge: EdgePlan, code: pulumi.Input[str]) -> pulumi.Input[str]:
    """Return the code, encrypted in the state and hidden in previews where that is called for."""
    return pulumi.Output.secret(code) if edge.is_secret else code


def _made(names: CloudNames, event: Event, code: pulumi.Input[str], opts: pulumi.ResourceOptions) -> Association:
    function = Function(
        names.logical(f"{_ROLES[event]}-function"),
        name=names.physical(_ROLES[event]),
        runtime=RUNTIME,
        comment=f"The {event} function of {names.prefix}",
        publish=True,
        code=code,
        opts=kept("name", opts),
    )
    return Association(event, function)
