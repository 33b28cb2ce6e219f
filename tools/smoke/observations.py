"""Where the questions of ``answers`` are asked: cache behaviors and a function, added to the stack's distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

from tools.smoke import store
from tools.smoke.answers import Place, error_answers, function_answers, invalidation_answers, site_answers
from tools.smoke.edge import Distribution, error_code

if TYPE_CHECKING:
    from tools.smoke.report import Report
    from tools.smoke.stack import Stack

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
_CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
_CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
_SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"
_FUNCTION = """
function handler(event) {
    var request = event.request;
    if (event.context.eventType === 'viewer-response') {
        event.response.headers['x-content-type-options'] = {value: 'function'};
        return event.response;
    }
    if (request.uri.indexOf('/smoke-rewrite/') === 0) {
        request.uri = '/smoke/rewritten.txt';
        return request;
    }
    if (request.uri.indexOf('/smoke-redirect/') === 0) {
        return {statusCode: 302, statusDescription: 'Found', headers: {location: {value: '/'}}};
    }
    return {statusCode: 200, statusDescription: 'OK', headers: {'x-smoke-uri': {value: request.uri}}};
}
"""
_WITH_FUNCTION = ("/smoke-uri/*", "/smoke-rewrite/*", "/smoke-redirect/*")
_PREFIX = "smoke"


def observe(stack: Stack, report: Report) -> None:
    """Ask all questions; the next `pulumi up --refresh` removes the cache behaviors again."""
    outputs = stack.outputs()
    distribution = Distribution(outputs["distributionId"])
    place = Place(stack.url, distribution, outputs["bucketName"], boto3.client("s3"))
    for answer in site_answers(place):
        report.check(*answer)
    function_name, reader_name = _function_names(stack)
    arn = store.create_store(_name(stack))
    stores = {"KeyValueStoreAssociations": {"Quantity": 1, "Items": [{"KeyValueStoreARN": arn}]}}
    reader = _create_function(distribution.client, reader_name, store.FUNCTION, **stores)
    distribution.add_behaviors(
        *_behaviors(_create_function(distribution.client, function_name, _FUNCTION)), _reading_behavior(reader)
    )
    for questions in (invalidation_answers, function_answers, error_answers):
        for answer in questions(place):
            report.check(*answer)
    for answer in store.measure(place.url, arn, report):
        report.check(*answer)
    place.remove(_PREFIX)


def delete_functions(stack: Stack) -> None:
    """Delete the functions and the store of the observations, once no distribution uses them."""
    client: Any = boto3.client("cloudfront")
    for name in _function_names(stack):
        function = {"Name": name, "Stage": "DEVELOPMENT"}
        if error_code(client.describe_function, **function) == "accepted":
            client.delete_function(Name=name, IfMatch=client.describe_function(**function)["ETag"])
    store.delete_store(_name(stack))


def _name(stack: Stack) -> str:
    return f"{stack.name}-{_PREFIX}"


def _function_names(stack: Stack) -> tuple[str, str]:
    return _name(stack), f"{_name(stack)}-store"


def _create_function(client: Any, name: str, code: str, **stores: object) -> str:  # noqa: ANN401 - boto3 generates its clients
    config = {"Comment": "tools/aws-smoke.sh", "Runtime": "cloudfront-js-2.0", **stores}
    created = client.create_function(Name=name, FunctionConfig=config, FunctionCode=code.encode())
    client.publish_function(Name=name, IfMatch=created["ETag"])
    return str(created["FunctionSummary"]["FunctionMetadata"]["FunctionARN"])


def _reading_behavior(arn: str) -> dict[str, Any]:
    events = [{"EventType": "viewer-request", "FunctionARN": arn}]
    return {
        "PathPattern": "/smoke-store/*",
        "CachePolicyId": _CACHING_DISABLED,
        "FunctionAssociations": {"Quantity": len(events), "Items": events},
    }


def _behaviors(arn: str) -> list[dict[str, Any]]:
    events = [{"EventType": event, "FunctionARN": arn} for event in ("viewer-request", "viewer-response")]
    with_function = {
        "CachePolicyId": _CACHING_OPTIMIZED,
        "ResponseHeadersPolicyId": _SECURITY_HEADERS,
        "FunctionAssociations": {"Quantity": len(events), "Items": events},
    }
    return [
        {"PathPattern": "/smoke/*", "CachePolicyId": _CACHING_OPTIMIZED},
        {"PathPattern": "/smoke-uncached/*", "CachePolicyId": _CACHING_DISABLED},
        *({"PathPattern": pattern, **with_function} for pattern in _WITH_FUNCTION),
    ]
