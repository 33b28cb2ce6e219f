"""Retries, pace and signatures: how requests behave when S3 does not."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from hosting.publish.s3.bucket import address
from hosting.publish.s3.errors import S3Error
from hosting.publish.s3.put import Place, Transfer
from hosting.publish.s3.sending import MOST_AT_ONCE, Pace, Sender
from hosting.publish.s3.signing import Credentials, signed


def nothing(_: int) -> None:
    """Report to nobody."""


def test_what_passes_is_tried_again_with_growing_waits() -> None:
    """A job that fails twice for a passing reason is done at the third try, after two waits of another length."""
    waits: list[float] = []
    failures = [S3Error("InternalError", "", 500), S3Error("", "connection reset")]

    def job(_: int) -> None:
        if failures:
            raise failures.pop()

    Sender(sleep=waits.append).send([1], job, nothing)
    assert len(waits) == 2
    assert 0.025 <= waits[0] <= 0.1
    assert 0.05 <= waits[1] <= 0.2


def test_what_does_not_pass_ends_all_at_once() -> None:
    """AccessDenied is not tried again, and no other job is begun after it."""
    begun: list[int] = []

    def job(number: int) -> None:
        begun.append(number)
        raise S3Error("AccessDenied", "no", 403)

    with pytest.raises(S3Error, match="AccessDenied"):
        Sender(sleep=lambda _: None).send(range(1000), job, nothing)
    assert len(begun) <= MOST_AT_ONCE


def test_a_failure_that_stays_is_given_up() -> None:
    """After eight tries the failure is the answer."""
    tries: list[int] = []

    def job(number: int) -> None:
        tries.append(number)
        raise S3Error("", "no route to host")

    with pytest.raises(S3Error, match="no route"):
        Sender(sleep=lambda _: None).send([1], job, nothing)
    assert len(tries) == 8


def test_slow_down_lowers_the_concurrency_and_success_raises_it_again() -> None:
    """SlowDown halves what runs at once; never below one; fifty successes add one."""
    pace = Pace()
    for _ in range(10):
        pace.end(pace.begin(), slow_down=True)
    assert pace.limit == 1
    for _ in range(100):
        pace.end(pace.begin(), slow_down=False)
    assert pace.limit == 3


def test_requests_refused_together_halve_the_pace_once() -> None:
    """One burst of SlowDown says one thing."""
    pace = Pace()
    for turn in [pace.begin() for _ in range(6)]:
        pace.end(turn, slow_down=True)
    assert pace.limit == MOST_AT_ONCE // 2


def test_no_more_run_at_once_than_the_pace_allows() -> None:
    """With a limit of two the third waits."""
    lock, running, most = threading.Lock(), [0], [0]
    gate = threading.Barrier(2)

    def job(_: int) -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        gate.wait(10)
        with lock:
            running[0] -= 1

    Sender(Pace(limit=2)).send(range(20), job, nothing)
    assert most[0] == 2


def test_a_programs_own_error_is_not_hidden() -> None:
    """What a job raises that is no answer of S3's comes out as it is."""

    def job(_: int) -> None:
        raise FileNotFoundError("gone")

    with pytest.raises(FileNotFoundError):
        Sender().send([1, 2, 3], job, nothing)


def test_no_jobs_are_done_at_once() -> None:
    """Nothing to send is no error."""
    done: list[int] = []
    Sender().send([], nothing, done.append)
    assert done == [0]


@pytest.mark.parametrize("key", ["a b.html", "a+b%20c.html", "ä/~(1)'!*.html", "😀.html"])
@pytest.mark.parametrize("token", [None, "session"])
def test_signatures_are_those_of_botocore(token: str | None, key: str) -> None:
    """The same request, key and time give the same signature."""
    path = "/" + quote(key, safe="/-_.~")
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    headers = {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "public,  max-age=1",
        "x-amz-content-sha256": "0" * 64,
        "x-amz-copy-source": f"/b{path}",
    }
    ours = signed(
        "PUT",
        "b.s3.eu-north-1.amazonaws.com",
        path,
        headers,
        region="eu-north-1",
        credentials=Credentials("AK", "SK", token),
        now=now,
    )
    whole = {name: value for name, value in headers.items() if name != "cache-control"}
    request = AWSRequest("PUT", f"https://b.s3.eu-north-1.amazonaws.com{path}", headers=whole)
    request.context["timestamp"] = "20260102T030405Z"
    request.headers["X-Amz-Date"] = "20260102T030405Z"
    if token:
        request.headers["X-Amz-Security-Token"] = token
    auth = S3SigV4Auth(BotoCredentials("AK", "SK", token), "s3", "eu-north-1")
    text = auth.string_to_sign(request, auth.canonical_request(request))
    assert ours["authorization"].endswith(f"Signature={auth.signature(text, request)}")


@pytest.mark.parametrize(
    ("endpoint", "bucket", "url"),
    [
        ("https://s3.eu-west-1.amazonaws.com", "site", "https://site.s3.eu-west-1.amazonaws.com"),
        ("https://s3.eu-west-1.amazonaws.com", "www.site", "https://s3.eu-west-1.amazonaws.com/www.site"),
        ("https://s3.cn-north-1.amazonaws.com.cn", "site", "https://site.s3.cn-north-1.amazonaws.com.cn"),
        ("http://127.0.0.1:4566/", "site", "http://127.0.0.1:4566/site"),
    ],
)
def test_a_bucket_is_addressed_in_its_own_region(endpoint: str, bucket: str, url: str) -> None:
    """As a host at AWS, where that has a certificate; as a path elsewhere, or when that is asked for."""
    assert address(endpoint, bucket, path_style=False) == url
    assert address(endpoint, bucket, path_style=True).endswith(f"/{bucket}")


def test_nobody_there_is_worth_another_try() -> None:
    """A connection that is refused is a failure that may pass."""
    transfer = Transfer(Place("http://127.0.0.1:1/b", "us-east-1"), lambda: Credentials("a", "b", None))
    with pytest.raises(S3Error) as refused:
        transfer.put("k", {"x-amz-content-sha256": "0" * 64}, b"")
    assert refused.value.passing
    assert not refused.value.slow_down


@pytest.mark.parametrize(
    ("proxy", "port", "headers"),
    [
        ("http://proxy.example:8080", 8080, {}),
        ("http://proxy.example", 80, {}),
        ("proxy.example:3128", 3128, {}),
        ("http://me:p%40ss@proxy.example:3128", 3128, {"Proxy-Authorization": "Basic bWU6cEBzcw=="}),
    ],
)
def test_a_proxy_is_gone_through(proxy: str, port: int, headers: dict[str, str]) -> None:
    """However it is written, the connection goes to it, with a tunnel to S3, and says who asks."""
    place = Place("https://b.s3.amazonaws.com", "us-east-1", proxy=proxy)
    connection: Any = Transfer(place, lambda: Credentials("a", "b", None))._connect()
    assert (connection.host, connection.port) == ("proxy.example", port)
    assert (connection._tunnel_host, connection._tunnel_port) == ("b.s3.amazonaws.com", 443)
    assert {name: value for name, value in connection._tunnel_headers.items() if name != "Host"} == headers


def test_a_refusal_in_the_middle_of_a_large_body_is_read() -> None:
    """S3 may say no and hang up before all has come in: the reason is told, and nothing is sent again."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/b"
        asked = []

        def refuse() -> None:
            connection, _ = server.accept()
            asked.append(connection.recv(1000))
            body = b"<Error><Code>ExpiredToken</Code><Message>It has expired.</Message></Error>"
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            connection.shutdown(socket.SHUT_RD)
            time.sleep(0.3)
            connection.close()

        thread = threading.Thread(target=refuse)
        thread.start()
        transfer = Transfer(Place(url, "us-east-1"), lambda: Credentials("a", "b", None))
        with pytest.raises(S3Error, match="ExpiredToken: It has expired") as refused:
            transfer.put("k", {"x-amz-content-sha256": "0" * 64}, b"x" * 60_000_000)
        thread.join()
    assert not refused.value.passing
    assert len(asked) == 1
