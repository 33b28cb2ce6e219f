"""How updates of a key value store arrive at the edge: the lag and the order, which AWS does not document.

The program relies on neither: each way that the sandbox emulates is as good as the others. So they are only printed.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3

from tools.smoke.edge import error_code, request
from tools.smoke.stack import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tools.smoke.report import Report

PATH = "/smoke-store/keys"
FUNCTION = """
import cf from 'cloudfront';
const store = cf.kvs(), keys = ['first', 'second', 'later'];
async function handler(event) {
    const found = [];
    for (let i = 0; i < keys.length; i++) {
        let value = '0';
        try { value = await store.get(keys[i]); } catch (error) { value = '0'; }
        found.push(value);
    }
    return {statusCode: 200, statusDescription: 'OK', headers: {'x-smoke-store': {value: found.join(',')}}};
}
"""
_ROUNDS = 10
_READY_S = 300.0
_ARRIVAL_S = 60.0
_POLL_S = 0.02
_VALUES_HEADER = "x-smoke-store"
# Of the three keys: the first two are in one update, the last one is in the next.
Seen = tuple[int, int, int]


@dataclass
class Round:
    """Two updates, one after the other, and what was seen of them.

    Attributes:
        number: the value that the updates write.
        seen: the values of the three keys, in the order in which they were seen.
        seconds: how long after the updates all were seen; None if that took too long.
    """

    number: int
    seen: list[Seen] = field(default_factory=list)
    seconds: float | None = None

    @property
    def is_split(self) -> bool:
        """Whether one request has seen only a part of an update."""
        return any(first != second for first, second, _ in self.seen)

    @property
    def is_overtaken(self) -> bool:
        """Whether the second update was seen without the first."""
        return any(later == self.number and self.number not in (first, second) for first, second, later in self.seen)


def summary(rounds: list[Round]) -> str:
    """Return the lag and the order in one line."""
    lags = [each.seconds for each in rounds if each.seconds is not None]
    times = f"after {min(lags):.1f} to {max(lags):.1f} s, median {statistics.median(lags):.1f} s" if lags else "never"
    split = sum(each.is_split for each in rounds)
    overtaken = sum(each.is_overtaken for each in rounds)
    return (
        f"updates of a key value store: {len(lags)} of {len(rounds)} arrived, {times}; {split} were seen in part, "
        f"{overtaken} were overtaken by the next one"
    )


def create_store(name: str) -> str:
    """Create a store, wait until it is READY, and return its ARN."""
    client: Any = boto3.client("cloudfront")
    arn = str(client.create_key_value_store(Name=name, Comment="tools/aws-smoke.sh")["KeyValueStore"]["ARN"])
    deadline = time.monotonic() + _READY_S
    while client.describe_key_value_store(Name=name)["KeyValueStore"]["Status"] != "READY":
        if time.monotonic() > deadline:
            raise CommandError(f"{name} is not READY after {_READY_S:.0f} s")
        time.sleep(1)
    return arn


def delete_store(name: str) -> None:
    """Delete a store, once no function has it."""
    client: Any = boto3.client("cloudfront")
    if error_code(client.describe_key_value_store, Name=name) == "accepted":
        client.delete_key_value_store(Name=name, IfMatch=client.describe_key_value_store(Name=name)["ETag"])


def measure(url: str, arn: str, report: Report) -> Iterator[tuple[str, str, str]]:
    """Write the keys several times, and print how they arrive; yield whether they have."""
    session: Any = boto3.Session()
    client = session.client("cloudfront-keyvaluestore")

    def write(**values: str) -> None:
        etag = client.describe_key_value_store(KvsARN=arn)["ETag"]
        puts = [{"Key": key, "Value": value} for key, value in values.items()]
        client.update_keys(KvsARN=arn, IfMatch=etag, Puts=puts)

    rounds = [_one_round(number, write, lambda: _seen(url)) for number in range(1, _ROUNDS + 1)]
    report.say(f"        {summary(rounds)}")
    has_arrived = all(each.seconds is not None for each in rounds)
    yield "updates of a key value store", "arrive", "arrive" if has_arrived else f"not within {_ARRIVAL_S:.0f} s"


def _one_round(number: int, write: Callable[..., None], see: Callable[[], Seen]) -> Round:
    write(first=str(number), second=str(number))
    write(later=str(number))
    this, began = Round(number), time.monotonic()
    while time.monotonic() - began < _ARRIVAL_S:
        this.seen.append(see())
        if set(this.seen[-1]) == {number}:
            this.seconds = time.monotonic() - began
            break
        time.sleep(_POLL_S)
    return this


def _seen(url: str) -> Seen:
    # Without the header the function is not at the edge yet, or has failed.
    first, second, later = request(url, PATH).headers.get(_VALUES_HEADER, "0,0,0").split(",")
    return int(first), int(second), int(later)
