"""One viewer request to a distribution: MiniStack's arguments, and the state that the patches share while it runs."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sandbox.emulator.ministack import replace
from sandbox.emulator.path_patterns import normalize_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.emulator.edge_cache import CacheKey
    from sandbox.emulator.ministack import Handler, MiniStack

# Names the edge location that answers, so that a test can ask one with an empty cache.
LOCATION_HEADER = "x-sandbox-location"


class ViewerRequest(NamedTuple):
    """The arguments of MiniStack's `handle_viewer_request`, in their order.

    Attributes:
        distribution: MiniStack's record.
        method: the HTTP method.
        path: the decoded path, or whatever else the cache behavior is to be chosen by.
        uri: the path as the viewer sent it.
        query: the query string as the viewer sent it.
        headers: by lower-case name.
        body: the bytes.
        parameters: the decoded query parameters.
        client: the viewer's IP address.
    """

    distribution: dict[str, Any]
    method: str
    path: str
    uri: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    parameters: object
    client: str


@dataclass
class RequestState:
    """What the patches know of the request that is being answered.

    Attributes:
        distribution: MiniStack's record.
        path: the normalized path.
        query: the query string as the viewer sent it.
        location: the edge location that answers.
        is_blocked: a geo restriction blocks the viewer, and the 403 has not been returned yet.
        origin_fetches: how often an origin's response was needed; the second one is for a custom error page.
        error_key: the cache key of the error that a custom error page replaces.
        is_hit: the last response came from the cache.
        is_error: the origin's response was an error, whatever the viewer gets.
        origin_query: the query string that the origin gets.
    """

    distribution: dict[str, Any]
    path: str
    query: str
    location: str = ""
    is_blocked: bool = False
    origin_fetches: int = 0
    error_key: CacheKey | None = None
    is_hit: bool = False
    is_error: bool = False
    origin_query: str = ""


_state: ContextVar[RequestState] = ContextVar("state")


def current() -> RequestState:
    """Return the state of the request that is being answered."""
    return _state.get()


def with_state(original: Handler) -> Handler:
    """Return a handler that answers a request by ``original``, with a new state."""

    async def handle(*arguments: Any) -> tuple[Any, ...]:  # noqa: ANN401 - MiniStack's arguments
        request = ViewerRequest(*arguments)
        location = request.headers.get(LOCATION_HEADER, "")
        # MiniStack runs each request as a task, and each task has a separate context.
        _state.set(RequestState(request.distribution, normalize_path(request.uri), request.query, location))
        headers = {name: value for name, value in request.headers.items() if name != LOCATION_HEADER}
        return await original(*request._replace(headers=headers))

    return handle


def install(ministack: MiniStack) -> None:
    """Give each request to a distribution a state."""
    replace(ministack.cloudfront, "handle_viewer_request", with_state)
