"""The `cloudfront:` TTLs as s-maxage in each file's Cache-Control header: how long the edge keeps the file.

A stack then needs no cache policy of its own, of which an account has 20. Browsers ignore s-maxage.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html#ExpirationDownloadDist
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from hosting.cloudfront.policies import CACHING_OPTIMIZED_TTLS

# For a file without a Cache-Control of its own: browsers revalidate it at the edge each time. `no-cache` means the same
# to browsers, but CloudFront would not cache the file. `stale-while-revalidate` would save one visitor a day the wait
# for S3, but browsers follow it too, and would show the previous page.
REVALIDATE = "public, max-age=0, must-revalidate"
_UNCACHED = frozenset({"no-store", "no-cache", "private"})
_DIRECTIVE = re.compile(r"""(?:[^,"]|"(?:[^"\\]|\\.)*"?)+""")
_SECONDS = re.compile(r'"?([0-9]+)"?')


@dataclass(frozen=True)
class Ttls:
    """How many seconds the edge keeps files.

    Attributes:
        minimum: the lower limit for a file's own max-age.
        default: for a file without a max-age of its own.
        maximum: the upper limit for a file's own max-age; 0 turns caching off.
    """

    minimum: int
    default: int
    maximum: int

    def seconds_for(self, header: str) -> int | None:
        """Return how long CloudFront keeps a file with this Cache-Control; None if the header forbids caching."""
        directives = dict(_directive(text) for text in reversed(_DIRECTIVE.findall(header)))
        if _UNCACHED & directives.keys():
            return None
        times = [_SECONDS.fullmatch(directives.get(name, "")) for name in ("s-maxage", "max-age")]
        seconds = next((int(time[1]) for time in times if time), None)
        return self.default if seconds is None else min(max(seconds, self.minimum), self.maximum)


# The TTLs of the managed cache policy, which every distribution uses.
MANAGED = Ttls(*CACHING_OPTIMIZED_TTLS)


# Ten thousand files share few headers.
@lru_cache(maxsize=1024)
def final_header(own: str | None, ttls: Ttls) -> str:
    """Return the Cache-Control of a file whose own is ``own``: with an s-maxage if ``ttls`` require one.

    ``own`` is returned unchanged if the managed policy already keeps the file for as long as ``ttls`` require.
    """
    if own is None:
        return f"{REVALIDATE}, s-maxage={ttls.default}"
    required = ttls.seconds_for(own)
    # Without caching there is no time to limit. The managed policy keeps a file for at least a second.
    if ttls.maximum == 0 or required is None or max(required, MANAGED.minimum) == MANAGED.seconds_for(own):
        return own
    rest = [text.strip() for text in _DIRECTIVE.findall(own) if _directive(text)[0] not in {"s-maxage", ""}]
    return ", ".join([*rest, f"s-maxage={required}"])


def _directive(text: str) -> tuple[str, str]:
    name, _, value = text.strip().partition("=")
    return name.lower(), value
