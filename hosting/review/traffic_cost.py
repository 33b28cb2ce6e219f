"""What a month of traffic costs: pay-as-you-go, beside the flat-rate plan that fits. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hosting.review.estimate import CostLine, Estimate, dollars, quantity
from hosting.review.prices import (
    FLAT_RATE_PLANS,
    FUNCTION_RUN,
    PLAN_LIMITS,
    PRICE_CLASSES,
    REQUESTS_FREE,
    S3_READ,
    S3_REGION,
    S3_STORAGE,
    S3_TRANSFER,
    S3_TRANSFER_FREE,
    STORE_READ,
    TRANSFER_FREE,
    tiered,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRAFFIC = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(MB|GB|TB|PB)\s*,\s*([0-9]+(?:\.[0-9]+)?)\s*([kMB]?)", re.IGNORECASE)
_GIGABYTES = {"mb": 1 / 1024, "gb": 1, "tb": 1024, "pb": 1024**2}
_COUNTS = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
_GB = 2**30
_PRICED_REQUESTS = 10_000
# The share of requests that the edge sends on to S3.
_MISSES = 0.1


class Traffic(NamedTuple):
    """The traffic of a month.

    Attributes:
        gigabytes: what visitors download.
        requests: their requests.
    """

    gigabytes: float
    requests: float


class ServedSite(NamedTuple):
    """What the cost of a month depends on.

    Attributes:
        price_class: `cloudfront:priceClass`; empty without CloudFront.
        bytes: the size of the site.
        functions: how many functions run for a request.
        store_reads: the fewest and the most values that they read from the key-value store.
    """

    price_class: str
    bytes: int
    functions: int = 1
    store_reads: tuple[int, int] = (0, 0)


def parse_traffic(text: str) -> Traffic:
    """Return the traffic in a text such as ``100GB,5M``.

    Raises:
        ValueError: the text has another form.
    """
    found = _TRAFFIC.fullmatch(text.strip())
    if not found:
        raise ValueError(f"'{text}' is not traffic: write what visitors download, and their requests: 100GB,5M")
    size, unit, count, times = found.groups()
    return Traffic(float(size) * _GIGABYTES[unit.lower()], float(count) * _COUNTS[times.lower()])


def month_estimate(traffic: Traffic, site: ServedSite) -> Estimate:
    """Return the cost of a month."""
    title = f"A month with {quantity(traffic.gigabytes)} GB and {quantity(traffic.requests)} requests"
    if not site.price_class:
        return Estimate(title, tuple(_website_lines(traffic, site)))
    lines = (*_edge_lines(traffic, site), *_function_lines(traffic, site), *_bucket_lines(traffic, site))
    return Estimate(f"{title}, pay-as-you-go", lines, _plan(traffic))


def _website_lines(traffic: Traffic, site: ServedSite) -> Iterator[CostLine]:
    """Yield the lines of an S3 website."""
    transfer = tiered(S3_TRANSFER, traffic.gigabytes, S3_TRANSFER_FREE.free)
    yield CostLine(
        "GB to visitors", traffic.gigabytes, transfer, transfer, f"after {S3_TRANSFER_FREE.free_name}; {S3_REGION}"
    )
    reads = S3_READ.of(traffic.requests)
    yield CostLine("S3 requests that read", traffic.requests, reads, reads, f"S3 Standard in {S3_REGION}")
    yield _storage_line(site)


def _edge_lines(traffic: Traffic, site: ServedSite) -> Iterator[CostLine]:
    """Yield the lines of CloudFront, between its cheapest and its dearest part of the world."""
    regions = PRICE_CLASSES[site.price_class]
    by_transfer = sorted((tiered(one.transfer, traffic.gigabytes, TRANSFER_FREE.free), one.name) for one in regions)
    low, high = by_transfer[0], by_transfer[-1]
    where = f"if all visitors are in {low[1]}, or in {high[1]}" if low[0] < high[0] else "wherever visitors are"
    yield CostLine(
        "GB to visitors",
        traffic.gigabytes,
        low[0],
        high[0],
        f"after {TRANSFER_FREE.free_name}; {site.price_class}: {where}",
    )
    paid = max(traffic.requests - REQUESTS_FREE.free, 0) / _PRICED_REQUESTS
    by_request = sorted((paid * one.https, one.name) for one in regions)
    yield CostLine(
        "HTTPS requests",
        traffic.requests,
        by_request[0][0],
        by_request[-1][0],
        f"after {REQUESTS_FREE.free_name}; all over HTTPS, in one part of the world",
    )


def _function_lines(traffic: Traffic, site: ServedSite) -> Iterator[CostLine]:
    runs = traffic.requests * site.functions
    cost = FUNCTION_RUN.of(runs)
    fewest, most = (traffic.requests * reads for reads in site.store_reads)
    without_store = "" if most else ", which read no key-value store if the rules fit into them"
    yield CostLine(
        "Function runs",
        runs,
        cost,
        cost,
        f"after {FUNCTION_RUN.free_name}; {site.functions} for each request{without_store}",
    )
    if most:
        yield CostLine(
            "Reads of the key-value store",
            most,
            STORE_READ.of(fewest),
            STORE_READ.of(most),
            f"after {STORE_READ.free_name}; {site.store_reads[0]} to {site.store_reads[1]} for each request",
        )


def _bucket_lines(traffic: Traffic, site: ServedSite) -> Iterator[CostLine]:
    misses = traffic.requests * _MISSES
    cost = S3_READ.of(misses)
    yield CostLine(
        "S3 requests that read",
        misses,
        cost,
        cost,
        f"if the edge has {1 - _MISSES:.0%} of what is asked for; S3 Standard in {S3_REGION}; S3 to CloudFront is free",
    )
    yield _storage_line(site)


def _storage_line(site: ServedSite) -> CostLine:
    cost = S3_STORAGE.of(site.bytes / _GB)
    return CostLine(
        "GB in the bucket", site.bytes / _GB, cost, cost, "the files of this publish, without those of earlier ones"
    )


def _plan(traffic: Traffic) -> str:
    """Return a sentence about the flat-rate plan that fits."""
    fitting = (
        plan for plan in FLAT_RATE_PLANS if plan.gigabytes >= traffic.gigabytes and plan.requests >= traffic.requests
    )
    plan = next(fitting, None)
    if plan is None:
        return f"No flat-rate plan of CloudFront includes that much: {PLAN_LIMITS}"
    return (
        f"The flat-rate plan {plan.name} includes {quantity(plan.gigabytes)} GB and {quantity(plan.requests)} requests "
        f"for {dollars(plan.dollars, plan.dollars)} a month, with serverless edge compute; S3 requests are paid as "
        f"above. It needs a web ACL, which it includes, and has limits: {PLAN_LIMITS}"
    )
