"""The routes of a site, derived from its published files: which file answers which path. Pure.

They apply to `website:routing` `auto`, `spa` and `mpa`. A page has one of two forms: `docs/index.html`, with the URL
`/docs/`, or `docs.html`, with the URL `/docs`. Most generators use one form for all pages. So the function at the edge
needs no list of pages: it has the form of the majority, and the exceptions. `route.js` does the same as
`SiteRoutes.answer`, and a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from hosting.edge.function_code import FunctionPart, as_javascript, fill, javascript
from hosting.edge.rule_tables import IN_FUNCTION
from hosting.formats.paths import decode_path, key_path

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_FOUND_PAGE = "404.html"
PAGE = ".html"
# The name of the part of the function.
ROUTER = "route"
FILE, MAJORITY, OTHER, BOTH, UNKNOWN = range(5)


class RouteAnswer(NamedTuple):
    """The router's answer to a path.

    Attributes:
        path: the path of the object, or the path that the visitor is redirected to.
        is_redirect: whether it is a redirect.
    """

    path: str
    is_redirect: bool = False


@dataclass(frozen=True)
class SiteRoutes:
    """How the files of a site are served.

    All names are decoded paths from the root without a trailing slash, such as ``/docs``.

    Attributes:
        index_document: the name of the file that is a folder's page.
        root: the key that is served for `/`.
        trailing_slash: whether most pages are index documents of folders, with URLs such as `/docs/`.
        files: files without a known extension, or with the name of a page.
        pages: pages in the majority's form that must be listed: those with a file's extension or the index document's
            name in the last segment; all of them if there is an app page, which answers all unknown paths.
        other_form: pages that exist only in the minority's form.
        both_forms: names with a page in each form.
        file_types: lower-case extensions; a path with one of them is a file.
        app_page: the key that is served for unknown paths with status 200; may be empty.
        page_count: the number of pages, without the 404 page, the app page and verification files.
        bare_page: the name of a page that is not an index document, such as ``/about``; may be empty.
        second_page: the key of a page other than the index document; may be empty.
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

    @cached_property
    def index_url(self) -> str:
        """The path of the index document in a folder, such as ``/index.html``."""
        return key_path(self.index_document)

    @property
    def app_url(self) -> str:
        """The path of the app page; empty without an app page."""
        return key_path(self.app_page) if self.app_page else ""

    @property
    def is_app(self) -> bool:
        """Whether the site is a single-page app: it has an app page, and no page besides the index document."""
        return bool(self.app_page) and not self.second_page

    @property
    def kind(self) -> str:
        """The kind of site: ``app`` or ``pages``."""
        return "app" if self.is_app else "pages"

    def kind_of(self, name: str) -> int:
        """Return the kind of a decoded path without a trailing slash. routeKind.js has the same cases."""
        listed = self.kinds.get(name)
        if listed is not None:
            return listed
        if file_type(name) in self._file_types:
            return FILE
        if self.app_page:
            return UNKNOWN
        # `/docs/index` is `docs/index.html` without its extension.
        is_index = f"{name}{PAGE}".endswith(self.index_url)
        return OTHER if is_index and self.trailing_slash else MAJORITY

    def answer(self, path: str, *, redirects: bool = True) -> RouteAnswer:
        """Return the router's answer to a path.

        Args:
            path: in canonical form.
            redirects: whether the answer may be a redirect: for GET and HEAD, unless a rule has rewritten the path.
        """
        if path == "/":
            return RouteAnswer(key_path(self.root))
        has_slash = path.endswith("/")
        name = decode_path(path)
        kind = self.kind_of(name[:-1] if has_slash else name)
        if kind == UNKNOWN:
            return RouteAnswer(self.app_url)
        if kind == FILE:
            return RouteAnswer(path[:-1] + self.index_url if has_slash else path)
        bare = path[:-1] if has_slash else path
        has_form = kind == BOTH or self._has_slash(kind) == has_slash
        if not has_form and redirects:
            return RouteAnswer(bare if has_slash else f"{bare}/", is_redirect=True)
        return RouteAnswer(bare + (self.index_url if has_slash == has_form else PAGE))

    def _has_slash(self, kind: int) -> bool:
        return self.trailing_slash if kind == MAJORITY else not self.trailing_slash

    @cached_property
    def kinds(self) -> dict[str, int]:
        """The kinds of the paths that are listed."""
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
        """The routes as data for the JavaScript; ``named`` has an object for each folder."""
        return {
            "index": self.index_url,
            "root": key_path(self.root),
            "slash": self.trailing_slash,
            "named": by_folder(self.kinds),
            "types": f"/{'/'.join(self.file_types)}/",
            "app": self.app_url,
        }

    def describe(self, missing: str) -> str:
        """Return a description of the routes for the preview; ``missing`` is the page for missing files."""
        not_found = f"; {missing}" if missing else ""
        if self.is_app:
            return f"single-page app{'' if self.app_page == self.root else f' ({self.app_page})'}{not_found}"
        if not self.page_count:
            return f"files without pages{not_found}"
        form = "with" if self.trailing_slash else "without"
        app = f"; {self.app_page} for unknown paths" if self.app_page else ""
        return f"pages, {form} trailing slash{app or not_found}"


def by_folder(kinds: Mapping[str, int]) -> dict[str, object]:
    """Return the kinds by segments of their names: `/docs` and `/docs/api` are ``{"docs": {"/": 1, "api": 2}}``."""
    root: dict[str, object] = {}
    for name, kind in kinds.items():
        node = root
        *folders, last = name.split("/")[1:]
        for folder in folders:
            inner = node.setdefault(folder, {})
            if not isinstance(inner, dict):
                # The folder's name is listed too.
                inner = node[folder] = {"/": inner}
            node = inner
        folder_node = node.get(last)
        if isinstance(folder_node, dict):
            folder_node["/"] = kind
        else:
            node[last] = kind
    return root


def file_type(path: str) -> str:
    """Return the lower-case extension of a path; empty for a path without an extension."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""


def route_part(data: Mapping[str, object]) -> FunctionPart:
    """Return the part that maps a path to a file, from ``SiteRoutes.data``."""
    values = {**IN_FUNCTION, "$DATA": as_javascript(dict(data)), "$NAMED": "routeData.named"}
    return FunctionPart(ROUTER, fill(javascript(ROUTER), values))
