"""From an HTTP request to AWS's name for it, by the SDK's own models of the services."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

if TYPE_CHECKING:
    from collections.abc import Mapping

# What services call themselves in a signature, where that is not what the SDK calls them.
_SDK_NAMES = {"monitoring": "cloudwatch"}
# Signature version 4 says whom a request is for: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
# That of version 4A, which key-value stores need, names no region.
_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/(?:[^/]+/)?(?P<service>[^/]+)/aws4_request")


@dataclass(frozen=True)
class Operation:
    """A call.

    Attributes:
        service: such as ``s3``.
        name: such as ``PutObject``.
        arguments: what the request names in its path, query or form, such as the bucket; of a copy also the source.
    """

    service: str
    name: str
    arguments: Mapping[str, str]


@dataclass(frozen=True)
class _Form:
    """What a request of one operation looks like."""

    operation: str
    method: str
    path: re.Pattern[str]
    query: frozenset[str]
    fixed: frozenset[tuple[str, str]]
    headers: frozenset[str]


def operation_of(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Operation:
    """Return which operation a signed request is; ``headers`` are by lower-case name.

    Raises:
        LookupError: it is not an operation.
    """
    scope = _SCOPE.search(headers.get("authorization", ""))
    if scope is None:
        raise LookupError(f"{method} {target} is not signed")
    service = _SDK_NAMES.get(scope["service"], scope["service"])
    if "x-amz-target" in headers:
        return _json_operation(service, headers["x-amz-target"].rpartition(".")[2], body)
    if _model(service).metadata["protocol"] == "query":
        arguments = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        return Operation(service, arguments["Action"], arguments)
    return _rest_operation(service, method, target, headers)


def _json_operation(service: str, name: str, body: bytes) -> Operation:
    """Return an operation that a header names; of a list of things it is about the first."""
    told: dict[str, Any] = json.loads(body)
    firsts = {key: value[0] if isinstance(value, list) and value else value for key, value in told.items()}
    return Operation(service, name, {key: value for key, value in firsts.items() if isinstance(value, str)})


def _rest_operation(service: str, method: str, target: str, headers: Mapping[str, str]) -> Operation:
    parts = urlsplit(target)
    values = {name: given[0] for name, given in parse_qs(parts.query, keep_blank_values=True).items()}
    found = [
        (len(form.query) + len(form.headers), form, match)
        for form in _forms(service)
        if form.method == method and form.query <= set(values) and form.headers <= set(headers)
        if form.fixed <= set(values.items())
        if (match := form.path.fullmatch(parts.path))
    ]
    if not found:
        raise LookupError(f"{service} has no operation {method} {target}")
    _, form, match = max(found, key=lambda each: each[0])
    arguments = {**values, **{k: unquote(v) for k, v in match.groupdict().items()}}
    if "x-amz-copy-source" in headers:
        arguments["CopySource"] = unquote(headers["x-amz-copy-source"])
    return Operation(service, form.operation, arguments)


@cache
def _model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


@cache
def _forms(service: str) -> tuple[_Form, ...]:
    model = _model(service)
    return tuple(_form(model.operation_model(name)) for name in model.operation_names)


def _form(operation: OperationModel) -> _Form:
    path, _, query = operation.http["requestUri"].partition("?")
    required = _required(operation)
    static = [item.partition("=") for item in query.split("&") if item and not item.startswith("x-id=")]
    return _Form(
        operation.name,
        operation.http["method"],
        re.compile(_path_pattern(path)),
        frozenset(name for name, _, _ in static) | required["querystring"],
        frozenset((name, value) for name, _, value in static if value),
        required["header"],
    )


def _path_pattern(path: str) -> str:
    greedy = re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+)", path)
    return re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", greedy) + "/?"


def _required(operation: OperationModel) -> dict[str, frozenset[str]]:
    shape: Any = operation.input_shape
    members = [shape.members[name].serialization for name in shape.required_members] if shape else []
    return {
        where: frozenset(
            member["name"].lower() if where == "header" else member["name"]
            for member in members
            if member.get("location") == where
        )
        for where in ("querystring", "header")
    }
