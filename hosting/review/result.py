"""The result of a review: what it has found, as data that JSON can hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from pydantic import TypeAdapter

from hosting.review.estimate import Estimate  # noqa: TC001 - pydantic reads it

# The kinds of findings, which are the keys of `publish:gate`.
URLS, LINKS, REDIRECTS, FRAGMENTS = "urls", "links", "redirects", "fragments"
MIXED_CONTENT, WEIGHT = "mixedContent", "weight"
KINDS = (URLS, LINKS, REDIRECTS, FRAGMENTS, MIXED_CONTENT, WEIGHT)


@dataclass(frozen=True)
class Finding:
    """A mistake, with all pages that have it.

    Attributes:
        kind: one of ``KINDS``.
        subject: the URL that dies, the target of a link, or the page that is too heavy.
        text: what is wrong with it: the rest of a sentence that begins with the subject.
        page: one of the pages that have it; empty if no page does.
        pages: their number.
        advice: what to type or to write to fix it; empty if only the user can know.
        is_new: whether the live release does not have it.
    """

    kind: str
    subject: str
    text: str
    page: str = ""
    pages: int = 0
    advice: str = ""
    is_new: bool = True

    @property
    def identity(self) -> tuple[str, str]:
        """What makes it the same finding in another release."""
        return self.kind, self.subject


@dataclass(frozen=True)
class Weight:
    """What a first visit of a page takes at least.

    Attributes:
        bytes: the bytes that are sent.
        requests: the number of requests.
    """

    bytes: int
    requests: int


@dataclass(frozen=True)
class PageWeight:
    """The weight of a page.

    Attributes:
        page: its URL's path.
        now: its weight in the staged tree.
        before: its weight in the live release; None if that does not have the page.
    """

    page: str
    now: Weight
    before: Weight | None = None


@dataclass(frozen=True)
class Totals:
    """How much the review has looked at.

    Attributes:
        files: the staged files.
        bytes: their size.
        pages: the pages among them.
        links: the links of all pages, each target once a page.
        targets: the different targets inside the site.
    """

    files: int = 0
    bytes: int = 0
    pages: int = 0
    links: int = 0
    targets: int = 0


@dataclass(frozen=True)
class ReviewResult:
    """What a review has found.

    Attributes:
        digest: a hash of what was reviewed: manifest, rules and settings.
        compared_with: the live release, as the rest of a sentence; empty without a live release.
        totals: how much it has looked at.
        findings: the mistakes, by kind, the new ones first.
        rule_changes: what changes besides the files, a sentence each.
        weights: the weight of each page.
        notes: sentences that are no mistakes, such as what could not be compared.
        cost: what the publish costs.
    """

    digest: str
    compared_with: str = ""
    totals: Totals = field(default_factory=Totals)
    findings: tuple[Finding, ...] = ()
    rule_changes: tuple[str, ...] = ()
    weights: tuple[PageWeight, ...] = ()
    notes: tuple[str, ...] = ()
    cost: Estimate | None = None

    def to_json(self) -> bytes:
        """Return the result as ``from_json`` reads it."""
        return _adapter().dump_json(self)

    @classmethod
    def from_json(cls, data: bytes) -> ReviewResult:
        """Return what ``to_json`` wrote.

        Raises:
            ValidationError: it is damaged.
        """
        return _adapter().validate_json(data)


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[ReviewResult]:
    return TypeAdapter(ReviewResult)
