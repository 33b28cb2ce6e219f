"""How long the edge keeps a file: the `cloudfront:` TTLs, as s-maxage in the file's own Cache-Control header.

So a stack needs no cache policy of its own, of which an account has 20. Browsers ignore s-maxage.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html#ExpirationDownloadDist
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from hosting.cloudfront.policies import CACHING_OPTIMIZED_TTLS

# For a file without a Cache-Control of its own: browsers ask the edge each time. `no-cache` says the same to browsers,
# but CloudFront would not keep the file. `stale-while-revalidate` would spare one visitor a day the wait for S3, but
# browsers obey it too, and would show the previous page.
REVALIDATE = "public, max-age=0, must-revalidate"
_UNCACHED = frozenset({"no-store", "no-cache", "private"})
_DIRECTIVE = re.compile(r"""(?:[^,"]|"(?:[^"\\]|\\.)*"?)+""")
_SECONDS = re.compile(r'"?([0-9]+)"?')


@dataclass(frozen=True)
class Ttls:
    """For how many seconds the edge keeps files.

    Attributes:
        minimum: however short a file's own time is.
        default: a file that names no time.
        maximum: however long a file's own time is; 0 is no caching at all.
    """

    minimum: int
    default: int
    maximum: int

    def kept(self, header: str) -> int | None:
        """Return for how long CloudFront keeps a file with this Cache-Control; None where no s-maxage changes that."""
        found = dict(_directive(text) for text in reversed(_DIRECTIVE.findall(header)))
        if _UNCACHED & found.keys():
            return None
        times = [_SECONDS.fullmatch(found.get(name, "")) for name in ("s-maxage", "max-age")]
        seconds = next((int(time[1]) for time in times if time), None)
        return self.default if seconds is None else min(max(seconds, self.minimum), self.maximum)


# Of the policy by which the headers are read.
MANAGED = Ttls(*CACHING_OPTIMIZED_TTLS)


# Ten thousand files have few headers.
@lru_cache(maxsize=1024)
def final_header(own: str | None, ttls: Ttls) -> str:
    """Return the Cache-Control of a file that has ``own``, or none: with an s-maxage where ``ttls`` take one.

    The text of ``own`` stays as it is wherever the managed policy keeps the file for as long as ``ttls`` say.
    """
    if own is None:
        return f"{REVALIDATE}, s-maxage={ttls.default}"
    wanted = ttls.kept(own)
    # Without caching there is nothing to limit. The managed policy keeps a file for a second in any case.
    if ttls.maximum == 0 or wanted is None or max(wanted, MANAGED.minimum) == MANAGED.kept(own):
        return own
    rest = [text.strip() for text in _DIRECTIVE.findall(own) if _directive(text)[0] not in {"s-maxage", ""}]
    return ", ".join([*rest, f"s-maxage={wanted}"])


def _directive(text: str) -> tuple[str, str]:
    name, _, value = text.strip().partition("=")
    return name.lower(), value
