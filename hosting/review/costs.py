"""The costs of a stack: of its next publish, and of a month of traffic. Pure."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from hosting.publish.managed.invalidation_paths import error_page_files
from hosting.review.publish_cost import Invalidation, file_changes, publish_estimate
from hosting.review.traffic_cost import ServedSite, month_estimate

if TYPE_CHECKING:
    from hosting.answers.site_rules import SiteRules
    from hosting.publish.staging.manifest import Manifest
    from hosting.review.estimate import Estimate
    from hosting.review.traffic_cost import Traffic

# Values that the functions of bulk mode read for each request; docs/publishing.md has them. Both functions read the
# pointer, one reads a bucket of the table, and the others are read if there are such rules.
_RELEASE_READS, _MOST_REDIRECT_READS, _MOST_HEADER_READS = 3, 3, 7


class Files(NamedTuple):
    """A site's files and rules."""

    manifest: Manifest
    rules: SiteRules


def publish_cost(staged: Files, live: Files | None, max_paths: int) -> Estimate:
    """Return the cost of a publish.

    Args:
        staged: what is published.
        live: what is live; None if that is nothing, or not known.
        max_paths: as in ``Invalidation``.
    """
    before = live.manifest if live else None
    has_new_rules = live is not None and live.rules != staged.rules
    changes = file_changes(before, staged.manifest, has_new_rules=has_new_rules)
    return publish_estimate(
        changes, staged.rules, staged.manifest, Invalidation(max_paths, partial(_fallbacks, staged))
    )


def month_cost(staged: Files, price_class: str, traffic: Traffic) -> Estimate:
    """Return the cost of a month of traffic; ``price_class`` is `cloudfront:priceClass`."""
    return month_estimate(traffic, _served(staged, price_class))


def _fallbacks(site: Files) -> list[str]:
    """Return the files that CloudFront serves under other URLs than their own."""
    pages = error_page_files([error.response_page_path for error in site.rules.errors], site.rules.index_document)
    app_page = site.rules.choice.routes({entry.path for entry in site.manifest.entries}).app_page
    return sorted({*pages, app_page} - {""})


def _served(site: Files, price_class: str) -> ServedSite:
    """Return what the cost of a month depends on."""
    rules, size = site.rules, site.manifest.total_bytes
    if not rules.has_cloudfront:
        return ServedSite("", size)
    if not rules.is_bulk:
        return ServedSite(price_class, size, 2 if rules.headers else 1)
    most = _RELEASE_READS + _MOST_REDIRECT_READS * bool(rules.redirects) + _MOST_HEADER_READS * bool(rules.headers)
    return ServedSite(price_class, size, 2, (_RELEASE_READS, most))
