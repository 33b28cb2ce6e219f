"""The CloudFront Functions as resources: one for requests, and one for responses if it has parts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pulumi
from pulumi_aws import cloudfront

from hosting.aws.cloud_names import keep_name
from hosting.edge.function_code import RUNTIME, compose, compose_response

if TYPE_CHECKING:
    from hosting.aws.cloud_names import CloudNames
    from hosting.edge.function_code import FunctionPart
    from hosting.edge.plan import EdgePlan

Event = Literal["viewer-request", "viewer-response"]
_ROLES: dict[Event, str] = {"viewer-request": "request", "viewer-response": "response"}


@dataclass(frozen=True)
class FunctionAssociation:
    """The association of a function with an event of the distribution.

    Attributes:
        event: the event on which the function runs.
        function: the function.
        digest: the SHA-256 of the declared code.
    """

    event: Event
    function: cloudfront.Function
    digest: pulumi.Output[str]


def make_functions(
    names: CloudNames,
    edge: EdgePlan,
    opts: pulumi.ResourceOptions,
    release_parts: pulumi.Output[list[FunctionPart]] | None = None,
) -> list[FunctionAssociation]:
    """Return the functions with the parts of ``edge``, one or two; ``release_parts`` come last for requests."""
    functions = []
    if release_parts is not None:
        code = release_parts.apply(lambda parts: compose([*edge.request_parts, *parts]))
        functions.append(_release_function(names, _protected(edge, code), opts))
    else:
        functions.append(_function(names, "viewer-request", _protected(edge, compose(edge.request_parts)), opts))
    if edge.response_parts:
        functions.append(_function(names, "viewer-response", compose_response(edge.response_parts), opts))
    return functions


def _protected(edge: EdgePlan, code: pulumi.Input[str]) -> pulumi.Input[str]:
    """Return the code; if it has secrets, encrypted in the state and hidden in previews."""
    return pulumi.Output.secret(code) if edge.has_secret else code


def _function(
    names: CloudNames, event: Event, code: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> FunctionAssociation:
    logical, name = names.logical(f"{_ROLES[event]}-function"), names.physical(_ROLES[event])
    function = cloudfront.Function(logical, name=name, opts=keep_name("name", opts), **_inputs(names, event, code))
    return FunctionAssociation(event, function, _digest(code))


def _release_function(names: CloudNames, code: pulumi.Input[str], opts: pulumi.ResourceOptions) -> FunctionAssociation:
    """Return the function for the releases of one bucket.

    Another bucket changes the suffix of the name, and so replaces the function. One update of the distribution then
    changes both, and no visitor gets the function of one bucket with the files of the other.
    """
    event: Event = "viewer-request"
    name = pulumi.Output.concat(names.site, "-release-", names.suffix)
    function = cloudfront.Function(
        names.logical("release-function"), name=name, opts=opts, **_inputs(names, event, code)
    )
    return FunctionAssociation(event, function, _digest(code))


def _digest(code: pulumi.Input[str]) -> pulumi.Output[str]:
    return pulumi.Output.from_input(code).apply(lambda text: hashlib.sha256(text.encode()).hexdigest())


def _inputs(names: CloudNames, event: Event, code: pulumi.Input[str]) -> Any:  # noqa: ANN401 - input dict
    comment = f"The {event} function of {names.prefix}"
    return {"runtime": RUNTIME, "comment": comment, "publish": True, "code": code}
