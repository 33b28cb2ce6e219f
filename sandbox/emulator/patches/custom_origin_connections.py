"""What CloudFront does with a custom origin and MiniStack does not.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html

- Headers that are a connection's own, or that a visitor could lie with, do not reach the origin.
- An answer without a length arrives piece by piece; MiniStack reads it to its end first.
- A connection that fails is tried again, and so is a GET or HEAD that gets no answer in time: ConnectionAttempts.
- An origin that does not answer is an error as any other, 502 or 504, for which there may be an error response.
- A GET with a body is refused.

A request to `localhost` stays on this machine, which AWS has no way to; that is how a local API is tried out.
"""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any

from sandbox.emulator.viewer_request import Asked

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import ModuleType

_REMOVED = frozenset({"expect", "keep-alive", "te", "trailer", "upgrade", "x-forwarded-proto", "x-real-ip"})
_REMOVED_PREFIXES = ("proxy-", "x-edge-")
_REPEATABLE = ("GET", "HEAD")
_CHUNK = 65_536
_FIRST_ERROR = 400
_NO_BODY = (204, 304)


def install(cloudfront: ModuleType, streaming: Callable[[Any], object]) -> None:
    """Put all of it where MiniStack looks; ``streaming`` makes a body of a runner."""
    change = cloudfront.__dict__
    change["_dataplane_origin"] = with_attempts(change["_dataplane_origin"], cloudfront)
    change["_origin_request_headers"] = with_fewer_headers(change["_origin_request_headers"])
    change["_forward_to_origin"] = _Forward(cloudfront, streaming)
    change["handle_viewer_request"] = with_bodies_refused(change["handle_viewer_request"], cloudfront)


def with_attempts(known: Callable[[Any], dict[str, Any]], cloudfront: ModuleType) -> Callable[[Any], dict[str, Any]]:
    """Return a function that reads an origin by ``known``, and how often it is tried."""

    def origin(element: object) -> dict[str, Any]:
        attempts = cloudfront._opt_text(element, "ConnectionAttempts")  # noqa: SLF001 - the place where MiniStack looks
        return {**known(element), "attempts": int(attempts or "3")}

    return origin


def with_fewer_headers(known: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Return a function that gives the headers for an origin by ``known``, without those that CloudFront removes."""

    def headers(*asked: object) -> dict[str, Any]:
        return {name: value for name, value in known(*asked).items() if not _is_removed(name.lower())}

    return headers


def _is_removed(name: str) -> bool:
    return name in _REMOVED or name.startswith(_REMOVED_PREFIXES)


def with_bodies_refused(
    known: Callable[..., Awaitable[tuple[Any, ...]]], cloudfront: ModuleType
) -> Callable[..., Awaitable[tuple[Any, ...]]]:
    """Return a function that answers a request by ``known``, but a GET with a body with 403."""

    async def answer(*request: Any) -> tuple[Any, ...]:  # noqa: ANN401 - MiniStack's own
        asked = Asked(*request)
        if asked.method == "GET" and asked.body:
            refused: tuple[Any, ...] = cloudfront._cf_error_response(403, "Bad request.", "Error from cloudfront")  # noqa: SLF001 - see above
            return refused
        return await known(*request)

    return answer


class _NoConnectionError(Exception):
    """There is no connection to the origin; the status says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Forward:
    """Asks a custom origin, in place of MiniStack's function of these arguments; blocks."""

    def __init__(self, cloudfront: ModuleType, streaming: Callable[[Any], object]) -> None:
        self._cloudfront = cloudfront
        self._streaming = streaming

    def __call__(  # noqa: PLR0913, PLR0917 - MiniStack's arguments
        self,
        origin: dict[str, Any],
        method: str,
        uri: str,
        query: str,
        headers: dict[str, Any],
        body: bytes,
        is_https: bool,  # noqa: FBT001 - see above
        client: str,
        forwarded_for: str,
    ) -> tuple[Any, ...]:
        sent = self._cloudfront._origin_request_headers(origin, headers, client, forwarded_for)  # noqa: SLF001 - see above
        request = (method, f"{uri}?{query}" if query else uri, body or None, sent)
        attempts = origin["attempts"]
        while True:
            attempts -= 1
            try:
                return self._asked(self._connection(origin, is_https=is_https), request)
            except _NoConnectionError as error:
                if not attempts:
                    return self._failed(error.status)
            except TimeoutError:
                if not attempts or method not in _REPEATABLE:
                    return self._failed(504)
            except (OSError, http.client.HTTPException, ValueError):
                return self._failed(502)

    def _asked(self, connection: http.client.HTTPConnection, request: tuple[Any, ...]) -> tuple[Any, ...]:
        try:
            connection.connect()
        except TimeoutError as error:
            raise _NoConnectionError(504) from error
        except OSError as error:
            raise _NoConnectionError(502) from error
        try:
            connection.request(*request)
            return self._answer(connection, request[0])
        except BaseException:
            connection.close()
            raise

    def _connection(self, origin: dict[str, Any], *, is_https: bool) -> http.client.HTTPConnection:
        host, port, encrypted = self._cloudfront._origin_connect_target(origin, is_https)  # noqa: SLF001 - see above
        if self._cloudfront._is_aws_owned_host(host.lower().rstrip(".")):  # noqa: SLF001 - see above
            # It would be the real AWS.
            raise _NoConnectionError(502)
        timeout = origin["read_timeout"]
        if not encrypted:
            return http.client.HTTPConnection(host, port, timeout=timeout)
        context = self._cloudfront._origin_ssl_context()  # noqa: SLF001 - see above
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=context)

    def _answer(self, connection: http.client.HTTPConnection, method: str) -> tuple[Any, ...]:
        response = connection.getresponse()
        told = [pair for pair in response.getheaders() if pair[0].lower() != "transfer-encoding"]
        is_whole = response.length is not None or method == "HEAD" or response.status in _NO_BODY
        if is_whole or response.status >= _FIRST_ERROR:
            content: object = response.read()
            connection.close()
        else:
            content = self._streaming(_Pieces(self._cloudfront.run_reentrant, connection, response))
        return response.status, response.reason, told, content

    def _failed(self, status: int) -> tuple[Any, ...]:
        _, headers, page = self._cloudfront._cf_error_response(status, "We can't connect to the server.", "")  # noqa: SLF001 - see above
        told = [(name, value) for name, value in headers.items() if name.lower() in ("content-type", "server")]
        return status, http.client.responses[status], told, page


class _Pieces:
    """Hands an answer on as it comes, until it ends, or the visitor leaves."""

    def __init__(
        self,
        offloop: Callable[..., Awaitable[bytes]],
        connection: http.client.HTTPConnection,
        response: http.client.HTTPResponse,
    ) -> None:
        self._offloop, self._connection, self._response = offloop, connection, response

    async def __call__(self, send: Callable[[dict[str, Any]], Awaitable[None]], _: object) -> None:
        try:
            while piece := await self._offloop(self._response.read1, _CHUNK):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except (OSError, http.client.HTTPException):
            # Without a last frame the visitor sees that something is missing.
            return
        finally:
            self._connection.close()
