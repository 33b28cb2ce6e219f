"""MiniStack stores a distribution's logging settings, and writes no logs.

CloudFront writes standard logs to the bucket:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from sandbox.emulator.access_log import AccessLogs, LoggedRequest, LogTarget
from sandbox.emulator.ministack import replace
from sandbox.emulator.viewer_request import ViewerRequest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from sandbox.emulator.ministack import Handler, MiniStack

# CloudFront delivers logs after minutes to an hour; a developer should not have to wait for them.
_DELIVERY_DELAY_S = 0.5


def install(ministack: MiniStack) -> None:
    """Log each request to a distribution whose logging is enabled."""
    logs = AccessLogs(lambda bucket, key, body: ministack.s3._put_object(bucket, key, body, {}))
    replace(
        ministack.cloudfront, "handle_viewer_request", lambda original: with_logs(original, ministack.cloudfront, logs)
    )


def with_logs(original: Handler, cloudfront: ModuleType, logs: AccessLogs) -> Handler:
    """Return a handler that answers a request by ``original``, and logs it."""

    async def handle(*arguments: Any) -> tuple[Any, ...]:  # noqa: ANN401 - MiniStack's arguments
        request, started = ViewerRequest(*arguments), time.monotonic()
        response = await original(*request)
        target = log_target(cloudfront, request.distribution)
        if target is not None and logs.add(target, _logged(request, response, time.monotonic() - started)):
            asyncio.get_running_loop().call_later(_DELIVERY_DELAY_S, logs.deliver)
        return response

    return handle


def _logged(request: ViewerRequest, response: tuple[Any, ...], seconds: float) -> LoggedRequest:
    status, headers, body = response
    return LoggedRequest(
        client=request.client,
        domain=str(request.distribution["DomainName"]),
        method=request.method,
        path=request.uri,
        query=request.query,
        status=status,
        request_headers=request.headers,
        response_headers={name.lower(): value for name, value in headers.items()},
        size=len(body) if isinstance(body, bytes) else None,
        seconds=seconds,
    )


def log_target(cloudfront: ModuleType, distribution: Mapping[str, Any]) -> LogTarget | None:
    """Return where a distribution's logs are written, or None if its logging is disabled."""
    settings = cloudfront._find(cloudfront._dist_config_el(distribution), "Logging")
    if settings is None or cloudfront._text(settings, "Enabled") != "true":
        return None
    bucket, prefix = (cloudfront._text(settings, name) for name in ("Bucket", "Prefix"))
    return LogTarget(bucket.partition(".s3.")[0], prefix, str(distribution["Id"]))
