"""CloudFront's standard access logs: the line of a request, and the files that lines are collected in.

Fields and file names: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html.
A field that only TLS or a real network would have is `-`.
"""

from __future__ import annotations

import gzip
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_FIELDS = """
    date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent)
    cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken
    x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status
    fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len
    sc-range-start sc-range-end
"""
FIELDS = tuple(_FIELDS.split())
_UNESCAPED = "/-_.!~*'();:@&=+$,?%[]"


class LogTarget(NamedTuple):
    """Where a distribution's logs are written."""

    bucket: str
    prefix: str
    distribution: str


@dataclass(frozen=True)
class LoggedRequest:
    """A request and its response; header names are lower-case.

    Attributes:
        client: the viewer's IP address.
        domain: the distribution's domain name.
        method: the HTTP method.
        path: as the viewer sent it.
        query: as the viewer sent it.
        status: the response's.
        request_headers: the viewer's.
        response_headers: the viewer gets.
        size: of the response's body in bytes; None if unknown.
        seconds: from the request to the response.
    """

    client: str
    domain: str
    method: str
    path: str
    query: str
    status: int
    request_headers: Mapping[str, str]
    response_headers: Mapping[str, Any]
    size: int | None
    seconds: float

    def line(self, now: time.struct_time) -> str:
        """Return the line of the log."""
        values = {
            "date": time.strftime("%Y-%m-%d", now),
            "time": time.strftime("%H:%M:%S", now),
            "cs-protocol-version": "HTTP/1.1",
            **self._request_values(),
            **self._response_values(),
        }
        return "\t".join(_encoded(values.get(name)) for name in FIELDS)

    def _request_values(self) -> dict[str, object]:
        return {
            "c-ip": self.client,
            "cs-method": self.method,
            "cs(Host)": self.domain,
            "cs-uri-stem": self.path,
            "cs-uri-query": self.query,
            "cs(Referer)": self.request_headers.get("referer"),
            "cs(User-Agent)": self.request_headers.get("user-agent"),
            "x-host-header": self.request_headers.get("host"),
            "cs-protocol": self.request_headers.get("x-forwarded-proto", "http"),
        }

    def _response_values(self) -> dict[str, object]:
        headers = self.response_headers
        result = str(headers.get("x-cache", "")).partition(" ")[0]
        time_taken = f"{self.seconds:.3f}"
        return {
            "sc-status": self.status,
            "sc-bytes": self.size,
            "sc-content-len": self.size,
            "sc-content-type": headers.get("content-type"),
            "x-edge-location": headers.get("x-amz-cf-pop"),
            "x-edge-request-id": headers.get("x-amz-cf-id"),
            "x-edge-result-type": result,
            "x-edge-response-result-type": result,
            "x-edge-detailed-result-type": result,
            "time-taken": time_taken,
            "time-to-first-byte": time_taken,
        }


def _encoded(value: object) -> str:
    return "-" if value is None or value == "" else quote(str(value), safe=_UNESCAPED)


class AccessLogs:
    """Collects lines; each delivery writes one object for each distribution and hour."""

    def __init__(self, put: Callable[[str, str, bytes], object], now: Callable[[], float] = time.time) -> None:
        self._put = put
        self._now = now
        self._lines: defaultdict[tuple[LogTarget, str], list[str]] = defaultdict(list)

    def add(self, target: LogTarget, request: LoggedRequest) -> bool:
        """Add a line, and return whether it is the first one since the last delivery."""
        is_first = not self._lines
        now = time.gmtime(self._now())
        self._lines[target, time.strftime("%Y-%m-%d-%H", now)].append(request.line(now))
        return is_first

    def deliver(self) -> None:
        """Write the collected lines to new objects."""
        collected, self._lines = self._lines, defaultdict(list)
        for (target, hour), lines in collected.items():
            key = f"{target.prefix}{target.distribution}.{hour}.{uuid.uuid4().hex[:8]}.gz"
            text = "\n".join(["#Version: 1.0", f"#Fields: {' '.join(FIELDS)}", *lines, ""])
            self._put(target.bucket, key, gzip.compress(text.encode()))
