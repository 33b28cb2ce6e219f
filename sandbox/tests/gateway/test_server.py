from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from sandbox.environment import REPOSITORY, Home
from sandbox.gateway import ports
from sandbox.gateway.server import Door, serve
from sandbox.processes import free_port
from sandbox.tests.gateway.conftest import Browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.tests.gateway.conftest import World


def stack(home: Home, name: str, bucket: str | None = None) -> None:
    """Write the state of a stack, with a bucket or without."""
    resources = [{"type": "aws:s3/bucket:Bucket", "id": bucket}] if bucket else []
    file = home.state / ".pulumi" / "stacks" / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"version": 3, "checkpoint": {"latest": {"resources": resources}}}))


def browser(home: Home, name: str) -> Browser:
    """Visit a stack's own port, as a browser does."""
    port = int(ports.url_for(home, name).rstrip("/").rpartition(":")[2])
    return Browser(port, f"localhost:{port}")


@pytest.fixture
def home(tmp_path: Path, endpoint: str) -> Iterator[Home]:
    """Open a door for a home with one stack that has nothing yet."""
    home = Home(tmp_path)
    stack(home, "hosting/dev")
    with Door(home, endpoint):
        yield home


def test_stack_without_bucket(home: Home) -> None:
    """Before the first `pulumi up` the page says what to type."""
    reply = browser(home, "dev").get("/")
    assert (reply.status, reply.body.decode()) == (
        404,
        "Stack 'dev' has no bucket yet. To publish it, run: pulumi up --stack dev\n",
    )


def test_stage_is_a_website_then_a_distribution(home: Home, world: World) -> None:
    """A stack's port shows its website, and its distribution as soon as there is one that is enabled."""
    bucket = world.website({"index.html": "root"})
    visitor = browser(home, "dev")
    stack(home, "hosting/dev", bucket)
    seen = [visitor.get("/")]
    off = world.distribution(world.website({}), Enabled=False)
    seen.append(visitor.get("/"))
    on = world.distribution(bucket)
    seen.append(visitor.get("/"))
    assert [(reply.status, reply.body) for reply in seen] == [(200, b"root")] * 3
    assert [reply["X-Cache"] for reply in seen] == [None, None, "Miss from cloudfront"]
    assert off["DomainName"] != on["DomainName"]


def test_visitor_who_plays_the_proxy(home: Home, world: World) -> None:
    """One who says that there was no TLS sees the redirect to https as it is, on the stack's port too."""
    bucket = world.bucket({"index.html": "root"})
    distribution = world.distribution(bucket)
    stack(home, "hosting/dev", bucket)
    visitor = browser(home, "dev")
    assert visitor.get("/").status == 200
    assert visitor.get("/x", X_Forwarded_Proto="http")["Location"] == f"https://{distribution['DomainName']}/x"


def test_new_stack_gets_a_port(home: Home) -> None:
    """A stack made while the door is open gets a port of its own, without a restart."""
    stack(home, "hosting/foo")
    assert b"pulumi up --stack foo" in browser(home, "foo").get("/").body
    assert b"pulumi up --stack dev" in browser(home, "dev").get("/").body


def test_ports_stay_the_same(tmp_path: Path, endpoint: str) -> None:
    """A stack has the same URL the next time, unless another program has taken its port."""
    home = Home(tmp_path)
    stack(home, "hosting/dev")
    with Door(home, endpoint) as door:
        first = ports.url_for(home, "dev"), door.port
    with Door(home, endpoint) as door:
        second = ports.url_for(home, "dev"), door.port
    with socket.create_server(("127.0.0.1", first[1])), Door(home, endpoint) as door:
        third = ports.url_for(home, "dev"), door.port
    assert first == second
    assert third[0] == first[0]
    assert third[1] != first[1]


def test_closed_door_says_so(tmp_path: Path, endpoint: str) -> None:
    """When it is closed the record says so, and keeps the ports."""
    home = Home(tmp_path)
    stack(home, "hosting/dev")
    with Door(home, endpoint):
        opened = ports.load(home)
    assert ports.load(home) == ports.Ports(None, opened.port, opened.ports)


def test_port_of_no_stack(home: Home) -> None:
    """The port that belongs to no stack lists the stacks there are."""
    port = ports.load(home).port
    assert b"hosting/dev" in Browser(port, f"127.0.0.1:{port}").get("/").body


def test_any_port_answers_by_host_name(home: Home, world: World) -> None:
    """A website's or distribution's own name is answered on every port."""
    site = world.website({"index.html": "root"})
    port = browser(home, "dev").port
    assert Browser(port, f"{site}.s3-website-us-east-1.amazonaws.com").get("/").body == b"root"


def test_connection_is_kept(home: Home, world: World) -> None:
    """Many requests, of all kinds, go over one connection."""
    stack(home, "hosting/dev", world.website({"index.html": "root" * 50_000, "docs/index.html": "docs"}))
    connection = http.client.HTTPConnection("127.0.0.1", browser(home, "dev").port, timeout=20)
    seen = []
    for method, path in [("GET", "/"), ("HEAD", "/"), ("POST", "/"), ("GET", "/docs"), ("GET", "/no"), ("GET", "/")]:
        connection.request(method, path, body="text" if method == "POST" else None)
        with connection.getresponse() as response:
            seen.append((response.status, len(response.read()) > 100_000, response.will_close))
    connection.close()
    assert seen == [
        (200, True, False),
        (200, False, False),
        (405, False, False),
        (302, False, False),
        (404, False, False),
        (200, True, False),
    ]


def test_chunked_request_ends_its_connection(home: Home) -> None:
    """A body of unknown length is not read, so nothing of it can be taken for the next request."""
    with socket.create_connection(("127.0.0.1", browser(home, "dev").port), timeout=20) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        with connection.makefile("rb") as answer:
            assert answer.read().count(b"HTTP/1.1 404 Not Found") == 1


def test_visitor_who_hangs_up(home: Home, world: World) -> None:
    """One who leaves in the middle of a download takes nothing from the next."""
    stack(home, "hosting/dev", world.website({"index.html": "0123456789" * 1_000_000}))
    visitor = browser(home, "dev")
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", visitor.port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")
        assert len(visitor.get("/").body) == 10_000_000


def test_many_at_once(home: Home, world: World) -> None:
    """Visitors do not wait for each other, and each gets what was asked for."""
    stack(home, "hosting/dev", world.website({f"{number}.html": str(number) for number in range(20)}))
    visitor, seen = browser(home, "dev"), {}

    def visit(number: int) -> None:
        seen[number] = visitor.get(f"/{number}.html").body

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {number: str(number).encode() for number in range(20)}


def test_cloud_that_is_down(tmp_path: Path) -> None:
    """Without the local cloud the page says how to start it."""
    home = Home(tmp_path)
    stack(home, "hosting/dev", "site")
    with Door(home, f"http://127.0.0.1:{free_port()}"):
        reply = browser(home, "dev").get("/")
    assert (reply.status, reply.body) == (502, b"The local cloud does not answer. To start it, run: make sandbox\n")


def test_requests_are_logged(tmp_path: Path, endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each request is a line in the log: stack, method, host, path, status, bytes."""
    home, end = Home(tmp_path), threading.Event()
    stack(home, "hosting/dev")
    door = threading.Thread(target=serve, args=(home, endpoint, end))
    door.start()
    while not ports.is_open(home):
        end.wait(0.05)
    visitor = browser(home, "dev")
    sent = len(visitor.get("/a%20b?c").body)
    end.set()
    door.join()
    assert f"hosting/dev GET {visitor.host} '/a%20b?c' 404 {sent} " in (home.logs / "door.log").read_text()
    assert capsys.readouterr().out == f"http://127.0.0.1:{ports.load(home).port}/\n"


def test_process_ends_when_told(tmp_path: Path, endpoint: str) -> None:
    """The door's own process opens it, says so on its first line, and closes it when it is terminated."""
    home = Home(tmp_path)
    stack(home, "hosting/dev")
    command = [sys.executable, "-m", "sandbox.gateway", "--home", str(tmp_path), "--endpoint", endpoint]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, env={**os.environ}) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"http://127.0.0.1:")
        assert browser(home, "dev").get("/").status == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert not ports.is_open(home)
