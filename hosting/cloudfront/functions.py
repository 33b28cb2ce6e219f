"""The CloudFront Functions as resources: one for requests, and one for responses if it has parts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pulumi
from pulumi_aws import cloudfront

from hosting.aws.cloud_names import keep_name
from hosting.edge.function_code import RUNTIME, compose, compose_response, uses_store

if TYPE_CHECKING:
    from hosting.aws.cloud_names import CloudNames
    from hosting.edge.plan import EdgePlan

Event = Literal["viewer-request", "viewer-response"]
_ROLES: dict[Event, str] = {"viewer-request": "request", "viewer-response": "response"}
_RELEASE_ROLES: dict[Event, str] = {"viewer-request": "release", "viewer-response": "release-response"}


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
    store_arn: pulumi.Input[str] | None = None,
    *,
    for_releases: bool = False,
) -> list[FunctionAssociation]:
    """Return the functions with the parts of ``edge``, one or two.

    Args:
        names: the names of the resources.
        edge: the edge plan.
        opts: the options of the functions.
        store_arn: the key-value store, which is associated with the functions that read it.
        for_releases: whether they route to the releases of bulk mode.
    """
    make = _release_function if for_releases else _function
    request_store, response_store = (
        store_arn if uses_store(parts) else None for parts in (edge.request_parts, edge.response_parts)
    )
    code = _protected(edge, compose(edge.request_parts))
    functions = [make(names, "viewer-request", code, request_store, opts)]
    if edge.response_parts:
        functions.append(make(names, "viewer-response", compose_response(edge.response_parts), response_store, opts))
    return functions


def _protected(edge: EdgePlan, code: pulumi.Input[str]) -> pulumi.Input[str]:
    """Return the code; if it has secrets, encrypted in the state and hidden in previews."""
    return pulumi.Output.secret(code) if edge.has_secret else code


def _function(
    names: CloudNames,
    event: Event,
    code: pulumi.Input[str],
    store_arn: pulumi.Input[str] | None,
    opts: pulumi.ResourceOptions,
) -> FunctionAssociation:
    logical, name = names.logical(f"{_ROLES[event]}-function"), names.physical(_ROLES[event])
    inputs = _inputs(names, event, code, store_arn)
    function = cloudfront.Function(logical, name=name, opts=keep_name("name", opts), **inputs)
    return FunctionAssociation(event, function, _digest(code))


def _release_function(
    names: CloudNames,
    event: Event,
    code: pulumi.Input[str],
    store_arn: pulumi.Input[str] | None,
    opts: pulumi.ResourceOptions,
) -> FunctionAssociation:
    """Return a function for the releases of one bucket.

    Another bucket changes the suffix of the name, and so replaces the function. One update of the distribution then
    changes the bucket and all functions, and no visitor gets the function of one bucket with the files of the other.
    """
    role = _RELEASE_ROLES[event]
    name = pulumi.Output.concat(names.site, f"-{role}-", names.suffix)
    inputs = _inputs(names, event, code, store_arn)
    function = cloudfront.Function(names.logical(f"{role}-function"), name=name, opts=opts, **inputs)
    return FunctionAssociation(event, function, _digest(code))


def _digest(code: pulumi.Input[str]) -> pulumi.Output[str]:
    return pulumi.Output.from_input(code).apply(lambda text: hashlib.sha256(text.encode()).hexdigest())


def _inputs(names: CloudNames, event: Event, code: pulumi.Input[str], store_arn: pulumi.Input[str] | None) -> Any:  # noqa: ANN401 - input dict
    comment = f"The {event} function of {names.prefix}"
    stores = None if store_arn is None else [store_arn]
    return {
        "runtime": RUNTIME,
        "comment": comment,
        "publish": True,
        "code": code,
        "key_value_store_associations": stores,
    }
