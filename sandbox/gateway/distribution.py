"""The way through a distribution: the local cloud's own data plane, and what CloudFront does beyond it.

The data plane does OAC, default root object, response headers, allowed methods, ranges, conditional requests and
custom error responses. What a visitor would see differently is mended here, each with its reason:

- a disabled or unknown distribution answers nothing (the data plane serves disabled ones, and takes a request for an
  unknown one for an S3 request: it would show the list of buckets);
- compression, which the data plane does not do;
- `+` in a path is a space to S3's REST endpoint, and so behind CloudFront (https://techracho.bpsinc.jp/?p=148538); to
  another server it is what that makes of it, as Accept-Encoding is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.gateway import compression
from sandbox.gateway.emulator_client import Cloud, chunks
from sandbox.gateway.http_messages import Answer, Headers, Request, page

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

    from sandbox.gateway.emulator_client import Behavior, Distribution

# A connection's own business, and what the door says anew.
_HOP_BY_HOP = """
    connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade
    host content-length accept-encoding
"""
HOP_BY_HOP = frozenset(_HOP_BY_HOP.split())
NOT_MODIFIED = 304
UNREACHABLE = (
    "<!DOCTYPE html>\n<title>ERROR: The request could not be satisfied</title>\n<h1>403 ERROR</h1>\n"
    "<h2>The request could not be satisfied.</h2>\n<p>Bad request. We can't connect to the server for this app or "
    "website at this time: there is no enabled distribution here.</p>\n"
)


def answer(cloud: Cloud, distribution: Distribution | None, request: Request, alias: str | None = None) -> Answer:
    """Answer as `https://<label>.cloudfront.net` would, or as the distribution's ``alias``.

    The scheme is https unless X-Forwarded-Proto says otherwise.

    A disabled distribution accepts no requests:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HowToUpdateDistribution.html
    """
    if distribution is None or not distribution.enabled:
        return page(403, "text/html", UNREACHABLE, (("X-Cache", "Error from cloudfront"),))
    host = alias or distribution.domain
    behavior = distribution.behavior(request.path)
    reply = _ask(cloud, host, behavior, request)
    return _compressed(cloud, behavior, request, reply)


def _ask(cloud: Cloud, host: str, behavior: Behavior, request: Request) -> BaseHTTPResponse:
    path, mark, query = request.target.partition("?")
    kept = frozenset() if behavior.is_of_bucket else {"accept-encoding"}
    sent = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP - kept}
    if "X-Forwarded-Proto" not in request.headers:
        # The door stands in for TLS, which a browser on localhost does not speak with it.
        sent["X-Forwarded-Proto"] = "https"
    target = (path.replace("+", "%20") if behavior.is_of_bucket else path) + mark + query
    return cloud.open(request.method, target, {**sent, "Host": host}, request.body)


def _compressed(cloud: Cloud, behavior: Behavior, request: Request, reply: BaseHTTPResponse) -> Answer:
    shown = _shown(reply)
    if request.method != "GET" or not _is_wanted(cloud, behavior, request, reply):
        return Answer(reply.status, shown, chunks(reply))
    body = compression.compressed(reply.read())
    changed = {
        "Content-Length": str(len(body)),
        "Content-Encoding": "gzip",
        "Vary": ", ".join(filter(None, (reply.headers.get("Vary"), "Accept-Encoding"))),
        **({"ETag": compression.weak(reply.headers["ETag"])} if "ETag" in reply.headers else {}),
    }
    replaced = {name.lower() for name in changed} | {"accept-ranges"}
    kept = tuple((name, value) for name, value in shown if name.lower() not in replaced)
    return Answer(reply.status, (*kept, *changed.items()), (body,))


def _is_wanted(cloud: Cloud, behavior: Behavior, request: Request, reply: BaseHTTPResponse) -> bool:
    return (
        behavior.compress
        and behavior.cache_policy is not None
        and compression.accepts_gzip(request.headers.get("Accept-Encoding", ""))
        and compression.is_compressible(reply.status, reply.headers)
        and cloud.wants_gzip(behavior.cache_policy)
    )


def _shown(reply: BaseHTTPResponse) -> Headers:
    dropped = {"connection", "keep-alive", "transfer-encoding"}
    if reply.status == NOT_MODIFIED:
        dropped.add("content-length")
    return tuple((name, value) for name, value in reply.headers.items() if name.lower() not in dropped)
