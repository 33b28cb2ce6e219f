"""Forwards requests to the emulated CloudFront, and adds what viewers would notice that it lacks.

The emulator implements origin access control, the default root object, response headers policies, allowed methods,
ranges, conditional requests and custom error responses. This module adds:

- A disabled or unknown distribution answers nothing. The emulator serves disabled ones, and would take a request for an
  unknown one for a request to S3, and list the buckets.
- Compression.
- Another origin than a bucket gets Accept-Encoding as the viewer sent it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.gateway import compression
from sandbox.gateway.emulator_client import EmulatorClient, stream
from sandbox.gateway.http_messages import Headers, Request, Response, page

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

    from sandbox.gateway.emulator_client import Behavior, Distribution

# Headers of one connection, and those that the gateway sets itself.
_NOT_FORWARDED = """
    connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade
    host content-length accept-encoding
"""
NOT_FORWARDED = frozenset(_NOT_FORWARDED.split())
NOT_MODIFIED = 304
NO_DISTRIBUTION_PAGE = (
    "<!DOCTYPE html>\n<title>ERROR: The request could not be satisfied</title>\n<h1>403 ERROR</h1>\n"
    "<h2>The request could not be satisfied.</h2>\n<p>Bad request. We can't connect to the server for this app or "
    "website at this time: there is no enabled distribution here.</p>\n"
)


def respond(
    client: EmulatorClient, distribution: Distribution | None, request: Request, alias: str | None = None
) -> Response:
    """Respond as `https://<label>.cloudfront.net` would, or as the distribution's ``alias``.

    The scheme is https unless X-Forwarded-Proto says otherwise.

    A disabled distribution accepts no requests:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HowToUpdateDistribution.html
    """
    if distribution is None or not distribution.enabled:
        return page(403, "text/html", NO_DISTRIBUTION_PAGE, (("X-Cache", "Error from cloudfront"),))
    behavior = distribution.behavior(request.path)
    response = _forward(client, alias or distribution.domain, behavior, request)
    return _compressed(client, behavior, request, response)


def _forward(client: EmulatorClient, host: str, behavior: Behavior, request: Request) -> BaseHTTPResponse:
    dropped = NOT_FORWARDED if behavior.has_bucket_origin else NOT_FORWARDED - {"accept-encoding"}
    headers = {name: value for name, value in request.headers.items() if name.lower() not in dropped}
    if "X-Forwarded-Proto" not in request.headers:
        # A browser requests http://localhost, where a viewer would use HTTPS.
        headers["X-Forwarded-Proto"] = "https"
    return client.send(request.method, request.target, {**headers, "Host": host}, request.body)


def _compressed(client: EmulatorClient, behavior: Behavior, request: Request, response: BaseHTTPResponse) -> Response:
    headers = _viewer_headers(response)
    if request.method != "GET" or not _should_compress(client, behavior, request, response):
        return Response(response.status, headers, stream(response))
    body = compression.compress(response.read())
    changed = {
        "Content-Length": str(len(body)),
        "Content-Encoding": "gzip",
        "Vary": ", ".join(filter(None, (response.headers.get("Vary"), "Accept-Encoding"))),
        **({"ETag": compression.weak_etag(response.headers["ETag"])} if "ETag" in response.headers else {}),
    }
    replaced = {name.lower() for name in changed} | {"accept-ranges"}
    kept = tuple((name, value) for name, value in headers if name.lower() not in replaced)
    return Response(response.status, (*kept, *changed.items()), (body,))


def _should_compress(client: EmulatorClient, behavior: Behavior, request: Request, response: BaseHTTPResponse) -> bool:
    return (
        behavior.compress
        and behavior.cache_policy is not None
        and compression.accepts_gzip(request.headers.get("Accept-Encoding", ""))
        and compression.is_compressible(response.status, response.headers)
        and client.accepts_gzip(behavior.cache_policy)
    )


def _viewer_headers(response: BaseHTTPResponse) -> Headers:
    dropped = {"connection", "keep-alive", "transfer-encoding"}
    if response.status == NOT_MODIFIED:
        dropped.add("content-length")
    return tuple((name, value) for name, value in response.headers.items() if name.lower() not in dropped)
