"""HTTP on loopback: one port for each stack, one for requests by Host header, and a log line for each request."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar, Self

import urllib3
from urllib3 import HTTPHeaderDict

from sandbox.gateway import ports
from sandbox.gateway.emulator_client import EmulatorClient
from sandbox.gateway.http_messages import Request, Response, plain_text
from sandbox.gateway.routing import Router
from sandbox.gateway.stacks import Stacks
from sandbox.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from sandbox.environment import Home

LOOPBACK = "127.0.0.1"
# Between two looks for new stacks.
POLL_INTERVAL_S = 1.0
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND")
STATUSES_WITHOUT_BODY = (204, 304)
LOG = logging.getLogger("sandbox.gateway")


class _Handler(BaseHTTPRequestHandler):
    """One connection, kept alive between requests."""

    protocol_version = "HTTP/1.1"
    # Headers and body are sent together: two small packets would wait 40 ms for each other.
    wbufsize = -1
    disable_nagle_algorithm: ClassVar[bool] = True
    timeout = 60
    server: _PortServer

    def serve(self) -> None:
        """Respond to a request with any method."""
        started = time.monotonic()
        target = self._target()
        request = Request(self.command, target, HTTPHeaderDict(self.headers.items()), self._body())
        response = self._respond(request)
        sent_bytes = self._send(response)
        milliseconds = (time.monotonic() - started) * 1000
        stack, line = self.server.stack or "-", f"{self.command} {self.headers.get('Host', '-')} {target!r}"
        LOG.info("%s %s %s %d %.1fms", stack, line, response.status, sent_bytes, milliseconds)

    def _target(self) -> str:
        """Return the target as it was sent: `self.path` has only one of several leading slashes."""
        target = self.requestline.split()[1]
        return target if target.startswith("/") else self.path

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if length.isdigit() and "Transfer-Encoding" not in self.headers:
            return self.rfile.read(int(length))
        # A chunked body is not read, so the connection cannot be used for another request.
        self.close_connection = True
        return b""

    def _respond(self, request: Request) -> Response:
        try:
            return self.server.respond(self.server.stack, request)
        except urllib3.exceptions.HTTPError as error:
            LOG.warning("the emulator does not answer: %s", error)
            return plain_text(502, "The sandbox's AWS emulator does not answer. To start it, run: make sandbox\n")
        except Exception:  # one failed request must not stop the gateway; the log has the traceback
            LOG.exception("failed")
            return plain_text(500, "The sandbox's gateway failed on this request; its log has the traceback.\n")

    def _send(self, response: Response) -> int:
        names = {name.lower() for name, _ in response.headers}
        has_no_body = self.command == "HEAD" or response.status in STATUSES_WITHOUT_BODY
        self.send_response_only(response.status)
        if "date" not in names:
            self.send_header("Date", self.date_time_string())
        for name, value in response.headers:
            self.send_header(name, value)
        if self.close_connection or ("content-length" not in names and not has_no_body):
            # Without a length the end of the connection is the end of the body.
            self.send_header("Connection", "close")
        self.end_headers()
        sent_bytes = 0
        for chunk in response.body:
            # A body that is not sent is read all the same, which returns its connection to the pool.
            sent_bytes += 0 if has_no_body else self.wfile.write(chunk)
            if "content-length" not in names:
                # The next chunk may arrive much later.
                self.wfile.flush()
        return sent_bytes

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log what http.server itself reports, such as a malformed request."""
        LOG.info(format, *args)


for _method in METHODS:
    setattr(_Handler, f"do_{_method}", _Handler.serve)


class _PortServer(ThreadingHTTPServer):
    """The server of one port."""

    daemon_threads = True
    # A browser opens a connection for each of a page's assets at once.
    request_queue_size = 128

    def __init__(self, port: int, stack: str | None, respond: Callable[[str | None, Request], Response]) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.stack, self.respond = stack, respond
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def handle_error(self, *_: object) -> None:
        """Log a broken connection; browsers disconnect at any time."""
        LOG.info("connection lost: %r", sys.exception())


class Gateway:
    """All ports of the gateway, for as long as its `with` block runs."""

    def __init__(self, home: Home, endpoint: str) -> None:
        self._home, self._stacks = home, Stacks(home)
        self._client = EmulatorClient(endpoint, home.distributions_version)
        self._router = Router(self._client, self._stacks)
        self._ports = ports.load(home)
        self._servers: dict[str | None, _PortServer] = {}
        self._stop = threading.Event()

    def __enter__(self) -> Self:
        self._ports.pid = os.getpid()
        self._ports.port = self._listen(None, self._ports.port)
        self._open_new_ports()
        ports.save(self._home, self._ports)
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for server in self._servers.values():
            server.shutdown()
            server.server_close()
        self._client.close()
        self._ports.pid = None
        ports.save(self._home, self._ports)

    @property
    def port(self) -> int:
        """The port that belongs to no stack."""
        return self._ports.port

    def _watch(self) -> None:
        while not self._stop.wait(POLL_INTERVAL_S):
            if self._open_new_ports():
                ports.save(self._home, self._ports)

    def _open_new_ports(self) -> bool:
        """Open a port for each stack that has none open, and return whether there was one."""
        new = [name for name in self._stacks.names() if name not in self._servers]
        for name in new:
            self._ports.ports[name] = self._listen(name, self._ports.ports.get(name, 0))
        return bool(new)

    def _listen(self, stack: str | None, previous_port: int) -> int:
        """Open the previous port, or another one if that is taken."""
        try:
            server = _PortServer(previous_port or free_port(), stack, self._router.respond)
        except OSError:
            server = _PortServer(free_port(), stack, self._router.respond)
        self._servers[stack] = server
        return int(server.server_address[1])


def serve(home: Home, endpoint: str, stop: threading.Event) -> None:
    """Run the gateway until the event is set; once a line is on stdout, `gateway.json` is complete."""
    log = home.logs / "gateway.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(log)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False
    with suppress(KeyboardInterrupt), Gateway(home, endpoint) as gateway:
        print(f"http://{LOOPBACK}:{gateway.port}/", flush=True)
        stop.wait()
    LOG.removeHandler(handler)
    handler.close()
