"""The CloudFront Functions as resources: one for requests, and one for responses if it has parts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pulumi
from pulumi_aws import cloudfront

from hosting.aws.cloud_names import keep_name
from hosting.edge.function_code import RUNTIME, compose, compose_response, fill, uses_store

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def make_functions(  # noqa: PLR0913 - callers pass the optional parts by keyword
    names: CloudNames,
    edge: EdgePlan,
    opts: pulumi.ResourceOptions,
    store_arn: pulumi.Input[str] | None = None,
    *,
    for_releases: bool = False,
    code_values: Mapping[str, pulumi.Output[str]] | None = None,
    tags: str = "",
) -> list[FunctionAssociation]:
    """Return the functions with the parts of ``edge``, one or two.

    Args:
        names: the names of the resources.
        edge: the edge plan.
        opts: the options of the functions.
        store_arn: the key-value store, which is associated with the functions that read it.
        for_releases: whether they route to the releases of bulk mode.
        code_values: what replaces placeholders in the code of the function for requests.
        tags: the digest of the default tags.
    """
    code = _filled(compose(edge.request_parts), code_values or {})
    codes: dict[Event, pulumi.Input[str]] = {"viewer-request": _protected(edge, code)}
    if edge.response_parts:
        codes["viewer-response"] = compose_response(edge.response_parts)
    readers = {"viewer-request": uses_store(edge.request_parts), "viewer-response": uses_store(edge.response_parts)}
    return [
        _function(names, event, code, store_arn if readers[event] else None, opts, for_releases=for_releases, tags=tags)
        for event, code in codes.items()
    ]


def _filled(code: str, values: Mapping[str, pulumi.Output[str]]) -> pulumi.Input[str]:
    """Return the code with its placeholders replaced by what resources have computed."""
    if not values:
        return code
    return pulumi.Output.all(*values.values()).apply(
        lambda found: fill(code, dict(zip(values, map(str, found), strict=True)))
    )


def _protected(edge: EdgePlan, code: pulumi.Input[str]) -> pulumi.Input[str]:
    """Return the code; if it has secrets, encrypted in the state and hidden in previews."""
    return pulumi.Output.secret(code) if edge.has_secret else code


def _function(  # noqa: PLR0913 - one caller, which passes all of them
    names: CloudNames,
    event: Event,
    code: pulumi.Input[str],
    store_arn: pulumi.Input[str] | None,
    opts: pulumi.ResourceOptions,
    *,
    for_releases: bool,
    tags: str,
) -> FunctionAssociation:
    """Return a function.

    In bulk mode it is for the releases of one bucket. Another bucket changes the suffix of the name, and so replaces
    the function. One update of the distribution then changes the bucket and all functions, and no visitor gets the
    function of one bucket with the files of the other. In managed mode the function keeps its name.
    """
    role = (_RELEASE_ROLES if for_releases else _ROLES)[event]
    name = pulumi.Output.concat(names.site, f"-{role}-", names.suffix) if for_releases else names.physical(role)
    function = cloudfront.Function(
        names.logical(f"{role}-function"),
        name=name,
        opts=opts if for_releases else keep_name("name", opts),
        comment=_comment(names, event, tags),
        **_inputs(code, store_arn),
    )
    return FunctionAssociation(event, function, _digest(code))


def _digest(code: pulumi.Input[str]) -> pulumi.Output[str]:
    return pulumi.Output.from_input(code).apply(lambda text: hashlib.sha256(text.encode()).hexdigest())


def _comment(names: CloudNames, event: Event, tags: str) -> str:
    """Return the comment, which changes with the tags.

    The provider publishes a function at each update, and CloudFront refuses to publish a version twice. So an update of
    the tags alone would fail: https://github.com/hashicorp/terraform-provider-aws/issues/49572
    """
    return f"The {event} function of {names.prefix}" + (f" (tags {tags})" if tags else "")


def _inputs(code: pulumi.Input[str], store_arn: pulumi.Input[str] | None) -> Any:  # noqa: ANN401 - input dict
    stores = None if store_arn is None else [store_arn]
    return {
        "runtime": RUNTIME,
        "publish": True,
        "code": code,
        "key_value_store_associations": stores,
    }
