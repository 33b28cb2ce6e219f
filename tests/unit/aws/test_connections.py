"""Connections to an endpoint are reused, and an error says whether the server may have got the request."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from hosting.aws import connections
from hosting.aws.connections import Connections, Endpoint, RequestError
from sandbox.tests.loopback import Loopback


class Server(Loopback):
    """Answers each request with the number of its connection, and with less than it says if ``is_cut`` is set."""

    def __init__(self) -> None:
        self.connections = 0
        self.is_cut = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                outer.connections += 1
                self.number = outer.connections
                super().setup()

            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", "9" if outer.is_cut else "1")
                self.end_headers()
                self.wfile.write(str(self.number).encode())
                self.close_connection = outer.is_cut

            def log_message(self, *_: Any) -> None:  # noqa: ANN401 - http.server's shape
                """Stay quiet."""

        super().__init__(Handler)


def test_an_idle_connection_is_reused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that was idle for ten seconds may have been closed by the server, so a new one is opened."""
    with Server() as server:
        to_server = Connections(Endpoint(server.url))
        assert [to_server.request("GET", "/", {}, None)[1] for _ in range(2)] == [b"1", b"1"]
        monkeypatch.setattr(connections, "_MAX_IDLE_S", 0)
        assert to_server.request("GET", "/", {}, None)[1] == b"2"
        to_server.close()


def test_whether_the_server_may_have_got_a_request() -> None:
    """It has not if there was no connection, and may have if the response was cut off."""
    with Server() as server:
        server.is_cut = True
        with pytest.raises(RequestError) as cut:
            Connections(Endpoint(server.url)).request("GET", "/", {}, None)
    with pytest.raises(RequestError) as refused:
        Connections(Endpoint(server.url)).request("GET", "/", {}, None)
    assert (cut.value.is_sent, refused.value.is_sent) == (True, False)


def test_the_host_has_no_user_name() -> None:
    """The sandbox puts a user name in front of the host, which the header `Host` must not have."""
    assert Connections(Endpoint("http://123456789012.kvs@127.0.0.1:1/path")).host == "127.0.0.1:1"
