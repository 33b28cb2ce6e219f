"""An HTTP proxy on loopback that numbers requests, and applies a fault to one of them."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sandbox.tests.loopback import Loopback
from tests.faults.faults import DELAY_S, REFUSALS, Fault, Refusal
from tests.faults.operations import RequestName, request_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "keep-alive", "content-length"})
_TIMEOUT_S = 60
# Faults of a request that the cloud gets.
_FORWARDED = frozenset({Fault.KILL_AFTER, Fault.CUT, Fault.DELAY})
# With these, close() sends a reset: https://man7.org/linux/man-pages/man7/socket.7.html (SO_LINGER)
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class CloudResponse:
    """A response of the cloud.

    Attributes:
        status: the code.
        headers: in their order.
        body: the bytes.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Plan:
    """What happens to the requests of one run.

    Attributes:
        number: the request that gets the fault, counted from 1; 0 for none.
        fault: the fault.
        kill: kills the engine.
        requests: the names of the requests so far, in the order of their arrival.
        is_applied: whether the request has arrived.
    """

    number: int = 0
    fault: Fault = Fault.KILL_BEFORE
    kill: Callable[[], None] = lambda: None
    requests: list[RequestName] = field(default_factory=list)
    is_applied: bool = False

    def fault_of(self, number: int) -> Fault | None:
        """Return the fault of a request; a lasting one is also that of all later requests."""
        refusal = REFUSALS.get(self.fault)
        is_later = refusal is not None and refusal.is_lasting and 0 < self.number < number
        return self.fault if number == self.number or is_later else None


class FaultProxy(Loopback):
    """Forwards requests to the cloud, except for the one that the plan names.

    After a kill nothing is forwarded until `run` starts the next plan: a plugin that lives a moment longer than the
    engine reaches nothing.
    """

    def __init__(self, cloud: str) -> None:
        """``cloud`` is the URL of the emulated cloud."""
        self._cloud = urlsplit(cloud)
        self._lock = threading.Condition()
        self._plan: Plan | None = None
        self._in_flight = 0
        outer = self

        class Handler(_Handler):
            proxy = outer

        super().__init__(Handler)
        self._server.daemon_threads = True

    @contextmanager
    def run(self, plan: Plan) -> Iterator[Plan]:
        """Forward requests by ``plan`` while the block runs; at its end all forwarded requests have been answered."""
        with self._lock:
            self._plan = plan
        try:
            yield plan
        finally:
            with self._lock:
                self._plan = None
                self._lock.wait_for(lambda: self._in_flight == 0, timeout=_TIMEOUT_S)

    def arrive(self, name: RequestName) -> Fault | None:
        """Number a request, and return its fault.

        Raises:
            ConnectionAbortedError: the engine was killed.
        """
        with self._lock:
            plan = self._plan
            if plan is None or (plan.is_applied and plan.fault.is_kill):
                raise ConnectionAbortedError
            plan.requests.append(name)
            fault = plan.fault_of(len(plan.requests))
            plan.is_applied = plan.is_applied or fault is not None
            if fault is None or fault in _FORWARDED:
                self._in_flight += 1
            return fault

    def forward(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> CloudResponse:
        """Send a request to the cloud, and return its response."""
        connection = http.client.HTTPConnection(self._cloud.hostname or "", self._cloud.port, timeout=_TIMEOUT_S)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            return CloudResponse(response.status, response.getheaders(), response.read())
        finally:
            connection.close()
            with self._lock:
                self._in_flight -= 1
                self._lock.notify_all()

    def kill(self) -> None:
        """Kill the engine of the current run."""
        plan = self._plan
        if plan is not None:
            plan.kill()


class _Handler(BaseHTTPRequestHandler):
    """One connection, kept alive between requests."""

    protocol_version = "HTTP/1.1"
    # Headers and body are sent together.
    wbufsize = -1
    disable_nagle_algorithm = True
    proxy: FaultProxy

    def serve(self) -> None:
        """Answer a request with any method."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        lower = {name.lower(): value for name, value in self.headers.items()}
        name = request_name(self.command, self.path, lower, body)
        try:
            fault = self.proxy.arrive(name)
            self._apply(fault, name, body)
        except OSError:
            # Also if the cloud does not answer.
            self._reset()

    def _apply(self, fault: Fault | None, name: RequestName, body: bytes) -> None:
        if fault is Fault.KILL_BEFORE:
            self.proxy.kill()
            raise ConnectionAbortedError
        if fault is Fault.RESET:
            raise ConnectionAbortedError
        if fault in REFUSALS:
            self._refuse(REFUSALS[fault], name)
            return
        if fault is Fault.DELAY:
            time.sleep(DELAY_S)
        headers = [(key, value) for key, value in self.headers.items() if key.lower() not in {"connection", "expect"}]
        response = self.proxy.forward(self.command, self.path, headers, body)
        if fault is Fault.KILL_AFTER:
            self.proxy.kill()
            raise ConnectionAbortedError
        self._respond(response, is_cut=fault is Fault.CUT)

    def _refuse(self, refusal: Refusal, name: RequestName) -> None:
        status, content_type, body = refusal.answer(name.service)
        self._respond(CloudResponse(status, [("Content-Type", content_type)], body), is_cut=False)

    def _respond(self, response: CloudResponse, *, is_cut: bool) -> None:
        """Send a response; a cut one ends in the middle of its body, or of its headers if it has no body."""
        self.send_response_only(response.status)
        for name, value in response.headers:
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        length = next((value for name, value in response.headers if name.lower() == "content-length"), None)
        is_head = self.command == "HEAD"
        if response.status not in {204, 304}:
            self.send_header("Content-Length", length if is_head and length else str(len(response.body)))
        if is_cut and not response.body:
            self.flush_headers()
        else:
            self.end_headers()
            self.wfile.write(response.body[: len(response.body) // 2] if is_cut else response.body)
        self.wfile.flush()
        self.close_connection = self.close_connection or is_cut

    def _reset(self) -> None:
        """Close the connection with a reset."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.connection.close()

    def handle(self) -> None:
        """Ignore a client that ended in the middle of a request, as a killed one does."""
        with suppress(OSError, ValueError):
            super().handle()

    def log_message(self, *_: Any) -> None:  # noqa: ANN401 - the base class's arguments
        """Log nothing."""

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = serve  # noqa: N815 - the base class's names
