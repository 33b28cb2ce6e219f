"""Stands between whoever calls AWS and the local cloud, and writes down every call."""

from __future__ import annotations

import http.client
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from sandbox.environment import endpoint_variables
from sandbox.tests.loopback import Loopback
from tests.e2e.aws_calls.operations import Operation, operation_of

_NOT_FORWARDED = ("connection", "keep-alive", "transfer-encoding", "expect")


class Recorder(Loopback):
    """A proxy on a free port of 127.0.0.1, until the ``with`` block ends.

    Args:
        endpoint: the local cloud.

    Attributes:
        operations: each call, in order.
        unknown: requests that are no call of AWS.
    """

    def __init__(self, endpoint: str) -> None:
        self.operations: list[Operation] = []
        self.unknown: list[str] = []
        super().__init__(_handler_of(self, urlsplit(endpoint).netloc))

    @property
    def env(self) -> dict[str, str]:
        """Return what a command's environment needs to be recorded."""
        return endpoint_variables(self.url)

    def note(self, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        """Write down a request."""
        try:
            self.operations.append(operation_of(method, target, headers, body))
        except LookupError as error:
            self.unknown.append(str(error))


def _handler_of(recorder: Recorder, cloud: str) -> type[BaseHTTPRequestHandler]:
    class RequestHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def serve(self) -> None:
            """Hand the request on, and the answer back."""
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            recorder.note(self.command, self.path, headers, body)
            connection = http.client.HTTPConnection(cloud, timeout=60)
            forwarded = {name: value for name, value in headers.items() if name not in _NOT_FORWARDED}
            connection.request(self.command, self.path, body, forwarded)
            answer = connection.getresponse()
            self._send(answer, answer.read())
            connection.close()

        def _send(self, answer: http.client.HTTPResponse, body: bytes) -> None:
            self.send_response_only(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in (*_NOT_FORWARDED, "content-length"):
                    self.send_header(name, value)
            length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(body))
            self.send_header("Content-Length", length or "0")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Print nothing: what counts is in ``operations``."""

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"):
        setattr(RequestHandler, f"do_{method}", RequestHandler.serve)
    return RequestHandler
