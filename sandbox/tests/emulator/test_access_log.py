"""The lines of CloudFront's standard logs, and the objects that they are written to."""

from __future__ import annotations

import gzip
from dataclasses import replace

from sandbox.emulator.access_log import FIELDS, AccessLogs, LoggedRequest, LogTarget

TARGET = LogTarget("logs", "cdn/", "E1")
REQUEST = LoggedRequest(
    client="127.0.0.1",
    domain="d1.cloudfront.net",
    method="GET",
    path="/a%20b.html",
    query="",
    status=200,
    request_headers={"host": "www.example.com", "user-agent": "Some Browser/1.0", "x-forwarded-proto": "https"},
    response_headers={"x-cache": "Hit from cloudfront", "content-type": "text/html", "x-amz-cf-id": "id"},
    size=5,
    seconds=0.0123,
)


class Bucket:
    """Stores objects in memory, each key once."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], str] = {}

    def put(self, bucket: str, key: str, body: bytes) -> None:
        assert (bucket, key) not in self.objects
        self.objects[bucket, key] = gzip.decompress(body).decode()


def test_line_has_all_fields() -> None:
    """A line has AWS's fields in their order, `-` for an unknown value, and no space inside of a value."""
    bucket = Bucket()
    logs = AccessLogs(bucket.put, lambda: 86_400.0)
    logs.add(TARGET, REQUEST)
    logs.deliver()
    ((_, key),) = bucket.objects
    assert key.startswith("cdn/E1.1970-01-02-00.")
    assert key.endswith(".gz")
    (version, header, line, end) = bucket.objects["logs", key].split("\n")
    assert (version, header.split(), end) == ("#Version: 1.0", ["#Fields:", *FIELDS], "")
    values = dict(zip(FIELDS, line.split("\t"), strict=True))
    assert len(FIELDS) == 33
    assert {name: value for name, value in values.items() if value != "-"} == {
        "date": "1970-01-02",
        "time": "00:00:00",
        "sc-bytes": "5",
        "c-ip": "127.0.0.1",
        "cs-method": "GET",
        "cs(Host)": "d1.cloudfront.net",
        "cs-uri-stem": "/a%20b.html",
        "sc-status": "200",
        "cs(User-Agent)": "Some%20Browser/1.0",
        "x-edge-result-type": "Hit",
        "x-edge-request-id": "id",
        "x-host-header": "www.example.com",
        "cs-protocol": "https",
        "time-taken": "0.012",
        "x-edge-response-result-type": "Hit",
        "cs-protocol-version": "HTTP/1.1",
        "time-to-first-byte": "0.012",
        "x-edge-detailed-result-type": "Hit",
        "sc-content-type": "text/html",
        "sc-content-len": "5",
    }


def test_deliveries() -> None:
    """Only the first line since a delivery asks for the next one; each distribution and hour has its own object."""
    bucket, now = Bucket(), [0.0]
    logs = AccessLogs(bucket.put, lambda: now[0])
    assert [logs.add(TARGET, REQUEST), logs.add(TARGET, replace(REQUEST, status=404))] == [True, False]
    now[0] = 3600.0
    logs.add(TARGET, REQUEST)
    logs.add(TARGET._replace(distribution="E2"), REQUEST)
    logs.deliver()
    lengths = sorted((key.rpartition(".")[0][:20], text.count("\n")) for (_, key), text in bucket.objects.items())
    assert [count for _, count in lengths] == [4, 3, 3]
    assert logs.add(TARGET, REQUEST) is True
    logs.deliver()
    logs.deliver()
    assert len(bucket.objects) == 4
