"""A distribution's Host is its own: MiniStack looks at some paths first, whatever the Host.

It would answer `/oauth2/token`, `/.well-known/openid-configuration` or `/v2/...` itself, as another of its services.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import ModuleType


def install(app: ModuleType) -> None:
    """Put it where MiniStack looks for whom a request is."""
    change = app.__dict__
    for name in ("_handle_pre_body_request", "_handle_post_body_shortcuts"):
        change[name] = without_distributions(change[name], app)
    change["_handle_special_data_plane_request"] = with_distributions_first(
        change["_handle_special_data_plane_request"], app
    )


def without_distributions(known: Callable[..., Awaitable[Any]], app: ModuleType) -> Callable[..., Awaitable[Any]]:
    """Return a function that answers by ``known``, but no request to a distribution."""

    async def answer(method: str, path: str, headers: dict[str, str], *rest: object) -> Any:  # noqa: ANN401 - MiniStack's own
        is_ours = app._parse_cloudfront_dataplane_host(headers.get("host", ""))  # noqa: SLF001 - the place where MiniStack looks
        return None if is_ours else await known(method, path, headers, *rest)

    return answer


def with_distributions_first(known: Callable[..., Awaitable[Any]], app: ModuleType) -> Callable[..., Awaitable[Any]]:
    """Return a function that answers for a distribution if the Host is one's, else by ``known``."""

    async def answer(*request: Any, raw_path: str | None, raw_query_string: str, client_ip: str) -> Any:  # noqa: ANN401 - MiniStack's own
        method, path, headers, body, parameters, _ = request
        uri = path if raw_path is None else raw_path
        visit = (path, uri, raw_query_string, method, headers, body, parameters, client_ip)
        found = await app._handle_cloudfront_dataplane_request(headers.get("host", ""), *visit)  # noqa: SLF001 - see above
        if found:
            return found
        return await known(*request, raw_path=raw_path, raw_query_string=raw_query_string, client_ip=client_ip)

    return answer
