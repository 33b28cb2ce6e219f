"""What a region of AWS is called. No list of them: a new one must not wait for a release of ours.

Not even one of a new partition: who is in it can say `aws:skipRegionValidation true`.
"""

from __future__ import annotations

import difflib
import re

# https://docs.aws.amazon.com/general/latest/gr/rande.html: an area, in some partitions with more words, and in it a
# direction and a number.
_REGION = re.compile(r"(?P<area>[a-z]{2,4}(?:-(?:gov|iso[a-z]?|de))?)-(?P<direction>[a-z]+)-(?P<number>[0-9]{1,2})")
# Those that some region has, and those that one may get.
_MEANT = ("central", "north", "south", "east", "west", "northeast", "southeast")
_DIRECTIONS = (*_MEANT, "northwest", "southwest")
EXAMPLE = "us-east-1"
# Where CloudFront looks for certificates and web ACLs, and where its metrics are:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html#https-requirements-aws-region
CLOUDFRONT_REGION = "us-east-1"
_NEAR = 3


def is_region(name: str) -> bool:
    """Whether AWS may have a region of this name, now or later."""
    found = _REGION.fullmatch(name)
    return found is not None and found["direction"] in _DIRECTIONS


def nearest_region(name: str) -> str | None:
    """Return the region that a name that is none means: ``eu-wst-1`` is ``eu-west-1``; None if that is unclear."""
    # `eu-west-1a` is one of its availability zones.
    lower = re.sub(r"(?<=[0-9])[a-f]$", "", name.strip().lower().replace("_", "-"))
    found = _REGION.fullmatch(re.sub(r"(?<=[a-z])(?=[0-9])", "-", lower))
    near = difflib.get_close_matches(found["direction"], _MEANT, n=_NEAR) if found else []
    if not found or not near:
        return None
    # `est` is as near to west as to east, and few mistype the first letter.
    meant = next((one for one in near if one[0] == found["direction"][0]), near[0])
    return f"{found['area']}-{meant}-{found['number']}"
