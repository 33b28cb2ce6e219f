"""HTTP on loopback: a port for each stack, one more for Host names alone, a log line for each request."""

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
from sandbox.gateway.emulator_client import Cloud
from sandbox.gateway.http_messages import Answer, Request, plain
from sandbox.gateway.routing import Router
from sandbox.gateway.stacks import Stacks
from sandbox.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from sandbox.environment import Home

LOOPBACK = "127.0.0.1"
LOOK_EVERY = 1.0  # seconds between two looks for new stacks
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND")
BODILESS = (204, 304)
LOG = logging.getLogger("sandbox.gateway")


class _Handler(BaseHTTPRequestHandler):
    """One connection, kept alive between requests."""

    protocol_version = "HTTP/1.1"
    # Headers and body leave together: two small packets would wait 40 ms for each other.
    wbufsize = -1
    disable_nagle_algorithm: ClassVar[bool] = True
    timeout = 60
    server: _Port

    def serve(self) -> None:
        """Answer one request, of whatever method."""
        started = time.monotonic()
        target = self._target()
        answer = self._routed(Request(self.command, target, HTTPHeaderDict(self.headers.items()), self._body()))
        sent = self._send(answer)
        took = (time.monotonic() - started) * 1000
        who, what = self.server.stack or "-", f"{self.command} {self.headers.get('Host', '-')} {target!r}"
        LOG.info("%s %s %s %d %.1fms", who, what, answer.status, sent, took)

    def _target(self) -> str:
        """Return the target as it was sent: `path` has one slash in front where there were more."""
        sent = self.requestline.split()[1]
        return sent if sent.startswith("/") else self.path

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if length.isdigit() and "Transfer-Encoding" not in self.headers:
            return self.rfile.read(int(length))
        # A chunked body is left unread, so its connection can't be used for another request.
        self.close_connection = True
        return b""

    def _routed(self, request: Request) -> Answer:
        try:
            return self.server.route(self.server.stack, request)
        except urllib3.exceptions.HTTPError as error:
            LOG.warning("no answer from the local cloud: %s", error)
            return plain(502, "The local cloud does not answer. To start it, run: make sandbox\n")
        except Exception:  # the door stays open whatever one request met; the log has the traceback
            LOG.exception("failed")
            return plain(500, "The sandbox's front door failed on this request; its log tells why.\n")

    def _send(self, answer: Answer) -> int:
        names = {name.lower() for name, _ in answer.headers}
        bodiless = self.command == "HEAD" or answer.status in BODILESS
        self.send_response_only(answer.status)
        if "date" not in names:
            self.send_header("Date", self.date_time_string())
        for name, value in answer.headers:
            self.send_header(name, value)
        if self.close_connection or ("content-length" not in names and not bodiless):
            # Without a length the end of the connection is the end of the body.
            self.send_header("Connection", "close")
        self.end_headers()
        sent = 0
        for chunk in answer.body:
            # A body that is not sent is read all the same: it gives its connection to the local cloud back.
            sent += 0 if bodiless else self.wfile.write(chunk)
            if "content-length" not in names:
                # Nobody knows when the next piece comes.
                self.wfile.flush()
        return sent

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log what http.server itself complains of, such as a malformed request."""
        LOG.info(format, *args)


for _method in METHODS:
    setattr(_Handler, f"do_{_method}", _Handler.serve)


class _Port(ThreadingHTTPServer):
    """One port of the door."""

    daemon_threads = True
    # A busy site opens a connection for each of a page's assets at once.
    request_queue_size = 128

    def __init__(self, port: int, stack: str | None, route: Callable[[str | None, Request], Answer]) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.stack, self.route = stack, route
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def handle_error(self, *_: object) -> None:
        """Log a connection that broke: browsers hang up whenever they like."""
        LOG.info("connection lost: %r", sys.exception())


class Door:
    """The whole front door, open from `with` to the end of it."""

    def __init__(self, home: Home, endpoint: str) -> None:
        self._home, self._stacks = home, Stacks(home)
        self._cloud = Cloud(endpoint)
        self._router = Router(self._cloud, self._stacks)
        self._known = ports.load(home)
        self._open: dict[str | None, _Port] = {}
        self._closing = threading.Event()

    def __enter__(self) -> Self:
        self._known.pid = os.getpid()
        self._known.port = self._listen(None, self._known.port)
        self._look()
        ports.save(self._home, self._known)
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        for port in self._open.values():
            port.shutdown()
            port.server_close()
        self._cloud.close()
        self._known.pid = None
        ports.save(self._home, self._known)

    @property
    def port(self) -> int:
        """The port that belongs to no stack."""
        return self._known.port

    def _watch(self) -> None:
        while not self._closing.wait(LOOK_EVERY):
            if self._look():
                ports.save(self._home, self._known)

    def _look(self) -> bool:
        """Open a port for each stack that has none open; tell whether there was one."""
        new = [name for name in self._stacks.names() if name not in self._open]
        for name in new:
            self._known.ports[name] = self._listen(name, self._known.ports.get(name, 0))
        return bool(new)

    def _listen(self, stack: str | None, wanted: int) -> int:
        """Open the port that the stack had before, or another one where that is taken."""
        try:
            opened = _Port(wanted or free_port(), stack, self._router.answer)
        except OSError:
            opened = _Port(free_port(), stack, self._router.answer)
        self._open[stack] = opened
        return int(opened.server_address[1])


def serve(home: Home, cloud_endpoint: str, until: threading.Event) -> None:
    """Keep the door open until the event is set; `door.json` is complete once a line is on stdout."""
    log = home.logs / "door.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(log)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False
    with suppress(KeyboardInterrupt), Door(home, cloud_endpoint) as door:
        print(f"http://{LOOPBACK}:{door.port}/", flush=True)
        until.wait()
    LOG.removeHandler(handler)
    handler.close()
