"""MiniStack chooses the service for some paths before it looks at the Host header.

So another service would answer `/oauth2/token`, `/.well-known/openid-configuration` or `/v2/...` of a distribution. On
AWS a host name belongs to one service, and a distribution answers every path of its own names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import ModuleType

    from sandbox.emulator.ministack import MiniStack


def install(ministack: MiniStack) -> None:
    """Let the Host header decide first."""
    app = ministack.app
    for name in ("_handle_pre_body_request", "_handle_post_body_shortcuts"):
        replace(app, name, lambda original: except_distributions(original, app))
    replace(app, "_handle_special_data_plane_request", lambda original: with_distributions_first(original, app))


def except_distributions(original: Callable[..., Awaitable[Any]], app: ModuleType) -> Callable[..., Awaitable[Any]]:
    """Return a handler that answers by ``original``, and leaves requests to distributions to the next handler."""

    async def handle(method: str, path: str, headers: dict[str, str], *rest: object) -> Any:  # noqa: ANN401 - MiniStack's response
        is_distribution = app._parse_cloudfront_dataplane_host(headers.get("host", ""))
        return None if is_distribution else await original(method, path, headers, *rest)

    return handle


def with_distributions_first(original: Callable[..., Awaitable[Any]], app: ModuleType) -> Callable[..., Awaitable[Any]]:
    """Return a handler that lets a distribution answer if the Host is one of its names, else ``original``."""

    async def handle(*request: Any, raw_path: str | None, raw_query_string: str, client_ip: str) -> Any:  # noqa: ANN401 - MiniStack's arguments
        method, path, headers, body, parameters, _ = request
        uri = path if raw_path is None else raw_path
        arguments = (path, uri, raw_query_string, method, headers, body, parameters, client_ip)
        response = await app._handle_cloudfront_dataplane_request(headers.get("host", ""), *arguments)
        if response:
            return response
        return await original(*request, raw_path=raw_path, raw_query_string=raw_query_string, client_ip=client_ip)

    return handle
