"""S3's website endpoints and hosted zones in each region.

https://docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints
"""

# The website endpoints of regions from before 2014 have a dash, all later ones a dot.
_DASH_REGIONS = frozenset(
    {
        *("us-east-1", "us-west-1", "us-west-2", "eu-west-1", "sa-east-1", "us-gov-west-1"),
        *("ap-northeast-1", "ap-southeast-1", "ap-southeast-2"),
    }
)
_HOSTED_ZONES = {
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-1": "Z2F56UZL2M1ACD",
    "us-west-2": "Z3BJ6K6RIION7M",
    "ca-central-1": "Z1QDHH18159H29",
    "eu-central-1": "Z21DNDUVLTQW6Q",
    "eu-west-1": "Z1BKCTXD74EZPE",
    "eu-west-2": "Z3GKZC51ZF0DB4",
    "eu-west-3": "Z3R1K369G5AVDG",
    "eu-north-1": "Z3BAZG2TWCNX0D",
    "ap-northeast-1": "Z2M4EHUR26P7ZW",
    "ap-northeast-2": "Z3W03O7B5YMIYP",
    "ap-south-1": "Z11RGJOFQNVJUP",
    "ap-southeast-1": "Z3O0J2DXBE1FTB",
    "ap-southeast-2": "Z1WCIGYICN2BYD",
    "sa-east-1": "Z7KQH4QJS55SO",
}


def website_domain(region: str) -> str:
    """Return the domain of the region's website endpoints."""
    return f"s3-website{'-' if region in _DASH_REGIONS else '.'}{region}.amazonaws.com"


def hosted_zone_id(region: str) -> str | None:
    """Return the Route 53 zone of the region's website endpoints, or None if it is not listed here."""
    return _HOSTED_ZONES.get(region)
