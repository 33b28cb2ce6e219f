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
from sandbox.gateway.server import Gateway, serve
from sandbox.processes import free_port
from sandbox.tests.gateway.conftest import Browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.tests.gateway.conftest import Account


def stack(home: Home, name: str, bucket: str | None = None) -> None:
    """Write the state of a stack, with or without a bucket."""
    resources = [{"type": "aws:s3/bucket:Bucket", "id": bucket}] if bucket else []
    file = home.state / ".pulumi" / "stacks" / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"version": 3, "checkpoint": {"latest": {"resources": resources}}}))


def browser(home: Home, name: str) -> Browser:
    """Return a browser at a stack's own port."""
    port = int(ports.url_for(home, name).rstrip("/").rpartition(":")[2])
    return Browser(port, f"localhost:{port}")


@pytest.fixture
def home(tmp_path: Path, endpoint: str) -> Iterator[Home]:
    """Start a gateway for a home with one stack that has no resources yet."""
    home = Home(tmp_path)
    stack(home, "hosting/dev")
    with Gateway(home, endpoint):
        yield home


def test_stack_without_bucket(home: Home) -> None:
    """Before the first `pulumi up` the page says what to type."""
    reply = browser(home, "dev").get("/")
    assert (reply.status, reply.body.decode()) == (
        404,
        "Stack dev has no bucket yet. To publish it, run: pulumi up --stack dev\n",
    )


def test_stack_with_a_website_then_a_distribution(home: Home, account: Account) -> None:
    """A stack's port serves its website, and its distribution once one is enabled."""
    bucket = account.website({"index.html": "root"})
    client = browser(home, "dev")
    stack(home, "hosting/dev", bucket)
    replies = [client.get("/")]
    off = account.distribution(account.website({}), Enabled=False)
    replies.append(client.get("/"))
    on = account.distribution(bucket)
    replies.append(client.get("/"))
    assert [(reply.status, reply.body) for reply in replies] == [(200, b"root")] * 3
    assert [reply["X-Cache"] for reply in replies] == [None, None, "Miss from cloudfront"]
    assert off["DomainName"] != on["DomainName"]


def test_forwarded_proto(home: Home, account: Account) -> None:
    """A client that sends X-Forwarded-Proto: http gets CloudFront's own redirect to HTTPS."""
    bucket = account.bucket({"index.html": "root"})
    distribution = account.distribution(bucket)
    stack(home, "hosting/dev", bucket)
    client = browser(home, "dev")
    assert client.get("/").status == 200
    assert client.get("/x", X_Forwarded_Proto="http")["Location"] == f"https://{distribution['DomainName']}/x"


def test_new_stack(home: Home) -> None:
    """A stack that is created while the gateway runs gets a port without a restart."""
    stack(home, "hosting/foo")
    assert b"pulumi up --stack foo" in browser(home, "foo").get("/").body
    assert b"pulumi up --stack dev" in browser(home, "dev").get("/").body


def test_ports_stay_the_same(tmp_path: Path, endpoint: str) -> None:
    """A stack has the same URL next time, unless another program has taken its port."""
    home = Home(tmp_path)
    stack(home, "hosting/dev")
    with Gateway(home, endpoint) as gateway:
        first = ports.url_for(home, "dev"), gateway.port
    with Gateway(home, endpoint) as gateway:
        second = ports.url_for(home, "dev"), gateway.port
    with socket.create_server(("127.0.0.1", first[1])), Gateway(home, endpoint) as gateway:
        third = ports.url_for(home, "dev"), gateway.port
    assert first == second
    assert third[0] == first[0]
    assert third[1] != first[1]


def test_stopped_gateway(tmp_path: Path, endpoint: str) -> None:
    """After a stop the file has the ports, and no pid."""
    home = Home(tmp_path)
    stack(home, "hosting/dev")
    with Gateway(home, endpoint):
        opened = ports.load(home)
    assert ports.load(home) == ports.Ports(None, opened.port, opened.ports)


def test_port_of_no_stack(home: Home) -> None:
    """The port that belongs to no stack lists the stacks."""
    port = ports.load(home).port
    assert b"hosting/dev" in Browser(port, f"127.0.0.1:{port}").get("/").body


def test_any_port_answers_by_host_name(home: Home, account: Account) -> None:
    """Every port answers requests for a website endpoint's or a distribution's own name."""
    site = account.website({"index.html": "root"})
    port = browser(home, "dev").port
    assert Browser(port, f"{site}.s3-website-us-east-1.amazonaws.com").get("/").body == b"root"


def test_keep_alive(home: Home, account: Account) -> None:
    """One connection serves many requests of all kinds."""
    stack(home, "hosting/dev", account.website({"index.html": "root" * 50_000, "docs/index.html": "docs"}))
    connection = http.client.HTTPConnection("127.0.0.1", browser(home, "dev").port, timeout=20)
    replies = []
    for method, path in [("GET", "/"), ("HEAD", "/"), ("POST", "/"), ("GET", "/docs"), ("GET", "/no"), ("GET", "/")]:
        connection.request(method, path, body="text" if method == "POST" else None)
        with connection.getresponse() as response:
            replies.append((response.status, len(response.read()) > 100_000, response.will_close))
    connection.close()
    assert replies == [
        (200, True, False),
        (200, False, False),
        (405, False, False),
        (302, False, False),
        (404, False, False),
        (200, True, False),
    ]


def test_chunked_request(home: Home) -> None:
    """A body of unknown length is not read, so the connection ends, and no part of it becomes a request."""
    with socket.create_connection(("127.0.0.1", browser(home, "dev").port), timeout=20) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        with connection.makefile("rb") as answer:
            assert answer.read().count(b"HTTP/1.1 404 Not Found") == 1


def test_client_that_disconnects(home: Home, account: Account) -> None:
    """A client that disconnects during a download does not affect the next one."""
    stack(home, "hosting/dev", account.website({"index.html": "0123456789" * 1_000_000}))
    client = browser(home, "dev")
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", client.port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")
        assert len(client.get("/").body) == 10_000_000


def test_parallel_requests(home: Home, account: Account) -> None:
    """Clients do not wait for each other, and each gets its own response."""
    stack(home, "hosting/dev", account.website({f"{number}.html": str(number) for number in range(20)}))
    client, replies = browser(home, "dev"), {}

    def visit(number: int) -> None:
        replies[number] = client.get(f"/{number}.html").body

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == {number: str(number).encode() for number in range(20)}


def test_stopped_emulator(tmp_path: Path) -> None:
    """Without the emulator the page says how to start it."""
    home = Home(tmp_path)
    stack(home, "hosting/dev", "site")
    with Gateway(home, f"http://127.0.0.1:{free_port()}"):
        reply = browser(home, "dev").get("/")
    assert (reply.status, reply.body) == (
        502,
        b"The sandbox's AWS emulator does not answer. To start it, run: make sandbox\n",
    )


def test_requests_are_logged(tmp_path: Path, endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each request is a line in the log: stack, method, host, path, status, bytes."""
    home, stop = Home(tmp_path), threading.Event()
    stack(home, "hosting/dev")
    gateway = threading.Thread(target=serve, args=(home, endpoint, stop))
    gateway.start()
    while not ports.is_running(home):
        stop.wait(0.05)
    client = browser(home, "dev")
    sent = len(client.get("/a%20b?c").body)
    stop.set()
    gateway.join()
    assert f"hosting/dev GET {client.host} '/a%20b?c' 404 {sent} " in (home.logs / "gateway.log").read_text()
    assert capsys.readouterr().out == f"http://127.0.0.1:{ports.load(home).port}/\n"


def test_process(tmp_path: Path, endpoint: str) -> None:
    """The gateway's process prints its URL once it serves, and stops when it is terminated."""
    home = Home(tmp_path)
    stack(home, "hosting/dev")
    command = [sys.executable, "-m", "sandbox.gateway", "--home", str(tmp_path), "--endpoint", endpoint]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, env={**os.environ}) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"http://127.0.0.1:")
        assert browser(home, "dev").get("/").status == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert not ports.is_running(home)
