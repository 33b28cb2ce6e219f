"""What a first visit of each page takes: a lower bound, as scripts may request more. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

from hosting.answers.expected import OK
from hosting.publish.settings import size_in_bytes
from hosting.review.result import WEIGHT, Finding, PageWeight, Weight
from hosting.review.site import is_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hosting.publish.settings import BudgetSettings
    from hosting.review.contents import Contents, Row
    from hosting.review.ignores import Ignores
    from hosting.review.record import LivePage
    from hosting.review.site import AskedSite

_KILO = 1_000
_WHAT = {"page": "", "script": " of scripts", "style": " of style sheets", "image": " of images"}


class _Parts(NamedTuple):
    """The bytes of a page's parts, and its requests; the names are the keys of `publish:budget`."""

    page: int
    script: int
    style: int
    image: int
    requests: int


@dataclass(frozen=True)
class Weights:
    """The weights of all pages, by key.

    Attributes:
        parts: what a page requests.
        weights: the sums.
    """

    parts: Mapping[str, _Parts]
    weights: Mapping[str, Weight]

    @classmethod
    def of(cls, site: AskedSite, contents: Contents) -> Weights:
        """Return the weights of the pages that have a URL."""
        keys = [
            entry.path
            for entry in site.manifest.entries
            if is_page(entry) and entry.path in contents.rows and site.has_own_url(entry.path)
        ]
        sizes = {entry.path: entry.size for entry in site.manifest.entries}
        sizes |= {key: row.sent for key, row in contents.rows.items()}
        requested = cache(partial(_requested, site, contents.texts, sizes))
        parts = {key: _parts(contents.rows[key], requested) for key in keys}
        return cls(parts, {key: Weight(each.page, each.requests) for key, each in parts.items()})

    def pages(self, site: AskedSite, live: Mapping[str, LivePage]) -> Iterator[PageWeight]:
        """Yield the weight of each page, now and in the live release."""
        for key, weight in self.weights.items():
            before = live.get(key)
            yield PageWeight(site.page_url(key), weight, before.weight if before else None)

    def findings(self, site: AskedSite, budget: BudgetSettings, ignores: Ignores) -> Iterator[Finding]:
        """Yield the parts of the budget that pages exceed, with the page that exceeds it most."""
        for name, what in _WHAT.items():
            most = size_in_bytes(getattr(budget, name) or "")
            heavy = [key for key, parts in self.parts.items() if most and getattr(parts, name) > most]
            over = [key for key in heavy if not ignores.matches(site.page_url(key), site.page_url(key))]
            if over:
                key = max(over, key=lambda each: getattr(self.parts[each], name))
                text = f"sends {kilobytes(getattr(self.parts[key], name))}{what}, more than {kilobytes(most)}"
                yield Finding(WEIGHT, f"{site.page_url(key)}", text, site.page_url(key), len(over))


def kilobytes(size: int) -> str:
    """Return a size in kB, as `publish:budget` has it."""
    return f"{size / _KILO:,.0f} kB" if size >= 10 * _KILO else f"{size / _KILO:.1f} kB"


def _parts(row: Row, requested: Callable[..., _Parts]) -> _Parts:
    """Return the parts of a page; ``requested`` returns those besides the page itself, which many pages share."""
    parts = requested(*map(tuple, (row.scripts, row.styles, row.images)))
    return parts._replace(page=row.sent + parts.page, requests=1 + parts.requests)


def _requested(site: AskedSite, texts: Sequence[str], sizes: Mapping[str, int], *lists: tuple[int, ...]) -> _Parts:
    """Return the parts that a page requests; each file is requested once."""
    seen: set[str] = set()
    totals = []
    for numbers in lists:
        outcomes = (site.outcome(texts[number]) for number in numbers)
        keys = {outcome.key for outcome in outcomes if outcome.status == OK} - seen - {""}
        seen |= keys
        totals.append(sum(sizes.get(key, 0) for key in keys))
    script, style, image = totals
    return _Parts(script + style + image, script, style, image, len(seen))
