"""CloudFront's standard logs: MiniStack keeps the setting, and writes none.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html has the file's name and
its fields. Of what only TLS or the network would tell, a line has `-`.
"""

from __future__ import annotations

import asyncio
import gzip
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from sandbox.emulator.viewer_request import Asked

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import ModuleType

_FIELDS = """
    date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent)
    cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken
    x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status
    fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len
    sc-range-start sc-range-end
"""
FIELDS = tuple(_FIELDS.split())
# AWS takes minutes to an hour; a developer would rather see what he did.
_DELAY_S = 0.5
_PLAIN = "/-_.!~*'();:@&=+$,?%[]"


class Place(NamedTuple):
    """Where a distribution's logs go."""

    bucket: str
    prefix: str
    distribution: str


@dataclass(frozen=True)
class Seen:
    """A request and its answer; header names are lower-case.

    Attributes:
        asked: the request's headers.
        told: the answer's headers.
        size: of the answer's body, in bytes; None if nobody knows.
        seconds: from the request to the answer.
    """

    client: str
    domain: str
    method: str
    path: str
    query: str
    status: int
    asked: Mapping[str, str]
    told: Mapping[str, Any]
    size: int | None
    seconds: float

    def line(self, now: time.struct_time) -> str:
        """Return the line of the log."""
        result = str(self.told.get("x-cache", "")).partition(" ")[0]
        taken = f"{self.seconds:.3f}"
        known = {
            "date": time.strftime("%Y-%m-%d", now),
            "time": time.strftime("%H:%M:%S", now),
            "x-edge-location": self.told.get("x-amz-cf-pop"),
            "sc-bytes": self.size,
            "c-ip": self.client,
            "cs-method": self.method,
            "cs(Host)": self.domain,
            "cs-uri-stem": self.path,
            "sc-status": self.status,
            "cs(Referer)": self.asked.get("referer"),
            "cs(User-Agent)": self.asked.get("user-agent"),
            "cs-uri-query": self.query,
            "x-edge-result-type": result,
            "x-edge-request-id": self.told.get("x-amz-cf-id"),
            "x-host-header": self.asked.get("host"),
            "cs-protocol": self.asked.get("x-forwarded-proto", "http"),
            "time-taken": taken,
            "x-edge-response-result-type": result,
            "cs-protocol-version": "HTTP/1.1",
            "time-to-first-byte": taken,
            "x-edge-detailed-result-type": result,
            "sc-content-type": self.told.get("content-type"),
            "sc-content-len": self.size,
        }
        return "\t".join(_shown(known.get(name)) for name in FIELDS)


def _shown(value: object) -> str:
    return "-" if value is None or value == "" else quote(str(value), safe=_PLAIN)


class Logs:
    """Collects lines, and writes them to objects, one for a distribution and an hour at each delivery."""

    def __init__(self, put: Callable[[str, str, bytes], object], now: Callable[[], float] = time.time) -> None:
        self._put = put
        self._now = now
        self._lines: defaultdict[tuple[Place, str], list[str]] = defaultdict(list)

    def add(self, place: Place, seen: Seen) -> bool:
        """Keep a line, and tell whether it is the first since the last delivery."""
        is_first = not self._lines
        now = time.gmtime(self._now())
        self._lines[place, time.strftime("%Y-%m-%d-%H", now)].append(seen.line(now))
        return is_first

    def deliver(self) -> None:
        """Write what has come, to objects that were not there before."""
        waiting, self._lines = self._lines, defaultdict(list)
        for (place, hour), lines in waiting.items():
            name = f"{place.prefix}{place.distribution}.{hour}.{uuid.uuid4().hex[:8]}.gz"
            text = "\n".join(["#Version: 1.0", f"#Fields: {' '.join(FIELDS)}", *lines, ""])
            self._put(place.bucket, name, gzip.compress(text.encode()))


def with_logs(
    known: Callable[..., Awaitable[tuple[Any, ...]]], cloudfront: ModuleType, logs: Logs
) -> Callable[..., Awaitable[tuple[Any, ...]]]:
    """Return a function that answers a request by ``known``, and writes down what it was if the distribution logs."""

    async def answer(*request: Any) -> tuple[Any, ...]:  # noqa: ANN401 - MiniStack's own
        asked, started = Asked(*request), time.monotonic()
        found = await known(*asked)
        place = log_place(cloudfront, asked.distribution)
        if place is not None:
            status, told, content = found
            seen = Seen(
                client=asked.client,
                domain=str(asked.distribution["DomainName"]),
                method=asked.method,
                path=asked.uri,
                query=asked.query,
                status=status,
                asked=asked.headers,
                told={name.lower(): value for name, value in told.items()},
                size=len(content) if isinstance(content, bytes) else None,
                seconds=time.monotonic() - started,
            )
            if logs.add(place, seen):
                asyncio.get_running_loop().call_later(_DELAY_S, logs.deliver)
        return found

    return answer


def log_place(cloudfront: ModuleType, distribution: Mapping[str, Any]) -> Place | None:
    """Return where the logs of a distribution go, None if it writes none."""
    settings = cloudfront._find(cloudfront._dist_config_el(distribution), "Logging")  # noqa: SLF001 - the place where MiniStack keeps it
    if settings is None or cloudfront._text(settings, "Enabled") != "true":  # noqa: SLF001 - see above
        return None
    bucket, prefix = (cloudfront._text(settings, name) for name in ("Bucket", "Prefix"))  # noqa: SLF001 - see above
    return Place(bucket.partition(".s3.")[0], prefix, str(distribution["Id"]))
