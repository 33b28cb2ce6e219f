"""A removed file is one mistake: its URL dies, and the links to it are broken. So it is one finding. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hosting.review.result import LINKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hosting.publish.settings import GateSettings
    from hosting.review.links import Links
    from hosting.review.lost_urls import LostUrl
    from hosting.review.result import Finding

_LEVELS = ("off", "warn", "error")


def with_lost_urls(
    findings: Sequence[Finding], lost: Sequence[LostUrl], links: Links, gate: GateSettings
) -> Iterator[Finding]:
    """Yield the URLs that die with the pages that link to them, and the other findings.

    A URL with broken links is of the kind that `publish:gate` is stricter about.
    """
    broken = {each.subject for each in findings if each.kind == LINKS}
    are_links_stricter = _LEVELS.index(gate.links) > _LEVELS.index(gate.urls)
    for each in lost:
        with_pages = links.with_pages(each.finding, each.paths)
        is_link = are_links_stricter and not broken.isdisjoint(each.paths)
        yield replace(with_pages, kind=LINKS) if is_link else with_pages
    paths = {path for each in lost for path in each.paths}
    yield from (each for each in findings if each.kind != LINKS or each.subject not in paths)
