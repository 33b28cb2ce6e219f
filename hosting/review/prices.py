"""AWS's prices in US dollars, without taxes and discounts. Compare them with the sources, and set ``AS_OF``.

A GB is 2^30 bytes, and a TB is 1,024 GB, as on AWS's bills.
"""

from __future__ import annotations

import math
from typing import NamedTuple

AS_OF = "2026-11"
CLOUDFRONT = "https://aws.amazon.com/cloudfront/pricing/pay-as-you-go/"
PLANS = "https://aws.amazon.com/cloudfront/pricing/"
PLAN_LIMITS = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/flat-rate-pricing-plan.html"
INVALIDATION = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PayingForInvalidation.html"
S3 = "https://aws.amazon.com/s3/pricing/"
SOURCES = (CLOUDFRONT, INVALIDATION, PLANS, PLAN_LIMITS, S3)
_TB = 1024


class Price(NamedTuple):
    """A price for each so many units, after a free part.

    Attributes:
        dollars: the price.
        per: for how many units it is.
        free: how many units of a month are free.
        free_name: the free part by its name; empty without one.
    """

    dollars: float
    per: int
    free: float = 0
    free_name: str = ""

    def of(self, units: float) -> float:
        """Return the dollars for the units of a month."""
        return max(units - self.free, 0) * self.dollars / self.per


class Tier(NamedTuple):
    """The price of a GB up to a total of a month, in GB."""

    up_to: float
    dollars: float


class EdgeRegion(NamedTuple):
    """The prices of the edge locations in one part of the world.

    Attributes:
        name: the countries.
        transfer: the price of a GB to visitors.
        https: the price of 10,000 HTTPS requests.
    """

    name: str
    transfer: tuple[Tier, ...]
    https: float


class Plan(NamedTuple):
    """A flat-rate plan of a distribution, or a level of one.

    Attributes:
        name: the plan.
        dollars: the price of a month.
        gigabytes: the transfer that it includes.
        requests: the requests that it includes.
    """

    name: str
    dollars: int
    gigabytes: int
    requests: int


# S3 Standard in us-east-1; other regions cost 0.7 to 1.8 times as much.
S3_REGION = "us-east-1"
S3_WRITE = Price(0.005, 1_000)
S3_READ = Price(0.0004, 1_000)
S3_STORAGE = Price(0.023, 1)
# To the internet, for a site without CloudFront.
S3_TRANSFER = (Tier(10 * _TB, 0.09), Tier(50 * _TB, 0.085), Tier(150 * _TB, 0.07), Tier(math.inf, 0.05))
S3_TRANSFER_FREE = Price(0, 1, 100, "AWS's 100 GB of data transfer a month, for all services of the account")

INVALIDATION_PATH = Price(0.005, 1, 1_000, "CloudFront's 1,000 invalidation paths a month")
FUNCTION_RUN = Price(0.10, 1_000_000, 2_000_000, "CloudFront's 2,000,000 function invocations a month")
STORE_READ = Price(0.03, 1_000_000, 2_000_000, "CloudFront's 2,000,000 KeyValueStore reads a month")
# Each request of its API, those that read included.
STORE_REQUEST = Price(1.0, 1_000)
TRANSFER_FREE = Price(0, 1, _TB, "CloudFront's 1 TB of data transfer a month")
REQUESTS_FREE = Price(0, 1, 10_000_000, "CloudFront's 10,000,000 requests a month")

# The ends of the tiers are 10, 50, 150, 500, 1,024 and 5,120 TB a month.
_TIER_ENDS = (*(_TB * end for end in (10, 50, 150, 500, 1_024, 5_120)), math.inf)


def _region(name: str, https: float, *dollars: float) -> EdgeRegion:
    return EdgeRegion(name, tuple(map(Tier, _TIER_ENDS, dollars)), https)


NORTH_AMERICA = _region("the United States, Mexico and Canada", 0.0100, 0.085, 0.080, 0.060, 0.040, 0.030, 0.025, 0.020)
EUROPE = _region("Europe, Israel and Türkiye", 0.0120, 0.085, 0.080, 0.060, 0.040, 0.030, 0.025, 0.020)
AFRICA = _region(
    "South Africa, Kenya, Nigeria and the Middle East", 0.0120, 0.110, 0.105, 0.090, 0.080, 0.060, 0.050, 0.040
)
SOUTH_AMERICA = _region("South America", 0.0220, 0.110, 0.105, 0.090, 0.080, 0.060, 0.050, 0.040)
JAPAN = _region("Japan", 0.0120, 0.114, 0.089, 0.086, 0.084, 0.080, 0.070, 0.060)
AUSTRALIA = _region("Australia and New Zealand", 0.0125, 0.114, 0.098, 0.094, 0.092, 0.090, 0.085, 0.080)
ASIA = _region("South East Asia, South Korea, Taiwan", 0.0120, 0.120, 0.100, 0.095, 0.090, 0.080, 0.070, 0.060)
INDIA = _region("India", 0.0120, 0.109, 0.085, 0.082, 0.080, 0.078, 0.075, 0.072)

_CLASS_100 = (NORTH_AMERICA, EUROPE)
_CLASS_200 = (*_CLASS_100, AFRICA, JAPAN, ASIA, INDIA)
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PriceClass.html
PRICE_CLASSES = {
    "PriceClass_100": _CLASS_100,
    "PriceClass_200": _CLASS_200,
    "PriceClass_All": (*_CLASS_200, SOUTH_AMERICA, AUSTRALIA),
}

# The cheapest first. Premium has six levels.
FLAT_RATE_PLANS = (
    Plan("Free", 0, 100, 1_000_000),
    Plan("Pro", 15, 50 * _TB, 10_000_000),
    Plan("Business", 200, 50 * _TB, 125_000_000),
    Plan("Premium", 1_000, 50 * _TB, 500_000_000),
    Plan("Premium", 1_450, 75 * _TB, 750_000_000),
    Plan("Premium", 2_250, 125 * _TB, 1_250_000_000),
    Plan("Premium", 3_500, 200 * _TB, 2_000_000_000),
    Plan("Premium", 6_000, 350 * _TB, 3_500_000_000),
    Plan("Premium", 10_000, 600 * _TB, 6_000_000_000),
)


def tiered(tiers: tuple[Tier, ...], gigabytes: float, free: float) -> float:
    """Return the dollars for a month's GB, of which the first are free; those count for the tiers, too."""
    total, start = 0.0, free
    for tier in tiers:
        total += max(min(gigabytes, tier.up_to) - start, 0) * tier.dollars
        start = max(start, tier.up_to)
    return total
