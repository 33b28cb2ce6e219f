"""MiniStack creates any number of invalidations.

CloudFront takes 150 paths and one wildcard a second, and 3,000 paths at once, of each distribution:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-invalidations
It rejects more with TooManyInvalidationsInProgress, which botocore does not retry:
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateInvalidation.html#API_CreateInvalidation_Errors
"""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace
from sandbox.emulator.quotas import quota

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from sandbox.emulator.ministack import MiniStack

_MESSAGE = "Processing your request will cause you to exceed the maximum number of in-progress invalidations."


class Allowance:
    """The paths that a distribution may still invalidate: a second's worth at most, refilled continuously.

    AWS does not document how it counts a request of more than a second's worth. Here one is accepted if nothing was
    invalidated in the second before it, and the next one only once its paths have had their time.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._used: dict[str, float] = {}
        self._at = clock()

    def take(self, counts: Mapping[str, int]) -> bool:
        """Count the paths of one invalidation, by the name of their quota, if they are allowed now."""
        now = self._clock()
        limits = {name: quota(name) for name in counts}
        used = {name: max(0.0, self._used.get(name, 0.0) - (now - self._at) * limits[name]) for name in counts}
        allowed = all(
            not count or used[name] + min(count, limits[name]) <= limits[name] for name, count in counts.items()
        )
        self._used = {name: used[name] + count * allowed for name, count in counts.items()}
        self._at = now
        return allowed


def install(ministack: MiniStack) -> None:
    """Check the quotas before each invalidation."""
    replace(
        ministack.cloudfront,
        "_create_invalidation",
        lambda original: with_quotas(original, ministack.cloudfront, time.monotonic),
    )


def with_quotas(
    original: Callable[[str, bytes], Any], cloudfront: ModuleType, clock: Callable[[], float]
) -> Callable[[str, bytes], Any]:
    """Return a function that creates an invalidation by ``original`` unless it has too many paths."""
    allowances: defaultdict[str, Allowance] = defaultdict(lambda: Allowance(clock))

    def create(distribution: str, body: bytes) -> Any:  # noqa: ANN401 - MiniStack's response
        batch = cloudfront._parse_body(body)
        paths = [] if batch is None else [str(item.text) for item in batch.iter() if _name(item) == "Path"]
        # AWS names distributions uniquely, so that two accounts never share an allowance.
        if distribution in cloudfront._distributions and not _are_allowed(paths, allowances[distribution]):
            return cloudfront._error("TooManyInvalidationsInProgress", _MESSAGE, 400)
        return original(distribution, body)

    return create


def _name(element: Any) -> str:  # noqa: ANN401 - an XML element
    return str(element.tag).rpartition("}")[2]


def _are_allowed(paths: list[str], allowance: Allowance) -> bool:
    wildcards = sum(path.endswith("*") for path in paths)
    files = len(paths) - wildcards
    counts = {"InvalidationPathsPerSecond": files, "WildcardInvalidationsPerSecond": wildcards}
    return files <= quota("InvalidationPaths") and allowance.take(counts)
