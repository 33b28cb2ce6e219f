"""The URLs that die: every URL of the live release is asked of the new one. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from hosting.answers.expected import OK
from hosting.formats.paths import key_path
from hosting.formats.redirects.proxies import Proxy
from hosting.publish.staging.cache_control import IMMUTABLE
from hosting.publish.staging.hashed_names import hashed_names
from hosting.review.record import short_hash
from hosting.review.result import URLS, Finding
from hosting.review.rule_paths import source_paths
from hosting.review.site import LOOP, is_page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from hosting.formats.redirects.rules import Rule
    from hosting.publish.staging.manifest import ManifestEntry
    from hosting.review.contents import Contents, Row
    from hosting.review.record import LivePage
    from hosting.review.site import AskedSite, Outcome

# Data that generators write beside a page, and that only the page's own script requests. They go with their page.
_DATA_OF_PAGES = (
    # https://www.gatsbyjs.com/docs/how-to/performance/how-code-splitting-works/
    r"page-data/(?:.*/)?(?:page|app)-data\.json",
    r"page-data/sq/d/[0-9]+\.json",
    # https://nuxt.com/docs/4.x/getting-started/prerendering#payload-extraction
    r"(?:.*/)?_payload\.json",
    # https://nextjs.org/docs/app/guides/static-exports
    r"(?:.*/)?(?:index|__next\..*)\.txt",
    # https://svelte.dev/docs/kit/load#Universal-vs-server
    r"(?:.*/)?__data\.json",
    # https://www.sphinx-doc.org/en/master/usage/configuration.html#confval-html_copy_source
    r"_sources/.*",
)
# How many paths of a rule with placeholders are tried.
_PATHS_OF_A_RULE = 50
_IS_DATA = re.compile("|".join(_DATA_OF_PAGES))


class LostUrl(NamedTuple):
    """A URL that dies.

    Attributes:
        finding: what is reported.
        paths: all paths that die with it, of the same file or the same rule.
    """

    finding: Finding
    paths: tuple[str, ...]


# Each URL, if visitors need a password from now on.
LOST_TO_PASSWORD = LostUrl(Finding(URLS, "/*", "will be 401, because visitors need a password"), ())


class _Page(NamedTuple):
    """What identifies a page in another place."""

    sha256: str
    title: str
    canonical: str


class LostUrls:
    """Compares the live release with the new one."""

    def __init__(
        self, before: AskedSite, after: AskedSite, live_pages: Mapping[str, LivePage], contents: Contents
    ) -> None:
        self._before, self._after = before, after
        self._live_pages, self._contents = live_pages, contents

    @property
    def compares_files_only(self) -> bool:
        """Whether an app answers all paths without a file, so that no page can be missed."""
        return self._before.is_app and self._after.is_app

    def lost(self) -> Iterator[LostUrl]:
        """Yield the URLs that die, once for each file and for each rule of the live release."""
        files = {key: paths for key, paths in self._lost_files() if paths}
        rules = [rule for rule in self._before.rules.redirects if rule.is_unconditional and not isinstance(rule, Proxy)]
        of_rules = [self._lost_paths(rule) for rule in rules]
        # A rule whose page dies is no other mistake.
        with_page: defaultdict[str, list[str]] = defaultdict(list)
        for path in chain.from_iterable(of_rules):
            with_page[self._before.outcome(path).key].append(path)
        for key, (first, *others) in files.items():
            so_do = f" (so do {', '.join(others)})" if others else ""
            finding = Finding(URLS, first, f"{self._reason(first)}{so_do}", advice=self._redirect(first, key))
            yield LostUrl(finding, (first, *others, *with_page[key]))
        yield from self._lost_rules(of_rules, files)

    def _lost_files(self) -> Iterator[tuple[str, list[str]]]:
        """Yield the key of each file with the paths that die."""
        for entry in self._candidates():
            yield entry.path, [path for path in self._before.served_forms(entry.path) if self._reason(path)]

    def _lost_paths(self, rule: Rule) -> list[str]:
        """Return the paths of a rule that die."""
        paths = (
            [rule.literal] if rule.is_literal else list(islice(source_paths(rule, self._page_urls), _PATHS_OF_A_RULE))
        )
        return [path for path in paths if self._is_served(path) and self._reason(path)]

    def _lost_rules(self, of_rules: Iterable[list[str]], lost_keys: Collection[str]) -> Iterator[LostUrl]:
        """Yield the rules with paths that die although the page to which they lead does not."""
        for paths in of_rules:
            lost = [path for path in paths if self._before.outcome(path).key not in lost_keys]
            if lost:
                others = f" (so do {len(lost) - 1} other paths of the rule)" if len(lost) > 1 else ""
                text = f"{self._reason(lost[0])}{others}; a rule of the live site serves it"
                yield LostUrl(Finding(URLS, lost[0], text), tuple(lost))

    def _is_served(self, path: str) -> bool:
        """Whether the live site serves a file of its own for the path of a rule."""
        outcome = self._before.outcome(path)
        return outcome.status == OK and not outcome.is_fallback and not outcome.is_outside

    @cached_property
    def _page_urls(self) -> list[str]:
        """The URLs of the live pages."""
        return [self._before.page_url(entry.path) for entry in self._before.manifest.entries if is_page(entry)]

    def _candidates(self) -> Iterator[ManifestEntry]:
        """Yield the live files whose URLs people may know."""
        paths = [entry.path for entry in self._before.manifest.entries]
        hashed = hashed_names(paths)
        for entry in self._before.manifest.entries:
            is_asset = entry.path in hashed or entry.cache_control == IMMUTABLE or self._is_data(entry.path)
            if (
                not is_asset
                and self._before.has_own_url(entry.path)
                and not (self.compares_files_only and is_page(entry))
            ):
                yield entry

    def _is_data(self, path: str) -> bool:
        """Whether a file is the data of a page: Next.js writes `about.txt` beside `about.html`."""
        return bool(_IS_DATA.fullmatch(path)) or (
            path.endswith(".txt") and f"{path.removesuffix('.txt')}.html" in self._old_pages
        )

    def _reason(self, path: str) -> str:
        """Return why a URL dies, as the rest of a sentence; empty if it does not."""
        before, after = self._before.outcome(path), self._after.outcome(path)
        if after.status == LOOP:
            return "redirects in an endless loop"
        if after.status != OK:
            return f"will be {after.status}"
        if after.is_outside or after.redirects or after.key == before.key:
            return ""
        if after.is_fallback:
            return "will get the app's page"
        return "" if self._is_same_page(before, after) else f"will get another page, {key_path(after.key)}"

    def _is_same_page(self, before: Outcome, after: Outcome) -> bool:
        """Whether a page has only another name, such as `docs.html` for `docs/index.html`."""
        if {*self._before.forms(before.key)} & {*self._after.forms(after.key)}:
            return True
        old, new = self._old_pages[before.key], self._new_pages[after.key]
        return any(one and one == other for one, other in zip(old, new, strict=True))

    def _redirect(self, path: str, key: str) -> str:
        """Return the redirect that saves a URL; empty unless one file has the same content, title or canonical link."""
        # Without CloudFront no redirect has an effect.
        kinds = self._old_pages[key] if self._after.rules.has_cloudfront else ()
        for kind, value in enumerate(kinds):
            places = self._moved[kind].get(value, []) if value else []
            if len(places) == 1:
                return f"{path} {self._after.page_url(places[0])} 301"
        return ""

    @cached_property
    def _old_pages(self) -> dict[str, _Page]:
        pages = self._live_pages
        entries = self._before.manifest.entries
        return {entry.path: _Page(short_hash(entry), *_texts(pages.get(entry.path))) for entry in entries}

    @cached_property
    def _new_pages(self) -> dict[str, _Page]:
        rows = self._contents.rows
        entries = self._after.manifest.entries
        return {entry.path: _Page(short_hash(entry), *_texts(rows.get(entry.path))) for entry in entries}

    @cached_property
    def _moved(self) -> tuple[dict[str, list[str]], ...]:
        """The new files by content, by title, and by canonical link."""
        places: tuple[defaultdict[str, list[str]], ...] = (defaultdict(list), defaultdict(list), defaultdict(list))
        for key, page in self._new_pages.items():
            for kind, value in enumerate(page):
                if self._after.has_own_url(key):
                    places[kind][value].append(key)
        return tuple(map(dict, places))


def _texts(page: LivePage | Row | None) -> tuple[str, str]:
    return (page.title, page.canonical) if page else ("", "")
