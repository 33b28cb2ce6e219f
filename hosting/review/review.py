"""The review: compares the staged site with the live one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hosting.plural import plural
from hosting.review.costs import Files, publish_cost
from hosting.review.ignores import Ignores
from hosting.review.links import Links
from hosting.review.lost_links import with_lost_urls
from hosting.review.lost_urls import LOST_TO_PASSWORD, LostUrls
from hosting.review.record import LivePage, ReleaseRecord, file_rows
from hosting.review.result import KINDS, URLS, ReviewResult, Totals
from hosting.review.rule_changes import rule_changes
from hosting.review.site import AskedSite, is_page
from hosting.review.staged_files import keep_contents, staged_contents, unread_files
from hosting.review.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from hosting.publish.staging.manifest import Manifest
    from hosting.review.contents import Contents
    from hosting.review.estimate import Estimate
    from hosting.review.lost_urls import LostUrl
    from hosting.review.request import ReviewRequest
    from hosting.review.result import Finding

_APP_NOTE = "The site is a single-page app, which answers every path: only its files are compared with the live ones"


@dataclass(frozen=True)
class StagedSite:
    """The site that is to be published.

    Attributes:
        folder: the folder of the staged tree.
        manifest: its files.
        request: what the review is asked to do.
        digest: the digest of both.
    """

    folder: Path
    manifest: Manifest
    request: ReviewRequest
    digest: str


@dataclass(frozen=True)
class LiveSite:
    """The site that is live.

    Attributes:
        record: the record of its release; None without one.
        name: what it is, as the rest of a sentence; without a record, the reason.
    """

    record: ReleaseRecord | None
    name: str


def review(
    staged: StagedSite, live: LiveSite, progress: Callable[[int, int], None]
) -> tuple[ReviewResult, ReleaseRecord]:
    """Return what a review finds, and the record of the release, for after its publish."""
    request = staged.request
    site = AskedSite(staged.manifest, request.rules, request.names)
    contents = staged_contents(staged.folder, site, request, progress)
    ignores, weights = Ignores(request.ignore), Weights.of(site, contents)
    links = Links(site, contents, ignores)
    findings = [*links.findings(), *weights.findings(site, request.budget, ignores)]
    keep_contents(staged.folder, site, request, contents)
    comparison = _Comparison(site, live.record, contents, request) if live.record else None
    lost = [*comparison.lost_urls(ignores)] if comparison else []
    marked = _marked(with_lost_urls(findings, lost, links, request.gate), live.record)
    record = _record(staged, site, contents, weights, findings)
    result = ReviewResult(
        digest=staged.digest,
        compared_with=live.name if live.record else "",
        totals=_totals(staged.manifest, links),
        findings=tuple(sorted(marked, key=lambda each: (KINDS.index(each.kind), not each.is_new, -each.pages))),
        rule_changes=tuple(comparison.rule_changes()) if comparison else (),
        weights=tuple(weights.pages(site, live.record.pages if live.record else {})),
        notes=(*_notes(live, comparison, links), *unread_files(site, contents), *ignores.unused()),
        cost=_cost(staged, live.record),
    )
    return result, record


class _Comparison:
    """The comparison with the live release."""

    def __init__(self, site: AskedSite, record: ReleaseRecord, contents: Contents, request: ReviewRequest) -> None:
        self._before, self._after = AskedSite(record.manifest, record.rules, request.names), site
        self._request = request
        # Then only the content of files has changed.
        self._has_same_answers = self._before.share_answers(site)
        self._lost = LostUrls(self._before, site, record.pages, contents)
        self._unused_redirects = record.unused_redirects
        self.compares_files_only = self._lost.compares_files_only

    def lost_urls(self, ignores: Ignores) -> Iterator[LostUrl]:
        for each in self._all_lost():
            if not ignores.matches(each.finding.subject, each.finding.subject):
                yield each

    def _all_lost(self) -> Iterator[LostUrl]:
        # A preview may well have a password that the site which it is compared with does not have.
        if self._request.replaces_live_site and self._after.rules.has_password and not self._before.rules.has_password:
            yield LOST_TO_PASSWORD
        yield from () if self._has_same_answers else self._lost.lost()

    def rule_changes(self) -> Iterator[str]:
        new_unused = [each for each in self._request.unused_redirects if each not in self._unused_redirects]
        return rule_changes(self._before, self._after, new_unused)


def _marked(findings: Iterable[Finding], record: ReleaseRecord | None) -> list[Finding]:
    """Return the findings; those that the live release has, too, are not new."""
    known = set(record.findings) if record else set()
    return [each if each.kind == URLS else replace(each, is_new=each.identity not in known) for each in findings]


def _record(
    staged: StagedSite, site: AskedSite, contents: Contents, weights: Weights, findings: list[Finding]
) -> ReleaseRecord:
    rows = contents.rows
    pages = {key: LivePage(rows[key].title, rows[key].canonical, weight) for key, weight in weights.weights.items()}
    identities = tuple(each.identity for each in findings)
    unused = staged.request.unused_redirects
    return ReleaseRecord(staged.digest, site.rules, file_rows(staged.manifest), pages, identities, unused)


def _cost(staged: StagedSite, record: ReleaseRecord | None) -> Estimate:
    before = Files(record.manifest, record.rules) if record else None
    return publish_cost(Files(staged.manifest, staged.request.rules), before, staged.request.max_paths)


def _notes(live: LiveSite, comparison: _Comparison | None, links: Links) -> Iterator[str]:
    if comparison is None:
        yield live.name
    elif comparison.compares_files_only:
        yield _APP_NOTE
    if links.single_redirects:
        yield f"{plural(links.single_redirects, 'link target works', 'link targets work')} only by a redirect"


def _totals(manifest: Manifest, links: Links) -> Totals:
    pages = sum(map(is_page, manifest.entries))
    return Totals(manifest.file_count, manifest.total_bytes, pages, links.count, links.targets)
