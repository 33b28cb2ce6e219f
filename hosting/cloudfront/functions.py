"""The functions at the edge as resources: one for requests and one for responses, where there is anything to do."""

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
# A name of 48 characters, this, and the provider's own suffix of 8 have to fit CloudFront's 64.
_SUFFIX: dict[Event, str] = {"viewer-request": "request", "viewer-response": "reply"}


@dataclass(frozen=True)
class Association:
    """What a distribution is told of a function.

    Attributes:
        event: when it runs.
        function: the function.
    """

    event: Event
    function: Function


@dataclass(frozen=True)
class ReleaseFunction:
    """What bulk mode adds to the function for requests.

    Attributes:
        parts: the last parts of the function.
        bucket: the name of the bucket that has the releases.
    """

    parts: pulumi.Output[list[FunctionPart]]
    bucket: pulumi.Output[str]


def make_functions(
    name: str, edge: EdgePlan, opts: pulumi.ResourceOptions, release: ReleaseFunction | None = None
) -> list[Association]:
    """Return the functions that run the parts of ``edge``: none, one or two; ``release`` adds more for requests."""
    made = []
    if release is not None:
        code = release.parts.apply(lambda parts: compose([*edge.request_parts, *parts]))
        # Another bucket is another function: one update of the distribution then changes both, and no visitor meets
        # the function of one bucket with the files of the other.
        replaced = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(replace_on_changes=["comment"]))
        comment = pulumi.Output.concat("Serves the releases in ", release.bucket)
        made.append(_made(name, "viewer-request", _kept(edge, code), replaced, comment))
    elif edge.request_parts:
        made.append(_made(name, "viewer-request", _kept(edge, compose(edge.request_parts)), opts))
    if edge.response_parts:
        made.append(_made(name, "viewer-response", compose_response(edge.response_parts), opts))
    return made


def _kept(edge: EdgePlan, code: pulumi.Input[str]) -> pulumi.Input[str]:
    """Return the code, encrypted in the state and hidden in previews where that is called for."""
    return pulumi.Output.secret(code) if edge.has_secret else code


def _made(
    name: str,
    event: Event,
    code: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    comment: pulumi.Input[str] | None = None,
) -> Association:
    function = Function(
        f"{name}-{_SUFFIX[event]}",
        runtime=RUNTIME,
        comment=comment or f"The {event} function of {name}",
        publish=True,
        code=code,
        opts=opts,
    )
    return Association(event, function)
