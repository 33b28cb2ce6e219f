"""Recognizes whether a site is a single-page app or has several pages, and in which form, by its files. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import unquote

from hosting.edge.site_routes import NOT_FOUND_PAGE, PAGE, SiteRoutes, file_type

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from hosting.formats.redirects.rules import FallbackRule
    from hosting.website.settings import WebsiteSettings

_OK = 200
# The name of the app page for Surge and SvelteKit's adapter-static:
# https://surge.sh/help/adding-a-200-page-for-client-side-routing, https://svelte.dev/docs/kit/single-page-apps
APP_PAGE = "200.html"
_PAGE_TYPES = frozenset({"html", "htm", "xhtml"})
# Files that prove to search engines and other services who owns a site. They do not count as pages.
_VERIFICATION_FILES = (
    "google*.html",  # https://support.google.com/webmasters/answer/9008080
    "yandex_*.html",  # https://yandex.com/support/webmaster/en/service/rights
    "baidu_verify_*.html",  # https://ziyuan.baidu.com/college/courseinfo?id=267&page=1
    "naver*.html",  # https://searchadvisor.naver.com/guide/start-register
    "pinterest-*.html",  # https://help.pinterest.com/en/business/article/claim-your-website
)
# Extensions of files other than pages. A missing file of such a type is a 404, even if the site has no other such file.
FILE_TYPES = frozenset(
    """
    html js mjs cjs css map json xml rss atom txt webmanifest wasm png jpg jpeg gif svg webp avif ico bmp woff woff2 ttf
    otf eot mp4 webm mp3 ogg wav pdf zip gz php
    """.split()  # noqa: SIM905 - a string of words is easier to read
)
# The two forms of a page: `docs/index.html` (folder) and `docs.html` (bare).
_FOLDER, _BARE = "folder", "bare"


@dataclass(frozen=True)
class RouteChoice:
    """What the stack's settings and rules choose. The published files decide the rest.

    Attributes:
        index_document: the name of the file that is a folder's page.
        has_app_page: whether an app page answers unknown paths with status 200; None if the files decide.
        app_page: the key of that page; if empty, 200.html if it is published, otherwise the index document.
    """

    index_document: str
    has_app_page: bool | None = None
    app_page: str = ""

    def routes(self, keys: Collection[str]) -> SiteRoutes:
        """Return how files with these keys are served."""
        pages = sorted(key for key in keys if _is_page(key, self.index_document))
        app_page = self._app_page(keys, pages)
        forms = _forms(pages, self.index_document)
        counts = Counter(form for page_forms in forms.values() for form in page_forms)
        majority, minority = (_FOLDER, _BARE) if counts[_FOLDER] >= counts[_BARE] else (_BARE, _FOLDER)
        types = FILE_TYPES | {file_type(key) for key in keys if not key.endswith(PAGE)} - {""}
        pages_of_majority = [name for name, page_forms in forms.items() if page_forms == {majority}]
        return SiteRoutes(
            index_document=self.index_document,
            root=self.index_document if self.index_document in keys or not app_page else app_page,
            trailing_slash=majority == _FOLDER,
            files=tuple(f"/{key}" for key in sorted(keys) if file_type(key) == "" or f"/{key}" in forms),
            pages=tuple(name for name in pages_of_majority if app_page or self._looks_like_file(name, types)),
            other_form=tuple(name for name, page_forms in forms.items() if page_forms == {minority}),
            both_forms=tuple(name for name, page_forms in forms.items() if len(page_forms) > 1),
            file_types=tuple(sorted(types)),
            app_page=app_page,
            page_count=len(pages),
            bare_page=next((name for name, page_forms in forms.items() if _BARE in page_forms), ""),
            second_page=next((key for key in pages if key != self.index_document), ""),
        )

    def _looks_like_file(self, name: str, types: Collection[str]) -> bool:
        """Whether the name of a page ends like a file or like an index document."""
        return file_type(name) in types or name.endswith(f"/{self.index_document.removesuffix(PAGE)}")

    def _app_page(self, keys: Collection[str], pages: Collection[str]) -> str:
        """Return the app page: the chosen page, the only page of an app, or 200.html if there is no 404.html."""
        if self.has_app_page is False or self.app_page:
            return self.app_page
        is_only_index = set(pages) <= {self.index_document}
        if APP_PAGE in keys and (self.has_app_page or is_only_index or NOT_FOUND_PAGE not in keys):
            return APP_PAGE
        is_app = self.has_app_page or (is_only_index and self.index_document in keys)
        return self.index_document if is_app else ""


def route_choice(website: WebsiteSettings, fallbacks: Sequence[FallbackRule]) -> RouteChoice:
    """Return the choice of `website:routing` and of the rule for unknown paths, if there is one."""
    choice = RouteChoice(website.index_document)
    if not website.routes_by_tree:
        return replace(choice, has_app_page=False)
    if fallbacks and fallbacks[0].status == _OK:
        return replace(choice, has_app_page=True, app_page=unquote(fallbacks[0].page.lstrip("/")))
    if website.routing == "spa":
        return replace(choice, has_app_page=True)
    return replace(choice, has_app_page=False) if fallbacks or website.routing == "mpa" else choice


def _is_page(key: str, index_document: str) -> bool:
    name = key.rpartition("/")[2]
    if key in (NOT_FOUND_PAGE, APP_PAGE) or not (file_type(key) in _PAGE_TYPES or name == index_document):
        return False
    is_at_root = name == key
    return not (is_at_root and any(fnmatchcase(key, pattern) for pattern in _VERIFICATION_FILES))


def _forms(pages: Iterable[str], index_document: str) -> dict[str, set[str]]:
    """Return the forms of each page, by the page's name."""
    forms: dict[str, set[str]] = {}
    for key in pages:
        folder, _, name = key.rpartition("/")
        if name == index_document and folder:
            forms.setdefault(f"/{folder}", set()).add(_FOLDER)
        elif name.endswith(PAGE) and name not in (index_document, PAGE):
            forms.setdefault(f"/{key.removesuffix(PAGE)}", set()).add(_BARE)
    return forms
