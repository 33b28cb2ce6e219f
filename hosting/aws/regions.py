"""Names of AWS regions: their form, not a list, so that a new region works without an update of this program.

A region of a new partition needs `aws:skipRegionValidation true`.
"""

from __future__ import annotations

import difflib
import re

# An area, in some partitions of several words, a direction and a number:
# https://docs.aws.amazon.com/general/latest/gr/rande.html
_REGION = re.compile(r"(?P<area>[a-z]{2,4}(?:-(?:gov|iso[a-z]?|de))?)-(?P<direction>[a-z]+)-(?P<number>[0-9]{1,2})")
# The directions in use, and all that are possible.
_MEANT = ("central", "north", "south", "east", "west", "northeast", "southeast")
_DIRECTIONS = (*_MEANT, "northwest", "southwest")
EXAMPLE = "us-east-1"
# Where CloudFront looks for certificates and web ACLs, and where its metrics are:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html#https-requirements-aws-region
CLOUDFRONT_REGION = "us-east-1"
_NEAR = 3


def is_region(name: str) -> bool:
    """Return whether a region of AWS can have this name, now or later."""
    found = _REGION.fullmatch(name)
    return found is not None and found["direction"] in _DIRECTIONS


def nearest_region(name: str) -> str | None:
    """Return the region that a misspelt name means, such as ``eu-west-1`` for ``eu-wst-1``; None if it is unclear."""
    # `eu-west-1a` is an availability zone.
    lower = re.sub(r"(?<=[0-9])[a-f]$", "", name.strip().lower().replace("_", "-"))
    found = _REGION.fullmatch(re.sub(r"(?<=[a-z])(?=[0-9])", "-", lower))
    near = difflib.get_close_matches(found["direction"], _MEANT, n=_NEAR) if found else []
    if not found or not near:
        return None
    # `est` is as similar to west as to east. A typo in the first letter is rare.
    meant = next((one for one in near if one[0] == found["direction"][0]), near[0])
    return f"{found['area']}-{meant}-{found['number']}"
