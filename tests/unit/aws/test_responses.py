"""Responses of AWS that are refused, throttled or cut off."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from hosting.aws.session import aws_errors, client, invalidation_retry_delay
from hosting.aws.settings import AwsSettings
from sandbox.tests.loopback import Loopback


class CloudFrontAnswers(Loopback):
    """A loopback CloudFront that gives prepared responses, of which ``cut`` bytes are left out, and counts requests."""

    def __init__(self, responses: list[tuple[int, bytes]], *, cut: int = 0, has_length: bool = True) -> None:
        self.requests = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, body = responses[min(outer.requests, len(responses) - 1)]
                outer.requests += 1
                self.send_response(status)
                if has_length:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) - cut])
                self.close_connection = True

            do_GET = do_POST  # noqa: N815 - the base class's name

            def do_HEAD(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(responses[0][1])))
                self.end_headers()

            def log_message(self, *_: Any) -> None:  # noqa: ANN401 - http.server's shape
                """Stay quiet."""

        super().__init__(Handler)


TOO_MANY = b"<ErrorResponse><Error><Code>TooManyInvalidationsInProgress</Code></Error></ErrorResponse>"
CREATED = b"<Invalidation><Id>I1</Id><CreateTime>2026-01-01T00:00:00Z</CreateTime></Invalidation>"
BATCH = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": "r"}


def cloudfront_at(server: CloudFrontAnswers) -> Any:  # noqa: ANN401 - boto3's client
    """Return a client of the loopback CloudFront."""
    values = {"accessKey": "a", "secretKey": "s", "endpoints": [{"cloudfront": server.url}]}
    return client("cloudfront", AwsSettings("us-east-1", values))


def test_too_many_invalidations_are_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    """CloudFront accepts a limited number at a time, and botocore does not retry this error."""
    waits: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", waits.append)
    with CloudFrontAnswers([(400, TOO_MANY)] * 5 + [(201, CREATED)]) as server:
        created = cloudfront_at(server).create_invalidation(DistributionId="E1", InvalidationBatch=BATCH)
    assert created["Invalidation"]["Id"] == "I1"
    assert server.requests == 6
    assert all(2.0**n / 2 <= wait <= 2.0**n for n, wait in enumerate(waits))
    assert len(waits) == 5


def test_other_errors_of_an_invalidation_are_left_to_botocore() -> None:
    """Neither another error nor the last attempt is retried; the waits are limited."""
    too_many = (object(), {"Error": {"Code": "TooManyInvalidationsInProgress"}})
    assert invalidation_retry_delay((object(), {"Error": {"Code": "AccessDenied"}}), 1) is None
    assert invalidation_retry_delay(None, 1) is None
    assert invalidation_retry_delay(too_many, 12) is None
    assert 8 <= (invalidation_retry_delay(too_many, 11) or 0) <= 16


@pytest.mark.parametrize(("cut", "has_length"), [(1, True), (len(CREATED), True), (1, False)])
def test_a_response_that_was_cut_off_is_an_error_that_callers_catch(cut: int, *, has_length: bool) -> None:
    """Botocore would take the rest for the whole response, or raise an error that it does not document."""
    with CloudFrontAnswers([(200, CREATED)], cut=cut, has_length=has_length) as server, pytest.raises(aws_errors()):
        cloudfront_at(server).get_invalidation(DistributionId="E1", Id="I1")


def test_a_whole_response_is_returned() -> None:
    """Also the headers of an object, whose Content-Length is that of its body."""
    with CloudFrontAnswers([(200, CREATED)]) as server:
        found = cloudfront_at(server).get_invalidation(DistributionId="E1", Id="I1")
        values = {"accessKey": "a", "secretKey": "s", "endpoints": [{"s3": server.url}]}
        head = client("s3", AwsSettings("us-east-1", values)).head_object(Bucket="bucket", Key="key")
    assert found["Invalidation"]["Id"] == "I1"
    assert head["ContentLength"] == len(CREATED)
