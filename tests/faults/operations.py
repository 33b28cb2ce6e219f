"""Names of requests to AWS, such as `s3 PutObject assets/app.css` or `cloudfront UpdateFunction site-request`.

The names come from botocore's models of the services, which say what each operation's method and path are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

import botocore.session

from tests.faults.faults import DATA_API

if TYPE_CHECKING:
    from collections.abc import Mapping

# The scope of a signature; that of SigV4A, for several regions, names no region.
_SCOPE = re.compile(r"Credential=[^/]+/\d+/(?:[^/]+/)?([^/]+)/aws4_request")
_QUERY_PROTOCOL = re.compile(rb"(?:^|&)Action=(\w+)")
_READ_METHODS = frozenset({"GET", "HEAD"})
# They change nothing, although their method is POST.
_READ_SERVICES = frozenset({"sts"})
_READ_OPERATION = re.compile(r"(Get|List|Describe|Head)[A-Z]")


@dataclass(frozen=True)
class Operation:
    """An operation of a service, as botocore's model describes it.

    Attributes:
        name: such as `PutBucketPolicy`.
        path: matches the path.
        query: the parameters that the path must have, with their values.
    """

    name: str
    path: re.Pattern[str]
    query: Mapping[str, str]


@dataclass(frozen=True)
class RequestName:
    """What a request asks for.

    Attributes:
        service: such as `s3`.
        operation: such as `PutObject`; the method and the path if botocore's models have no such operation.
        target: the key of an object, or a name or id; may be empty.
        is_write: whether it may change something.
    """

    service: str
    operation: str
    target: str
    is_write: bool

    def __str__(self) -> str:
        return " ".join(filter(None, (self.service, self.operation, self.target)))


def request_name(method: str, target: str, headers: Mapping[str, str], body: bytes) -> RequestName:
    """Return the name of a request; ``headers`` are by lower-case name."""
    found = _SCOPE.search(headers.get("authorization", ""))
    service = found[1] if found else "unknown"
    parts = urlsplit(target)
    operation = _operation(service, method, target, headers, body)
    is_write = method not in _READ_METHODS and service not in _READ_SERVICES and not _READ_OPERATION.match(operation)
    return RequestName(service, operation, _shown_target(service, unquote(parts.path)), is_write)


def _operation(service: str, method: str, target: str, headers: Mapping[str, str], body: bytes) -> str:
    """Return the operation's name, by the protocol of the service."""
    if "x-amz-target" in headers:
        return headers["x-amz-target"].rpartition(".")[2]
    if found := _QUERY_PROTOCOL.search(body[:2000]):
        return found[1].decode()
    if service == "s3" and "x-amz-copy-source" in headers:
        return "CopyObject"
    parts = urlsplit(target)
    query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    candidates = [
        operation
        for operation in _operations(service).get(method, [])
        if operation.path.fullmatch(parts.path) and all(query.get(k) == v for k, v in operation.query.items())
    ]
    best = max(candidates, key=lambda operation: len(operation.query), default=None)
    return best.name if best else f"{method} {parts.path}"


def _shown_target(service: str, path: str) -> str:
    """Return the key of an object or of a store, or the name or id that another path has."""
    segments = path.strip("/").split("/")
    if service == DATA_API:
        # /key-value-stores/<ARN with a slash>/keys/<key>
        return "/".join(segments[4:])
    # CloudFront: /2020-05-31/function/<name>/publish
    return "/".join(segments[1:]) if service == "s3" else "".join(segments[2:3])


@cache
def _operations(service: str) -> Mapping[str, list[Operation]]:
    """Return the operations of a service by HTTP method; of several with the same request, the first by name."""
    by_method: defaultdict[str, list[Operation]] = defaultdict(list)
    session = botocore.session.get_session()
    if service not in session.get_available_services():
        return by_method
    model = session.get_service_model(service)
    # UploadPart and CopyObject have PutObject's request, and differ in parameters or headers.
    names = sorted(model.operation_names, key=lambda name: (name not in _PREFERRED, name))
    for name in names:
        http = model.operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        pattern = re.sub(r"\\\{[^{}]+\+\\\}", ".+", re.escape(path).replace(r"\+", "+"))
        pattern = re.sub(r"\\\{[^{}]+\\\}", "[^/]+", pattern)
        values = {key: found[0] for key, found in parse_qs(query, keep_blank_values=True).items()}
        by_method[http["method"]].append(Operation(name, re.compile(f"{pattern}/?"), values))
    return by_method


_PREFERRED = frozenset({"PutObject", "GetObject", "DeleteObject", "HeadObject", "CreateBucket", "ListObjectsV2"})
