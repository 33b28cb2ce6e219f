"""Which file answers which path, as the published tree itself says it: `website:routing auto` and `spa`. Pure.

A page has one of two forms in a tree: `docs/index.html`, whose URL is `/docs/`, or `docs.html`, whose URL is `/docs`.
Most generators use one form for all pages. So the function at the edge needs no list of pages: it knows the form of
the majority, and the pages and files that differ from what their path looks like. `route.js` does the same as
`SiteRoutes.answer`, and a test compares both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from hosting.edge.function_code import Piece, piece_of

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_FOUND_PAGE = "404.html"
PAGE = ".html"
_MALFORMED = re.compile(r"%(?![0-9A-Fa-f]{2})")
# The piece's name, and its file's.
ROUTER = "route"
FILE, MAJORITY, OTHER, BOTH, UNKNOWN = range(5)


class RouteAnswer(NamedTuple):
    """What the router makes of a path.

    Attributes:
        path: the path that the bucket is asked for, or that the visitor is redirected to.
        is_redirect: which of the two.
    """

    path: str
    is_redirect: bool = False


@dataclass(frozen=True)
class SiteRoutes:
    """How a tree is served.

    All names are decoded paths from the root without the slash at the end, such as ``/docs``.

    Attributes:
        index_document: the name of a folder's page.
        root: the key that answers `/`.
        trailing_slash: whether most pages are a folder's index document, with the URL `/docs/`.
        files: files whose last segment does not look like a file's, or that have the name of a page.
        pages: pages of the majority's form that have to be named: their last segment looks like a file's or is the
            index document's name, or there is an app page, which answers for all paths that are neither files nor
            pages.
        other_form: pages that have only the form of the minority.
        both_forms: names with a page in each form.
        file_types: lower-case extensions; a path that ends in one of them is a file.
        app_page: the key that answers unknown paths with status 200; empty without one.
        page_count: the number of pages besides the error page, the app page and verification files.
        bare_page: the name of one page that is no folder's index document, such as ``/about``; empty without one.
        second_page: the key of one page besides the index document; empty without one.
    """

    index_document: str
    root: str
    trailing_slash: bool
    files: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    other_form: tuple[str, ...] = ()
    both_forms: tuple[str, ...] = ()
    file_types: tuple[str, ...] = ()
    app_page: str = ""
    page_count: int = 0
    bare_page: str = ""
    second_page: str = ""

    @property
    def index_url(self) -> str:
        """The path of the index document in a folder, such as ``/index.html``."""
        return f"/{quote(self.index_document)}"

    @property
    def app_url(self) -> str:
        """The path of the app page; empty without one."""
        return f"/{quote(self.app_page)}" if self.app_page else ""

    @property
    def is_app(self) -> bool:
        """Whether the site is a single-page app: there is an app page, and no page besides the index document."""
        return bool(self.app_page) and not self.second_page

    @property
    def kind(self) -> str:
        """What the site is: ``app`` or ``pages``."""
        return "app" if self.is_app else "pages"

    def kind_of(self, name: str) -> int:
        """Return what a decoded path without the slash at its end is; routeKind.js has the same cases."""
        known = self._kinds.get(name)
        if known is not None:
            return known
        if file_type(name) in self._file_types:
            return FILE
        if self.app_page:
            return UNKNOWN
        # `/docs/index` is `docs/index.html` without its extension.
        is_index = f"{name}{PAGE}".endswith(self.index_url)
        return OTHER if is_index and self.trailing_slash else MAJORITY

    def answer(self, path: str, *, redirects: bool = True) -> RouteAnswer:
        """Return what the router makes of a path.

        Args:
            path: as the visitor sends it, percent-encoded.
            redirects: whether the visitor may be redirected: for GET and HEAD, unless a rule has rewritten the path.
        """
        if path == "/":
            return RouteAnswer(f"/{quote(self.root)}")
        has_slash = path.endswith("/")
        name = decoded(path)
        kind = self.kind_of(name[:-1] if has_slash else name)
        if kind == UNKNOWN:
            return RouteAnswer(self.app_url)
        if kind == FILE:
            return RouteAnswer(_without_plus(path[:-1] + self.index_url if has_slash else path))
        bare = path[:-1] if has_slash else path
        has_form = kind == BOTH or self._has_slash(kind) == has_slash
        if not has_form and redirects:
            return RouteAnswer(bare if has_slash else f"{bare}/", is_redirect=True)
        return RouteAnswer(_without_plus(bare + (self.index_url if has_slash == has_form else PAGE)))

    def _has_slash(self, kind: int) -> bool:
        return self.trailing_slash if kind == MAJORITY else not self.trailing_slash

    @cached_property
    def _kinds(self) -> dict[str, int]:
        lists: tuple[tuple[int, tuple[str, ...]], ...] = (
            (BOTH, self.both_forms),
            (OTHER, self.other_form),
            (MAJORITY, self.pages),
            (FILE, self.files),
        )
        return {name: kind for kind, names in lists for name in names}

    @cached_property
    def _file_types(self) -> frozenset[str]:
        return frozenset(self.file_types)

    @property
    def data(self) -> dict[str, object]:
        """The routes as the JavaScript reads them; ``named`` has an object for each folder."""
        return {
            "index": self.index_url,
            "root": f"/{quote(self.root)}",
            "slash": self.trailing_slash,
            "named": _by_folder(self._kinds),
            "types": f"/{'/'.join(self.file_types)}/",
            "app": self.app_url,
        }

    @property
    def figures(self) -> str:
        """The size of the table in words, such as ``12 files without an extension``; empty for an empty table."""
        counts = {
            "files without an extension or with the name of a page": len(self.files),
            "pages that have to be named": len(self.pages),
            "pages of the less frequent form": len(self.other_form),
            "pages in both forms": len(self.both_forms),
        }
        return ", ".join(f"{count} {what}" for what, count in counts.items() if count)

    def describe(self, missing: str) -> str:
        """Return what was recognized, in a few words for the preview; ``missing`` is what answers for missing files."""
        not_found = f"; {missing}" if missing else ""
        if self.is_app:
            return f"single-page app{'' if self.app_page == self.root else f' ({self.app_page})'}{not_found}"
        if not self.page_count:
            return f"files without pages{not_found}"
        form = "with" if self.trailing_slash else "without"
        app = f"; {self.app_page} for unknown paths" if self.app_page else ""
        return f"pages, {form} trailing slash{app or not_found}"


def _by_folder(kinds: Mapping[str, int]) -> dict[str, object]:
    """Return the kinds by segments of their names: `/docs` and `/docs/api` are ``{"docs": {"/": 1, "api": 2}}``."""
    root: dict[str, object] = {}
    for name, kind in kinds.items():
        node = root
        *folders, last = name.split("/")[1:]
        for folder in folders:
            inner = node.setdefault(folder, {})
            if not isinstance(inner, dict):
                # The folder's own name has a kind too.
                inner = node[folder] = {"/": inner}
            node = inner
        known = node.get(last)
        if isinstance(known, dict):
            known["/"] = kind
        else:
            node[last] = kind
    return root


def file_type(path: str) -> str:
    """Return the lower-case extension of a path's last segment; empty without one."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""


def _without_plus(path: str) -> str:
    """Return a path for S3, which takes a bare plus for a space."""
    return path.replace("+", "%2B")


def decoded(path: str) -> str:
    """Return a path decoded as JavaScript's decodeURIComponent does it; a malformed one as it is."""
    try:
        return path if _MALFORMED.search(path) else unquote(path, errors="strict")
    except UnicodeDecodeError:
        return path


def route_piece(data: Mapping[str, object]) -> Piece:
    """Return the piece of the viewer-request function that finds the file for a path, from ``SiteRoutes.data``."""
    return piece_of(Path(__file__).parent / "javascript" / f"{ROUTER}.js", dict(data))
