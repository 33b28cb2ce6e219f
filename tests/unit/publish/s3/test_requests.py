"""Requests to S3: reattempts, parallel requests, signatures, addresses and proxies."""

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

from hosting.aws.connections import Connections, Endpoint
from hosting.aws.credentials import Credentials
from hosting.publish.s3.bucket import _headers
from hosting.publish.s3.errors import S3Error
from hosting.publish.s3.parallel import MAX_PARALLEL, ParallelLimit, ParallelRunner
from hosting.publish.s3.put import PutClient
from hosting.publish.s3.signing import signed
from hosting.publish.staging.manifest import ManifestEntry


def nothing(_: int) -> None:
    """Ignore the progress."""


def test_transient_errors_are_retried_with_growing_waits() -> None:
    """A job with two transient errors succeeds at the third attempt, after two waits of growing length."""
    waits: list[float] = []
    failures = [S3Error("InternalError", "", 500), S3Error("", "connection reset")]

    def job(_: int) -> None:
        if failures:
            raise failures.pop()

    ParallelRunner(sleep=waits.append).run([1], job, nothing)
    assert len(waits) == 2
    assert 0.025 <= waits[0] <= 0.1
    assert 0.05 <= waits[1] <= 0.2


def test_permanent_error_stops_all_jobs() -> None:
    """AccessDenied is not retried, and no other job is started after it."""
    started: list[int] = []

    def job(number: int) -> None:
        started.append(number)
        raise S3Error("AccessDenied", "no", 403)

    with pytest.raises(S3Error, match="AccessDenied"):
        ParallelRunner(sleep=lambda _: None).run(range(1000), job, nothing)
    assert len(started) <= MAX_PARALLEL


def test_repeated_failure_is_raised() -> None:
    """After eight attempts the error is raised."""
    attempts: list[int] = []

    def job(number: int) -> None:
        attempts.append(number)
        raise S3Error("", "no route to host")

    with pytest.raises(S3Error, match="no route"):
        ParallelRunner(sleep=lambda _: None).run([1], job, nothing)
    assert len(attempts) == 8


def test_slow_down_lowers_the_concurrency_and_success_raises_it_again() -> None:
    """SlowDown halves the limit, but not below one; fifty successes raise it by one."""
    limit = ParallelLimit()
    for _ in range(10):
        limit.end(limit.begin(), slow_down=True)
    assert limit.limit == 1
    for _ in range(100):
        limit.end(limit.begin(), slow_down=False)
    assert limit.limit == 3


def test_requests_refused_together_halve_the_limit_once() -> None:
    """Several SlowDown errors of requests that ran together halve the limit once."""
    limit = ParallelLimit()
    for halvings in [limit.begin() for _ in range(6)]:
        limit.end(halvings, slow_down=True)
    assert limit.limit == MAX_PARALLEL // 2


def test_no_more_jobs_run_at_once_than_the_limit() -> None:
    """With a limit of two the third job waits."""
    lock, running, most = threading.Lock(), [0], [0]
    gate = threading.Barrier(2)

    def job(_: int) -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        gate.wait(10)
        with lock:
            running[0] -= 1

    ParallelRunner(ParallelLimit(limit=2)).run(range(20), job, nothing)
    assert most[0] == 2


def test_other_errors_of_a_job_are_raised() -> None:
    """An error of a job that is not S3's is raised unchanged."""

    def job(_: int) -> None:
        raise FileNotFoundError("gone")

    with pytest.raises(FileNotFoundError):
        ParallelRunner().run([1, 2, 3], job, nothing)


def test_no_jobs_are_no_error() -> None:
    """Without jobs the runner only reports that none are done."""
    done: list[int] = []
    ParallelRunner().run([], nothing, done.append)
    assert done == [0]


@pytest.mark.parametrize("key", ["a b.html", "a+b%20c.html", "ä/~(1)'!*.html", "😀.html"])
@pytest.mark.parametrize("query", ["", "delete=", "list-type=2&prefix=a%2F%20b"])
@pytest.mark.parametrize("token", [None, "session"])
def test_signatures_are_those_of_botocore(token: str | None, query: str, key: str) -> None:
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
        query=query,
        region="eu-north-1",
        credentials=Credentials("AK", "SK", token),
        now=now,
    )
    whole = {name: value for name, value in headers.items() if name != "cache-control"}
    request = AWSRequest("PUT", f"https://b.s3.eu-north-1.amazonaws.com{path}?{query}", headers=whole)
    request.context["timestamp"] = "20260102T030405Z"
    request.headers["X-Amz-Date"] = "20260102T030405Z"
    if token:
        request.headers["X-Amz-Security-Token"] = token
    auth = S3SigV4Auth(BotoCredentials("AK", "SK", token), "s3", "eu-north-1")
    text = auth.string_to_sign(request, auth.canonical_request(request))
    assert ours["authorization"].endswith(f"Signature={auth.signature(text, request)}")


@pytest.mark.parametrize(
    ("entry", "headers"),
    [
        (ManifestEntry("a", 1, "aa", "text/css", None), {"content-type": "text/css"}),
        (
            ManifestEntry("a.gz", 1, "aa", "text/css", "no-cache", "gzip"),
            {"content-type": "text/css", "cache-control": "no-cache", "content-encoding": "gzip"},
        ),
    ],
)
def test_an_upload_has_the_headers_of_its_entry(entry: ManifestEntry, headers: dict[str, str]) -> None:
    """Type, Cache-Control and Content-Encoding are headers of the request."""
    assert _headers(entry) == headers


def test_refused_connection_is_transient() -> None:
    """A refused connection is a transient error."""
    client = PutClient(Endpoint("http://127.0.0.1:1/b"), "us-east-1", lambda: Credentials("a", "b", None))
    with pytest.raises(S3Error) as refused:
        client.put("k", {"x-amz-content-sha256": "0" * 64}, b"")
    assert refused.value.is_transient
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
def test_requests_go_through_the_proxy(proxy: str, port: int, headers: dict[str, str]) -> None:
    """For each form of the setting, the connection goes to the proxy, with a tunnel to S3 and the credentials."""
    connection: Any = Connections(Endpoint("https://b.s3.amazonaws.com", proxy=proxy))._new()
    assert (connection.host, connection.port) == ("proxy.example", port)
    assert (connection._tunnel_host, connection._tunnel_port) == ("b.s3.amazonaws.com", 443)
    assert {name: value for name, value in connection._tunnel_headers.items() if name != "Host"} == headers


def test_a_refusal_in_the_middle_of_a_large_body_is_read() -> None:
    """S3 may refuse a body and close the connection before its end: the error has the reason, without a retry."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/b"
        requests = []

        def refuse() -> None:
            connection, _ = server.accept()
            requests.append(connection.recv(1000))
            body = b"<Error><Code>ExpiredToken</Code><Message>It has expired.</Message></Error>"
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            connection.shutdown(socket.SHUT_RD)
            time.sleep(0.3)
            connection.close()

        thread = threading.Thread(target=refuse)
        thread.start()
        client = PutClient(Endpoint(url), "us-east-1", lambda: Credentials("a", "b", None))
        with pytest.raises(S3Error, match="ExpiredToken: It has expired") as refused:
            client.put("k", {"x-amz-content-sha256": "0" * 64}, b"x" * 60_000_000)
        thread.join()
    assert not refused.value.is_transient
    assert len(requests) == 1
