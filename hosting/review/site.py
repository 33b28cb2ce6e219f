"""A site that is asked for its paths: the live one, or the one that is to be published. Pure."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from hosting.answers.cloudfront_site import CloudFrontSite
from hosting.answers.expected import OK, VisitorRequest
from hosting.answers.file_urls import url_forms
from hosting.answers.site import site_at
from hosting.edge.error_pages import page_key
from hosting.edge.route_choice import APP_PAGE
from hosting.edge.site_routes import NOT_FOUND_PAGE
from hosting.formats.paths import key_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from hosting.answers.expected import Expected
    from hosting.answers.site_rules import SiteRules
    from hosting.publish.staging.manifest import Manifest, ManifestEntry

# A host that no site has: https://www.rfc-editor.org/rfc/rfc6761#section-6.4
_NO_HOST = "site.invalid"
PAGE_TYPES = ("text/html", "application/xhtml+xml")
# Browsers follow at most 20 redirects: https://fetch.spec.whatwg.org/#http-redirect-fetch
_MOST_REDIRECTS = 20
LOOP = 310


class Outcome(NamedTuple):
    """What a visitor gets for a path, after all redirects.

    Attributes:
        status: the status of the last answer; ``LOOP`` if the redirects do not end.
        key: the key of the file; empty if the site does not answer itself, or without a file.
        redirects: the number of redirects inside of the site.
        is_fallback: whether the page is one that the site has for all unknown paths.
        is_outside: whether another server answers, or the visitor's country decides.
    """

    status: int
    key: str = ""
    redirects: int = 0
    is_fallback: bool = False
    is_outside: bool = False


class Answers(NamedTuple):
    """What a site was asked, as data that JSON can hold.

    Attributes:
        outcomes: the outcomes by path.
        urls: the URL of each page by its key.
    """

    outcomes: Mapping[str, Sequence[Any]]
    urls: Mapping[str, str]


class AskedSite:
    """A site with its files and its rules.

    Attributes:
        manifest: its files.
        rules: how it answers.
        names: its host names.
    """

    def __init__(self, manifest: Manifest, rules: SiteRules, names: Collection[str] = ()) -> None:
        self.manifest, self.rules, self.names = manifest, rules, frozenset(names)
        url = f"https://{next(iter(names), _NO_HOST)}"
        # No answer depends on the headers of rules, which take most of the time.
        self._site = site_at(url, manifest, replace(rules, headers=()))
        self._outcomes: dict[str, Outcome] = {}
        self._urls: dict[str, str] = {}

    def share_answers(self, other: AskedSite) -> bool:
        """Take the answers of a site with the same rules and keys. Return whether it is one."""
        is_same = self.rules == other.rules and self.names == other.names and self.keys == other.keys
        if is_same:
            self._site, self._outcomes, self._urls = other._site, other._outcomes, other._urls
        return is_same

    @property
    def answers(self) -> Answers:
        """What it was asked until now."""
        return Answers(self._outcomes, self._urls)

    def take_answers(self, answers: Answers) -> None:
        """Take what a site with the same rules and keys was asked before."""
        self._outcomes.update((path, Outcome(*row)) for path, row in answers.outcomes.items())
        self._urls.update(answers.urls)

    @property
    def keys(self) -> list[str]:
        """The keys of its files."""
        return [entry.path for entry in self.manifest.entries]

    def outcome(self, path: str) -> Outcome:
        """Return what a visitor gets for a canonical path, which may have a query."""
        known = self._outcomes.get(path)
        if known is None:
            known = self._outcomes[path] = self._followed(path)
        return known

    def _followed(self, path: str) -> Outcome:
        at, _, query = path.partition("?")
        for redirects in range(_MOST_REDIRECTS):
            answer = self._answer(at, query)
            if answer is None:
                return Outcome(OK, redirects=redirects, is_outside=True)
            if not answer.location:
                return Outcome(answer.status, answer.key, redirects, self._is_fallback(answer, at))
            to = urlsplit(answer.location)
            if to.hostname not in {*self.names, _NO_HOST}:
                return Outcome(OK, redirects=redirects + 1, is_outside=True)
            at, query = to.path or "/", to.query
        return Outcome(LOOP, redirects=_MOST_REDIRECTS)

    def _answer(self, path: str, query: str) -> Expected | None:
        if isinstance(self._site, CloudFrontSite) and query:
            return self._site.answer_to(VisitorRequest(path, query))
        return self._site.answer(path)

    def _is_fallback(self, answer: Expected, path: str) -> bool:
        """Whether the answer is the app's page, for a path that is not the page's own."""
        if answer.status != OK or answer.key not in self._app_pages:
            return False
        return path not in {"/", *self.forms(answer.key)}

    @cached_property
    def _app_pages(self) -> frozenset[str]:
        pages = {page_key(error.response_page_path or "", self.rules.index_document) for error in self.rules.errors}
        return frozenset({*pages, self.app_page, APP_PAGE})

    @cached_property
    def app_page(self) -> str:
        """The key of the page for unknown paths with status 200; empty without one."""
        return self._site.routes.app_page if isinstance(self._site, CloudFrontSite) else ""

    @property
    def is_app(self) -> bool:
        """Whether the site is a single-page app."""
        return isinstance(self._site, CloudFrontSite) and self._site.routes.is_app

    def forms(self, key: str) -> Iterator[str]:
        """Yield the paths that may serve a file, the most likely first."""
        return url_forms(key, self.rules.index_document)

    def served_forms(self, key: str) -> list[str]:
        """Return the paths that serve a file, with a redirect or without; those without come first."""
        found = [(outcome.redirects, path) for path in self.forms(key) if (outcome := self.outcome(path)).key == key]
        ok = [(redirects, path) for redirects, path in found if self.outcome(path).status == OK]
        return [path for _, path in sorted(ok, key=lambda each: each[0])]

    def page_url(self, key: str) -> str:
        """Return the path at which visitors see a page; the path of its file if no URL leads to it."""
        known = self._urls.get(key)
        if known is None:
            known = self._urls[key] = self._page_url(key)
        return known

    def _page_url(self, key: str) -> str:
        if not self.has_own_url(key):
            return key_path(key)
        forms = list(self.forms(key))
        direct = (path for path in forms if (outcome := self.outcome(path)).key == key and not outcome.redirects)
        return next(direct, forms[0])

    @cached_property
    def error_pages(self) -> frozenset[str]:
        """The keys of the pages that the site has for unknown paths, without an app's page."""
        named = {unquote((error.response_page_path or "").lstrip("/")) for error in self.rules.errors}
        known = {NOT_FOUND_PAGE, APP_PAGE, self.rules.error_document, *named}
        return frozenset(known - {"", self.rules.index_document, self.app_page} | {APP_PAGE})

    def has_own_url(self, key: str) -> bool:
        """Whether visitors ask for a file by its own URL: each file but an error page."""
        return key not in self.error_pages


def is_page(entry: ManifestEntry) -> bool:
    """Whether a file is an HTML page."""
    return entry.content_type.partition(";")[0] in PAGE_TYPES
