"""The right answer to each path of a site behind CloudFront: what the distribution and its functions do. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urljoin, urlsplit

from hosting.answers.expected import FORBIDDEN, NOT_FOUND, Expected, VisitorRequest, file_answer
from hosting.edge.error_pages import page_key
from hosting.edge.headers import headers_for
from hosting.edge.routing import pages_exceptions, router_redirects
from hosting.edge.rule_lookup import RuleLookup
from hosting.formats.paths import canonical_path, decode_path, key_path, query_parameters
from hosting.formats.redirects.proxies import Proxy, is_ambiguous
from hosting.formats.redirects.rules import REWRITE, ViewerRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from hosting.answers.site_rules import SiteRules
    from hosting.edge.site_routes import SiteRoutes
    from hosting.publish.staging.manifest import Manifest, ManifestEntry

_ROUTER_REDIRECT = 301
# What both managed policies send that the program uses:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
SECURITY_HEADERS = {
    "referrer-policy": "strict-origin-when-cross-origin",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "x-xss-protection": "1; mode=block",
}
_UNSENDABLE = re.compile(r"[^\x21-\x7e]+")
_SLASHES = re.compile(r"^[/\\]+")
_NOT_IN_QUERY = re.compile(r"[^!$&'()*+,\-./0-9:;=?@A-Z_a-z~%]+")


@dataclass(frozen=True)
class CloudFrontSite:
    """A site behind CloudFront.

    Attributes:
        url: the site's address, without a trailing slash.
        manifest: the site's files.
        rules: how it answers.
    """

    url: str
    manifest: Manifest
    rules: SiteRules

    def answer(self, path: str) -> Expected | None:
        """Return the right answer to a path; None if another server or the visitor's country decides it."""
        return self.answer_to(VisitorRequest(path))

    def answer_to(self, sent: VisitorRequest) -> Expected | None:
        """Return the right answer to a request; None if another server or the visitor's country decides it."""
        if self.is_proxied(sent.path):
            return None
        path, host = canonical_path(sent.path), sent.host or self._host
        request = ViewerRequest(path, query_parameters(sent.query), sent.country, host)
        for rule in self._lookup.matching(request.path):
            if rule.countries and sent.country is None:
                return None
            target = rule.target_for(request)
            if target is not None and rule.keeps_file(request.path):
                break
            if target is not None and rule.status == REWRITE:
                return self._routed(target, sent.query, is_rewritten=target != request.path)
            if target is not None:
                return self._redirect(rule.status, target, sent.query if rule.keeps_query else "")
        return self._routed(sent.path, sent.query, is_rewritten=False)

    def is_proxied(self, path: str) -> bool:
        """Whether another server answers a path, or may answer it."""
        proxies = self.rules.proxies
        return bool(proxies) and (any(proxy.matches(path) for proxy in proxies) or is_ambiguous(proxies, path))

    @cached_property
    def _host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @cached_property
    def _lookup(self) -> RuleLookup:
        return RuleLookup([rule for rule in self.rules.redirects if not isinstance(rule, Proxy)])

    def _redirect(self, status: int, target: str, query: str) -> Expected:
        """Return the redirect as redirectTo.js makes it, with the visitor's query as queryOf.js returns it."""
        start, hash_sign, fragment = target.partition("#")
        kept = f"?{_NOT_IN_QUERY.sub(lambda found: quote(found[0], safe=''), query)}" if query else ""
        safe = _SLASHES.sub("/", f"{start}{kept}{hash_sign}{fragment}")
        location = _UNSENDABLE.sub(lambda found: quote(found[0]), safe)
        return Expected(status, location=urljoin(f"{self.url}/", location))

    def _routed(self, path: str, query: str, *, is_rewritten: bool) -> Expected:
        """Return the router's answer to a path, which it gets in canonical form."""
        path = canonical_path(path)
        found = self._object_path(path, is_rewritten=is_rewritten)
        # In bulk mode the function knows all files, also pages that are not listed, such as 404.html.
        page = self._page_of_bulk(path)
        if page is not None and path.endswith("/") and not is_rewritten:
            return self._redirect(_ROUTER_REDIRECT, path[:-1], query)
        # It redirects only to a page that exists.
        if page is not None:
            found = page
        elif found is None and self.rules.is_bulk:
            other = self._object_path(self._other_form(path), is_rewritten=True)
            # `/docs/index/` is no form of a page.
            found = (
                path if path.endswith("/") and self._is_index(path) else other if self._entry(other) is None else None
            )
        if found is None:
            return self._redirect(_ROUTER_REDIRECT, self._other_form(path), query)
        entry = self._entry(found)
        if entry is None:
            return self._missing()
        answer = file_answer(
            entry, headers={**SECURITY_HEADERS, **headers_for(self.rules.headers, path, self._header_routes)}
        )
        # Which path the headers of a rewritten request are for is not documented: see page_paths.py.
        return replace(answer, headers={}) if is_rewritten else answer

    def _page_of_bulk(self, path: str) -> str | None:
        """Return the object that bulk mode serves for the path of a page whose only file is `<path>.html`."""
        if not self.rules.is_bulk or self.rules.routing in ("pages", "errors"):
            return None
        name, index = decode_path(path.removesuffix("/")).removeprefix("/"), self.rules.index_document
        if self.manifest.get(f"{name}.html") is None:
            return None
        has_other_form = any(self.manifest.get(key) for key in (name, f"{name}/{index}"))
        # `/docs/index` is a form of `/docs/`, but `/docs/index/` is not.
        is_form = not (path.endswith("/") and self._is_index(path))
        return f"{path.removesuffix('/')}.html" if is_form and not has_other_form else None

    def _is_index(self, path: str) -> bool:
        """Whether a path ends with the name of the index document, without its ending."""
        return f"{decode_path(path.removesuffix('/')).rpartition('/')[2]}.html" == self.rules.index_document

    def _is_index_of_pages(self, path: str) -> bool:
        """Whether bulk mode redirects `/docs/index` to `/docs`, with the routing `pages`."""
        is_pages = self.rules.is_bulk and self.rules.routing == "pages"
        return is_pages and self._is_index(path) and self._entry(f"{path}.html") is not None

    def _entry(self, object_path: str | None) -> ManifestEntry | None:
        """Return the file whose object is at a path; None if it does not exist."""
        return self.manifest.get(unquote(object_path.replace("+", " ")).removeprefix("/")) if object_path else None

    def _object_path(self, path: str, *, is_rewritten: bool) -> str | None:
        """Return the path of the object that the router gets from the bucket; None for a redirect."""
        if self.rules.routing == "errors":
            return key_path(self.rules.index_document) if path == "/" else path
        if self.rules.routing == "pages":
            other = self._other_form(path)
            return self._page_object(other) if is_rewritten or other == path else None
        answer = self.routes.answer(path, redirects=not is_rewritten)
        return None if answer.is_redirect else answer.path

    def _other_form(self, path: str) -> str:
        """Return the path that the router redirects a path to, or the path itself."""
        if self._is_index_of_pages(path):
            return path.rpartition("/")[0] or "/"
        return self._router_redirect(path) or path

    @cached_property
    def _router_redirect(self) -> Callable[[str], str | None]:
        return router_redirects(self.rules.routing, self._keys, self.routes)

    def _page_object(self, clean: str) -> str:
        """Return the path of the object for a path without an ending, as pages.js does."""
        index_document = self.rules.index_document
        exception = self._exceptions.get(decode_path(clean))
        is_file = "." in clean.rpartition("/")[2]
        if exception == 0 or (exception is None and is_file):
            return clean
        return f"{clean.rstrip('/')}{key_path(index_document)}"

    @cached_property
    def _exceptions(self) -> dict[str, int]:
        return dict(pages_exceptions(self._keys, self.rules.index_document))

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset(entry.path for entry in self.manifest.entries)

    def _missing(self) -> Expected:
        """Return the answer for a missing file: an error page, or S3's own error."""
        # S3 answers 403 for a missing file if the distribution may not list the bucket.
        status = FORBIDDEN if self.rules.routing == "errors" else NOT_FOUND
        for response in self.rules.errors:
            if response.error_code == status and response.response_page_path:
                key = page_key(response.response_page_path, self.rules.index_document)
                entry = self.manifest.get(key)
                page = Expected(response.response_code or status)
                # No function runs for an error page, so the page has no headers of rules.
                return file_answer(entry, page.status) if entry else page
        return Expected(status)

    @cached_property
    def routes(self) -> SiteRoutes:
        """How the files are served."""
        return self.rules.choice.routes(self._keys)

    @cached_property
    def _header_routes(self) -> SiteRoutes:
        """The routes by which the function finds the headers of a path."""
        if self.rules.routing != "errors":
            return self.routes
        if self.rules.function_app_page:
            return replace(self.routes, app_page=self.rules.function_app_page)
        return self.rules.choice.routes(())
