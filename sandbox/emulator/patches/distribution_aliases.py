"""MiniStack stores a distribution's alternate domain names, and answers only requests to `<label>.cloudfront.net`.

CloudFront answers each of the names, so that a function can see another Host header, and prefers the distribution with
the more specific name: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.emulator.aliases import alias_specificity
from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from sandbox.emulator.ministack import MiniStack


def install(ministack: MiniStack) -> None:
    """Answer requests to alternate domain names."""
    replace(
        ministack.app,
        "_parse_cloudfront_dataplane_host",
        lambda original: with_aliases(original, ministack.cloudfront),
    )


def with_aliases(original: Callable[[str], str | None], cloudfront: ModuleType) -> Callable[[str], str | None]:
    """Return a function that finds the label of a host's distribution by ``original``, then by the aliases."""

    def label(host: str) -> str | None:
        return original(host) or _label_of_alias(cloudfront, host.partition(":")[0].lower())

    return label


def _label_of_alias(cloudfront: ModuleType, host: str) -> str | None:
    best, label = 0, None
    for distribution in cloudfront._distributions.values():
        specificity = alias_specificity(host, cloudfront._get_distribution_aliases(distribution))
        if specificity > best:
            best, label = specificity, str(distribution["DomainName"]).partition(".")[0]
    return label
