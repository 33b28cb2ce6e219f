"""An API on loopback: it echoes requests, or responds in other ways that a proxy has to pass on."""

from __future__ import annotations

import gzip
import json
import shutil
import ssl
import subprocess
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from sandbox.tests.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class ReceivedRequest:
    """A request that the API received.

    Attributes:
        method: the HTTP method.
        target: path and query, as they were sent.
        headers: by lower-case name.
        body: the bytes.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Log:
    """The received requests, and the events that delay responses.

    Attributes:
        requests: in their order.
        resume: lets `/stream` send its second chunk.
        finish: lets `/slow` end.
    """

    requests: list[ReceivedRequest] = field(default_factory=list)
    resume: threading.Event = field(default_factory=threading.Event)
    finish: threading.Event = field(default_factory=threading.Event)


class EchoApi(Loopback):
    """The API, while its block runs; with a folder it uses TLS, with a self-signed certificate."""

    def __init__(self, folder: Path | None = None) -> None:
        self.log = Log()
        super().__init__(type("Handler", (_Handler,), {"log": self.log}))
        if folder:
            self._server.socket = _with_tls(folder).wrap_socket(self._server.socket, server_side=True)
        self._scheme = "https" if folder else "http"

    def __exit__(self, *_: object) -> None:
        self.log.resume.set()
        self.log.finish.set()
        super().__exit__(None, None, None)

    @property
    def url(self) -> str:
        """The URL of the API."""
        return f"{self._scheme}://localhost:{self.port}"

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_port)

    @property
    def requests(self) -> list[ReceivedRequest]:
        """The received requests."""
        return self.log.requests


def _with_tls(folder: Path) -> ssl.SSLContext:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, and the test needs a certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    arguments = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", "req", *arguments, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    log: Log

    def serve(self) -> None:
        """Respond by the last segment of the path: `/any/folder/status/422` is 422."""
        target = self.requestline.split()[1]
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.log.requests.append(ReceivedRequest(self.command, target, headers, body))
        *_, kind, last = ("", *urlsplit(target.lstrip("/")).path.split("/"))
        if kind == "status":
            self._respond(int(last), {"error": int(last)})
        else:
            getattr(self, f"_{last}", self._echo)()

    def _respond(self, status: int, content: object, **headers: str) -> None:
        text = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(text)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else text)

    def _echo(self) -> None:
        request = self.log.requests[-1]
        echo = {
            "method": request.method,
            "target": request.target,
            "headers": request.headers,
            "body": request.body.decode(),
        }
        self._respond(200, echo, Set_Cookie="a=b; HttpOnly", Access_Control_Allow_Origin="https://x.example")

    def _moved(self) -> None:
        self._respond(302, {}, Location="https://api.example.com/there")

    def _empty(self) -> None:
        self.send_response(204)
        self.end_headers()

    def _long(self) -> None:
        # CloudFront would compress a page of this length.
        self._respond(200, {"text": "long " * 1000})

    def _packed(self) -> None:
        text = gzip.compress(b'{"packed": true}')
        self.send_response(200)
        for name, value in (("Content-Encoding", "gzip"), ("Content-Length", str(len(text)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in (b"data: one\n\n", b"data: two\n\n"):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.log.resume.wait(60)
        self.wfile.write(b"0\r\n\r\n")

    def _broken(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"4\r\nhalf\r\n")
        self.close_connection = True

    def _slow(self) -> None:
        self.log.finish.wait(60)
        self.close_connection = True

    def _hangup(self) -> None:
        self.close_connection = True

    def log_message(self, *_: Any) -> None:  # noqa: ANN401 - the base class's
        """Log nothing."""


for _method in METHODS:
    setattr(_Handler, f"do_{_method}", _Handler.serve)
