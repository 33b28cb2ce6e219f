"""MiniStack connects to a custom origin once, reads the whole response first, and raises where it cannot be reached.

CloudFront (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html):

- tries to connect ConnectionAttempts times, and repeats a GET or HEAD as often if the origin does not respond in time;
- treats an origin that does not respond as an error like any other, 502 or 504, with custom error responses;
- passes on a response without a length as it arrives.

An origin may be `localhost`, so that a local API can be tried out. CloudFront could not reach it.
"""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import ModuleType

    from sandbox.emulator.ministack import MiniStack

_DEFAULT_ATTEMPTS = "3"
_REPEATABLE_METHODS = ("GET", "HEAD")
_CHUNK_BYTES = 65_536
_FIRST_ERROR = 400
_STATUSES_WITHOUT_BODY = (204, 304)


def install(ministack: MiniStack) -> None:
    """Replace the connection to custom origins."""
    cloudfront = ministack.cloudfront
    replace(cloudfront, "_dataplane_origin", lambda original: with_attempts(original, cloudfront))
    replace(cloudfront, "_forward_to_origin", lambda _: _Forward(cloudfront, ministack.responses.StreamingResponse))


def with_attempts(original: Callable[[Any], dict[str, Any]], cloudfront: ModuleType) -> Callable[[Any], dict[str, Any]]:
    """Return a function that parses an origin by ``original``, and its ConnectionAttempts."""

    def parse(element: object) -> dict[str, Any]:
        attempts = cloudfront._opt_text(element, "ConnectionAttempts")
        return {**original(element), "attempts": int(attempts or _DEFAULT_ATTEMPTS)}

    return parse


class _ConnectionFailedError(Exception):
    """There is no connection to the origin.

    Attributes:
        status: what the viewer gets.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Forward:
    """Stands in for MiniStack's `_forward_to_origin`, which may block; ``stream`` makes a streamed body."""

    def __init__(self, cloudfront: ModuleType, stream: Callable[[Any], object]) -> None:
        self._cloudfront = cloudfront
        self._stream = stream

    def __call__(  # noqa: PLR0913, PLR0917 - MiniStack's arguments
        self,
        origin: dict[str, Any],
        method: str,
        uri: str,
        query: str,
        headers: dict[str, Any],
        body: bytes,
        is_https: bool,  # noqa: FBT001 - MiniStack's argument
        client: str,
        forwarded_for: str,
    ) -> tuple[Any, ...]:
        origin_headers = self._cloudfront._origin_request_headers(origin, headers, client, forwarded_for)
        request = (method, f"{uri}?{query}" if query else uri, body or None, origin_headers)
        attempts = origin["attempts"]
        while True:
            attempts -= 1
            try:
                return self._send(self._connection(origin, is_https=is_https), request)
            except _ConnectionFailedError as error:
                if not attempts:
                    return self._error(error.status)
            except TimeoutError:
                if not attempts or method not in _REPEATABLE_METHODS:
                    return self._error(504)
            except (OSError, http.client.HTTPException, ValueError):
                return self._error(502)

    def _send(self, connection: http.client.HTTPConnection, request: tuple[Any, ...]) -> tuple[Any, ...]:
        try:
            connection.connect()
        except TimeoutError as error:
            raise _ConnectionFailedError(504) from error
        except OSError as error:
            raise _ConnectionFailedError(502) from error
        try:
            connection.request(*request)
            return self._response(connection, request[0])
        except BaseException:
            connection.close()
            raise

    def _connection(self, origin: dict[str, Any], *, is_https: bool) -> http.client.HTTPConnection:
        host, port, encrypted = self._cloudfront._origin_connect_target(origin, is_https)
        if self._cloudfront._is_aws_owned_host(host.lower().rstrip(".")):
            # Nothing in the sandbox may call the real AWS.
            raise _ConnectionFailedError(502)
        timeout = origin["read_timeout"]
        if not encrypted:
            return http.client.HTTPConnection(host, port, timeout=timeout)
        context = self._cloudfront._origin_ssl_context()
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=context)

    def _response(self, connection: http.client.HTTPConnection, method: str) -> tuple[Any, ...]:
        response = connection.getresponse()
        headers = [pair for pair in response.getheaders() if pair[0].lower() != "transfer-encoding"]
        has_no_body = method == "HEAD" or response.status in _STATUSES_WITHOUT_BODY
        if has_no_body or response.length is not None or response.status >= _FIRST_ERROR:
            body: object = response.read()
            connection.close()
        else:
            body = self._stream(_StreamedBody(self._cloudfront.run_reentrant, connection, response))
        return response.status, response.reason, headers, body

    def _error(self, status: int) -> tuple[Any, ...]:
        _, headers, page = self._cloudfront._cf_error_response(status, "We can't connect to the server.", "")
        kept = [(name, value) for name, value in headers.items() if name.lower() in ("content-type", "server")]
        return status, http.client.responses[status], kept, page


class _StreamedBody:
    """Passes a response on as it arrives, until it ends or the viewer disconnects."""

    def __init__(
        self,
        run_in_thread: Callable[..., Awaitable[bytes]],
        connection: http.client.HTTPConnection,
        response: http.client.HTTPResponse,
    ) -> None:
        self._run_in_thread, self._connection, self._response = run_in_thread, connection, response

    async def __call__(self, send: Callable[[dict[str, Any]], Awaitable[None]], _: object) -> None:
        try:
            while chunk := await self._run_in_thread(self._response.read1, _CHUNK_BYTES):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except (OSError, http.client.HTTPException):
            # Without a last frame the viewer knows that the response is incomplete.
            return
        finally:
            self._connection.close()
