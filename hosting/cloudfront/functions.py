"""The CloudFront Functions as resources: one for requests and one for responses, each only if it has parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pulumi
from pulumi_aws.cloudfront import Function

from hosting.edge.function_code import RUNTIME, compose, compose_response

if TYPE_CHECKING:
    from hosting.edge.function_code import FunctionPart
    from hosting.edge.plan import EdgePlan

Event = Literal["viewer-request", "viewer-response"]
# CloudFront allows 64 characters: a name of up to 48, this suffix, and the provider's own of 8.
_SUFFIX: dict[Event, str] = {"viewer-request": "request", "viewer-response": "reply"}


@dataclass(frozen=True)
class FunctionAssociation:
    """The association of a function with an event of the distribution.

    Attributes:
        event: the event on which the function runs.
        function: the function.
    """

    event: Event
    function: Function


@dataclass(frozen=True)
class ReleaseFunction:
    """The part of the function for requests that bulk mode adds.

    Attributes:
        parts: the last parts of the function.
        bucket: the name of the bucket of the releases.
    """

    parts: pulumi.Output[list[FunctionPart]]
    bucket: pulumi.Output[str]


def make_functions(
    name: str, edge: EdgePlan, opts: pulumi.ResourceOptions, release: ReleaseFunction | None = None
) -> list[FunctionAssociation]:
    """Return the functions with the parts of ``edge``: none, one or two; ``release`` adds parts for requests."""
    functions = []
    if release is not None:
        code = release.parts.apply(lambda parts: compose([*edge.request_parts, *parts]))
        # Another bucket is another function. One update of the distribution then changes both, so no visitor gets the
        # function of one bucket with the files of the other.
        replaced = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(replace_on_changes=["comment"]))
        comment = pulumi.Output.concat("Serves the releases in ", release.bucket)
        functions.append(_function(name, "viewer-request", _protected(edge, code), replaced, comment))
    elif edge.request_parts:
        functions.append(_function(name, "viewer-request", _protected(edge, compose(edge.request_parts)), opts))
    if edge.response_parts:
        functions.append(_function(name, "viewer-response", compose_response(edge.response_parts), opts))
    return functions


def _protected(edge: EdgePlan, code: pulumi.Input[str]) -> pulumi.Input[str]:
    """Return the code; if it has secrets, encrypted in the state and hidden in previews."""
    return pulumi.Output.secret(code) if edge.has_secret else code


def _function(
    name: str,
    event: Event,
    code: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    comment: pulumi.Input[str] | None = None,
) -> FunctionAssociation:
    function = Function(
        f"{name}-{_SUFFIX[event]}",
        runtime=RUNTIME,
        comment=comment or f"The {event} function of {name}",
        publish=True,
        code=code,
        opts=opts,
    )
    return FunctionAssociation(event, function)
