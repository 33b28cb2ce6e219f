"""AWS's default quotas of an account, which a test or a user can change.

The file that QUOTAS_FILE names is a JSON object with other numbers for some of the names in `DEFAULTS`. It is read at
each call, so that a full account needs neither a hundred resources nor another emulator.

Numbers: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULTS: Mapping[str, int] = MappingProxyType(
    {
        "CachePolicies": 20,
        "OriginRequestPolicies": 20,
        "ResponseHeadersPolicies": 20,
        "OriginAccessControls": 100,
        "Functions": 100,
        "Distributions": 500,
        "KeyValueStores": 200,
        # Paths of one distribution's invalidations: at once, and in a second.
        "InvalidationPaths": 3000,
        "InvalidationPathsPerSecond": 150,
        "WildcardInvalidationsPerSecond": 1,
    }
)


def quota(name: str) -> int:
    """Return a quota's number.

    Raises:
        ValueError: the file is not a JSON object of numbers.
    """
    path = Path(os.environ.get("QUOTAS_FILE", ""))
    changed = json.loads(path.read_text()) if path.is_file() else {}
    return int(changed.get(name, DEFAULTS[name]))
