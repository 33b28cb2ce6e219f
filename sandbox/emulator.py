"""Runs MiniStack in its own environment, with two things more.

A distribution answers under its aliases too: MiniStack keeps them, and answers under `<label>.cloudfront.net` alone, so
that a function at the edge would never see another Host. And a custom error page `/` is the default root object, where
MiniStack asks S3 for the empty key: mended here, so that one request meets one configuration of the distribution from
its beginning to its end. This is a script for the emulator's Python, and imports nothing of the sandbox.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType
    from typing import Any


def main() -> None:
    """Run it until it is stopped."""
    app = importlib.import_module("ministack.app")
    cloudfront = importlib.import_module("ministack.services.cloudfront")
    # The places where MiniStack tells which distribution a Host is for, and what it does; its version is pinned.
    app.__dict__["_parse_cloudfront_dataplane_host"] = with_aliases(app._parse_cloudfront_dataplane_host, cloudfront)  # noqa: SLF001 - see above
    cloudfront.__dict__["parse_distribution_dataplane_config"] = with_error_page_at_the_root(
        cloudfront.parse_distribution_dataplane_config
    )
    app.main()


def with_error_page_at_the_root(known: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """Return a function that tells what a distribution does: by ``known``, and `/` as an error page is its root object.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DefaultRootObject.html
    """

    def config(distribution: object) -> dict[str, Any]:
        found = known(distribution)
        for rule in found["custom_error_responses"].values():
            if rule["page"] == "/":
                rule["page"] += found["default_root_object"]
        return found

    return config


def with_aliases(known: Callable[[str], str | None], cloudfront: ModuleType) -> Callable[[str], str | None]:
    """Return a function that tells the label of the distribution for a Host: by ``known``, else by its aliases."""

    def label(host: str) -> str | None:
        found: str | None = known(host)
        return found or _label_of_alias(cloudfront, host.partition(":")[0].lower())

    return label


def _label_of_alias(cloudfront: ModuleType, host: str) -> str | None:
    for distribution in cloudfront._distributions.values():  # noqa: SLF001 - see above
        if is_one_of(host, cloudfront._get_distribution_aliases(distribution)):  # noqa: SLF001 - see above
            return str(distribution["DomainName"]).partition(".")[0]
    return None


def is_one_of(host: str, aliases: Iterable[str]) -> bool:
    """Whether a Host is one of ``aliases``; a * is for any name before it, of as many labels as it has.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html#alternate-domain-names-wildcard
    """
    return any(host == one.lower() or (one.startswith("*.") and host.endswith(one[1:].lower())) for one in aliases)


if __name__ == "__main__":
    main()
