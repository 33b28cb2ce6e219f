"""The fault proxy, in front of a small server."""

from __future__ import annotations

import http.client
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.environment import endpoint_variables
from sandbox.tests.loopback import Loopback
from tests.e2e.harness import Answer, fetch
from tests.faults.faults import DELAY_S, ERRORS, REFUSALS, Fault
from tests.faults.proxy import FaultProxy, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator

S3 = {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, Signature=0"}
BODY = b"the whole body"
# What a client gets from a connection that ends too early.
BROKEN = (ConnectionError, http.client.HTTPException)


class Cloud(Loopback):
    """Answers every request with the same body, and records them."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append(f"{self.command} {self.path}")
                self.send_response(200)
                self.send_header("Content-Length", str(len(BODY)))
                self.end_headers()
                self.wfile.write(BODY)

            def log_message(self, *_: Any) -> None:  # noqa: ANN401 - the base class's arguments
                """Log nothing."""

        super().__init__(Handler)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """Serve a cloud for one test."""
    with Cloud() as serving:
        yield serving


@pytest.fixture
def proxy(cloud: Cloud) -> Iterator[FaultProxy]:
    """Serve the proxy in front of the cloud for one test."""
    with FaultProxy(cloud.url) as serving:
        yield serving


def put(proxy: FaultProxy, key: str) -> Answer:
    """Send the request of S3's PutObject through the proxy."""
    return fetch(proxy.url, f"/bucket/{key}", method="PUT", headers=S3, body=b"content")


def test_requests_are_forwarded_numbered_and_named(cloud: Cloud, proxy: FaultProxy) -> None:
    """Without a fault the client gets the cloud's answers."""
    with proxy.run(Plan()) as plan:
        answers = [put(proxy, key) for key in ("a.css", "b/c.html")]
    assert [(answer.status, answer.body) for answer in answers] == [(200, BODY), (200, BODY)]
    assert [str(name) for name in plan.requests] == ["s3 PutObject a.css", "s3 PutObject b/c.html"]
    assert cloud.requests == ["PUT /bucket/a.css", "PUT /bucket/b/c.html"]
    assert not plan.is_applied


@pytest.mark.parametrize(
    ("fault", "forwarded"),
    [
        (Fault.KILL_BEFORE, ["PUT /bucket/1"]),
        (Fault.KILL_AFTER, ["PUT /bucket/1", "PUT /bucket/2"]),
    ],
)
def test_a_kill_ends_the_run(cloud: Cloud, proxy: FaultProxy, fault: Fault, forwarded: list[str]) -> None:
    """The engine is killed once, before or after the cloud gets the request; nothing later reaches the cloud."""
    kills: list[str] = []
    with proxy.run(Plan(2, fault, kill=lambda: kills.append("killed"))):
        put(proxy, "1")
        for key in ("2", "3"):
            with pytest.raises(BROKEN):
                put(proxy, key)
    assert kills == ["killed"]
    assert cloud.requests == forwarded
    with proxy.run(Plan()):
        assert put(proxy, "4").status == 200


@pytest.mark.parametrize("fault", REFUSALS)
def test_a_refusal_is_an_error_of_aws(cloud: Cloud, proxy: FaultProxy, fault: Fault) -> None:
    """The cloud never gets the request; only expired credentials are refused again and again."""
    refusal = REFUSALS[fault]
    with proxy.run(Plan(1, fault)):
        refused, later = put(proxy, "1"), put(proxy, "2")
    assert (refused.status, refusal.code in refused.text) == (refusal.status, True)
    assert later.status == (refusal.status if refusal.is_lasting else 200)
    assert len(cloud.requests) == (0 if refusal.is_lasting else 1)


@pytest.mark.parametrize(("fault", "status"), [(Fault.SLOW_DOWN, 429), (Fault.UNAVAILABLE, 503), (Fault.DENY, 403)])
def test_the_data_api_of_stores_refuses_with_json(proxy: FaultProxy, fault: Fault, status: int) -> None:
    """AWS's client gets the error of its protocol: it repeats 429 and 503, and finds the code of the others."""
    options: Any = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    url = endpoint_variables(proxy.url)["AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE"]
    new_client: Any = boto3.Session(**options).client
    data = new_client("cloudfront-keyvaluestore", endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))
    arn = "arn:aws:cloudfront::000000000000:key-value-store/1"
    with proxy.run(Plan(1, fault)) as plan, pytest.raises(ClientError) as caught:
        data.delete_key(KvsARN=arn, Key="a", IfMatch="1")
    response = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert response["Error"]["Message"] == REFUSALS[fault].message
    assert [str(name) for name in plan.requests] == ["cloudfront-keyvaluestore DeleteKey a"]


@pytest.mark.parametrize(("fault", "count"), [(Fault.RESET, 0), (Fault.CUT, 1)])
def test_a_broken_connection(cloud: Cloud, proxy: FaultProxy, fault: Fault, count: int) -> None:
    """A reset comes before the cloud has the request, a cut in the middle of its answer; the next request passes."""
    with proxy.run(Plan(1, fault)):
        with pytest.raises(BROKEN):
            put(proxy, "1")
        assert len(cloud.requests) == count
        assert put(proxy, "2").body == BODY


def test_a_delay(cloud: Cloud, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delayed request is answered, as are those that overtake it."""
    waits: list[float] = []
    monkeypatch.setattr("tests.faults.proxy.time.sleep", waits.append)
    with proxy.run(Plan(1, Fault.DELAY)):
        assert put(proxy, "1").body == BODY
    assert waits == [DELAY_S]
    assert len(cloud.requests) == 1


def test_nothing_passes_between_two_runs(cloud: Cloud, proxy: FaultProxy) -> None:
    """A plugin that outlives its engine does not reach the cloud."""
    with pytest.raises(BROKEN):
        put(proxy, "1")
    assert cloud.requests == []


def test_every_fault_is_a_kill_or_an_error() -> None:
    """The fault suite applies each of them."""
    assert {*ERRORS, Fault.KILL_BEFORE, Fault.KILL_AFTER} == set(Fault)
