"""The links of all pages: each different target is asked once of the site that is to be published. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import unquote

from hosting.answers.expected import OK
from hosting.publish.staging.content_types import DEFAULT, content_type
from hosting.review.examine import MIXED
from hosting.review.result import FRAGMENTS, LINKS, MIXED_CONTENT, REDIRECTS, Finding
from hosting.review.site import LOOP, PAGE_TYPES, is_page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from hosting.review.contents import Contents
    from hosting.review.ignores import Ignores
    from hosting.review.site import AskedSite, Outcome

# https://html.spec.whatwg.org/multipage/browsing-the-web.html#scroll-to-the-fragment-identifier, and the directives of
# https://wicg.github.io/scroll-to-text-fragment/. `#/` and `#!` are routes of apps.
_NO_ANCHOR = ("/", "!")
_DIRECTIVE = ":~:"


class Links:
    """The links of a site.

    Attributes:
        single_redirects: the number of targets that work only by one redirect.
        count: the number of links, each target once a file.
        targets: the number of different targets.
    """

    def __init__(self, site: AskedSite, contents: Contents, ignores: Ignores) -> None:
        self._site, self._contents, self._ignores = site, contents, ignores
        self._asked = sorted(set(chain.from_iterable(row.links for row in contents.rows.values())))
        self.count = sum(len(row.links) for row in contents.rows.values())
        self.targets = len(self._asked)
        self.single_redirects = 0
        self._pages: Mapping[tuple[str, str], set[str]] = {}
        # The names to which fragments may lead, by the key of their page.
        self._names: dict[str, frozenset[str]] = {}

    def findings(self) -> list[Finding]:
        """Return what is wrong with the links, once for each target."""
        found = {number: wrong for number in self._asked if (wrong := self._wrong(self._contents.texts[number]))}
        pages: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for key, row in self._contents.rows.items() if found else ():
            for number in found.keys() & row.links:
                if not self._ignores.matches(found[number].subject, self._site.page_url(key)):
                    pages[found[number].identity].add(key)
        # A page and a script may link to the same target in different ways.
        findings = {finding.identity: finding for finding in found.values()}
        self._pages = pages
        rules = [each for each in self._rules() if not self._ignores.matches(each.subject)]
        return rules + [self._on_pages(findings[each], pages[each]) for each in findings if each in pages]

    def with_pages(self, finding: Finding, paths: Collection[str]) -> Finding:
        """Return a finding with the pages whose links to one of the paths are broken."""
        keys: set[str] = set().union(*(self._pages.get((LINKS, path), ()) for path in paths))
        return self._on_pages(finding, keys) if keys else finding

    def _on_pages(self, finding: Finding, keys: Collection[str]) -> Finding:
        first = min(keys, key=lambda key: (not self._site.has_own_url(key), key.count("/"), key))
        return replace(finding, page=self._site.page_url(first), pages=len(keys))

    def _rules(self) -> Iterator[Finding]:
        """Yield the redirects and rewrites for one path that lead to nothing."""
        for rule in self._site.rules.redirects:
            outcome = self._site.outcome(rule.literal) if rule.is_literal and rule.is_unconditional else None
            if outcome and outcome.status not in (OK, LOOP):
                yield Finding(LINKS, rule.literal, f"leads to a page that is {outcome.status} ({rule.where})")

    def _wrong(self, text: str) -> Finding | None:
        """Return what is wrong with a target, which has the letter of its kind in front."""
        kind, target = text[0], text[1:]
        if kind == MIXED:
            return Finding(MIXED_CONTENT, target, "is requested over http", advice="write https://")
        path, _, fragment = target.partition("#")
        outcome = self._site.outcome(path)
        broken = _broken(path, outcome)
        if broken:
            return Finding(LINKS, path, broken, advice=self._advice(path))
        self.single_redirects += outcome.redirects == 1
        if outcome.redirects > 1:
            return Finding(REDIRECTS, path, f"needs {outcome.redirects} redirects", advice="link to the last address")
        if fragment and outcome.key and not self._has_anchor(outcome.key, fragment):
            return Finding(FRAGMENTS, target, f"leads to a part that the page does not have: #{fragment}")
        return None

    def _has_anchor(self, key: str, fragment: str) -> bool:
        row, entry = self._contents.rows.get(key), self._site.manifest.get(key)
        fragment = fragment.partition(_DIRECTIVE)[0]
        if row is None or entry is None or not is_page(entry) or not fragment or fragment.startswith(_NO_ANCHOR):
            return True
        names = self._names.get(key)
        if names is None:
            names = self._names[key] = frozenset(self._contents.texts[number] for number in row.anchors)
        return fragment in names or unquote(fragment) in names or fragment.lower() == "top"

    def _advice(self, path: str) -> str:
        """Return the path that differs only in the case of its letters."""
        found = self._by_lower_case.get(path.lower())
        return f"the address is {found}" if found and self._site.outcome(found).status == OK else ""

    @cached_property
    def _by_lower_case(self) -> dict[str, str]:
        urls = (form for entry in self._site.manifest.entries for form in self._site.forms(entry.path))
        return {url.lower(): url for url in urls}


def _broken(path: str, outcome: Outcome) -> str:
    """Return why a link is broken, as the rest of a sentence; empty if it is not."""
    if outcome.status == LOOP:
        return "redirects in an endless loop"
    if outcome.status != OK:
        return f"is {outcome.status}"
    return "gets the app's page" if outcome.is_fallback and _is_asset(path) else ""


def _is_asset(path: str) -> bool:
    """Whether the ending of a path is that of a known type of files, other than pages."""
    return content_type(path.partition("?")[0]).partition(";")[0] not in (DEFAULT, *PAGE_TYPES)
