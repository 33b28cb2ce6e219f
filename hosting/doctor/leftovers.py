"""Checks for what killed creates have left: resources in AWS with the stack's name that its state does not have.

The engine writes a resource to the state after AWS has created it. A `pulumi up` that is killed in between leaves the
resource, and the next one fails, as its name or its host names are taken.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

from hosting.aws.cloudfront_lists import listed
from hosting.doctor import state
from hosting.doctor.aws_clients import AWS_ERRORS
from hosting.doctor.bucket import import_command
from hosting.doctor.lines import Line
from hosting.resource_names import STORE_COMMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hosting.doctor.context import Context

# What the AWS provider appends to `bucketPrefix`: a time and a counter.
# https://github.com/hashicorp/terraform-plugin-sdk/blob/main/helper/id/id.go
_GENERATED = "[0-9a-f]{26}"
# What `hosting.aws.cloud_names` appends to the other names.
_SUFFIX = "[0-9a-f]{7}"


def check_leftovers(context: Context) -> Iterator[Line]:
    """List the left-overs, each with the command that imports or deletes it."""
    count = 0
    for find in _LEFTOVERS:
        try:
            for text, step in find(context):
                count += 1
                yield Line("warning", f"{text} is not in the stack's state", step)
        except AWS_ERRORS as error:
            count += 1
            yield Line("not checked", f"Left-over{find.__name__.replace('_', ' ')} can't be listed ({error})")
    if not count:
        yield Line("ok", f"Nothing in the account has the name {context.prefix} and is missing in the state")


def _distributions(context: Context) -> Iterator[tuple[str, str]]:
    client, known = context.aws.client("cloudfront"), context.state.ids(state.DISTRIBUTION)
    names = set(context.settings.domain.names)
    for each in listed(client.list_distributions, items="Items", within="DistributionList"):
        aliases = names.intersection(each.get("Aliases", {}).get("Items") or [])
        if each["Id"] in known or not (each.get("Comment") == context.prefix or aliases):
            continue
        keeps = f", which has the host names {', '.join(sorted(aliases))}," if aliases else ""
        command = import_command(context, state.DISTRIBUTION, "site-distribution", each["Id"])
        step = f"{command}, then pulumi up; or disable and delete it in CloudFront's console"
        yield f"Distribution {each['Id']}{keeps}", step


def _functions(context: Context) -> Iterator[tuple[str, str]]:
    client, known = context.aws.client("cloudfront"), context.state.ids(state.FUNCTION)
    comments = {f"The {event} function of {context.prefix}" for event in ("viewer-request", "viewer-response")}
    found = {
        each["Name"]: None
        for each in listed(client.list_functions, items="Items", within="FunctionList")
        if each.get("FunctionConfig", {}).get("Comment") in comments and each["Name"] not in known
    }
    for name in found:
        yield (
            f"Function {name}",
            _delete("function", "--name", name, f"describe-function --name {name} --stage DEVELOPMENT"),
        )


def _key_value_stores(context: Context) -> Iterator[tuple[str, str]]:
    client = context.aws.client("cloudfront")
    known = {each.outputs.get("arn") for each in context.state.of(state.KEY_VALUE_STORE)}
    for each in listed(client.list_key_value_stores, items="Items", within="KeyValueStoreList"):
        # Pulumi generates the names.
        if each.get("Comment") == STORE_COMMENT.format(context.prefix) and each["ARN"] not in known:
            name = each["Name"]
            yield (
                f"Key-value store {name}",
                _delete("key-value-store", "--name", name, f"describe-key-value-store --name {name}"),
            )


def _access_controls(context: Context) -> Iterator[tuple[str, str]]:
    client = context.aws.client("cloudfront")
    controls = listed(client.list_origin_access_controls, items="Items", within="OriginAccessControlList")
    pattern = re.compile(rf"{re.escape(context.prefix)}-bucket-{_SUFFIX}")
    known = context.state.ids(state.ACCESS_CONTROL)
    for each in controls:
        if pattern.fullmatch(each["Name"]) and each["Id"] not in known:
            yield f"Origin access control {each['Name']}", _delete_by_id("origin-access-control", each["Id"])


def _request_policies(context: Context) -> Iterator[tuple[str, str]]:
    method = context.aws.client("cloudfront").list_origin_request_policies
    kinds = (state.REQUEST_POLICY, "OriginRequestPolicyList", "OriginRequestPolicy", "origin-request-policy")
    yield from _policies(context, method, "viewer", kinds)


def _policies(
    context: Context,
    method: Callable[..., Any],
    role: str,
    kinds: tuple[str, str, str, str],
) -> Iterator[tuple[str, str]]:
    """Yield the policies with the stack's name; ``kinds`` are their names in the state, in lists and in the AWS CLI."""
    kind, list_key, item_key, command = kinds
    pattern = re.compile(rf"{re.escape(context.prefix)}-{role}-{_SUFFIX}")
    known = context.state.ids(kind)
    for each in listed(method, items="Items", within=list_key, Type="custom"):
        policy = each[item_key]
        name = policy[f"{item_key}Config"]["Name"]
        if pattern.fullmatch(name) and policy["Id"] not in known:
            yield f"Policy {name}", _delete_by_id(command, policy["Id"])


def _buckets(context: Context) -> Iterator[tuple[str, str]]:
    pages = context.aws.client("s3").get_paginator("list_buckets").paginate(Prefix=f"{context.prefix}-")
    pattern = re.compile(rf"{re.escape(context.prefix)}-({_GENERATED}|logs-{_SUFFIX})")
    known = context.state.ids(state.BUCKET)
    for page in pages:
        for each in page.get("Buckets") or []:
            if pattern.fullmatch(each["Name"]) and each["Name"] not in known:
                url = shlex.quote(f"s3://{each['Name']}")
                step = f"aws s3 ls {url}; and if nobody needs it: aws s3 rb --force {url}"
                yield f"Bucket {each['Name']}", step


_LEFTOVERS = (
    _distributions,
    _functions,
    _key_value_stores,
    _access_controls,
    _request_policies,
    _buckets,
)


def _delete_by_id(command: str, identifier: str) -> str:
    return _delete(command, "--id", identifier, f"get-{command} --id {identifier}")


def _delete(command: str, option: str, value: str, get: str) -> str:
    """Return the command of the AWS CLI that deletes something of CloudFront, which takes its ETag."""
    etag = f'"$(aws cloudfront {get} --query ETag --output text)"'
    return f"aws cloudfront delete-{command} {option} {value} --if-match {etag}"
