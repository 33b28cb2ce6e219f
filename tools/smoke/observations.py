"""Where the questions of ``answers`` are asked: cache behaviors and a function, added to the stack's distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

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
    distribution.add_behaviors(*_behaviors(_create_function(distribution.client, _name(stack))))
    for questions in (invalidation_answers, function_answers, error_answers):
        for answer in questions(place):
            report.check(*answer)
    place.remove(_PREFIX)


def delete_function(stack: Stack) -> None:
    """Delete the function of the observations, once no distribution uses it."""
    client: Any = boto3.client("cloudfront")
    function = {"Name": _name(stack), "Stage": "DEVELOPMENT"}
    if error_code(client.describe_function, **function) == "accepted":
        client.delete_function(Name=function["Name"], IfMatch=client.describe_function(**function)["ETag"])


def _name(stack: Stack) -> str:
    return f"{stack.name}-{_PREFIX}"


def _create_function(client: Any, name: str) -> str:  # noqa: ANN401 - boto3 generates its clients
    config = {"Comment": "tools/aws-smoke.sh", "Runtime": "cloudfront-js-2.0"}
    created = client.create_function(Name=name, FunctionConfig=config, FunctionCode=_FUNCTION.encode())
    client.publish_function(Name=name, IfMatch=created["ETag"])
    return str(created["FunctionSummary"]["FunctionMetadata"]["FunctionARN"])


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
