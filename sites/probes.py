"""What is asked of a site beside its links: each file, each form of a page's address, and what is missing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Kind = Literal["asset", "page", "form", "other name", "missing page", "missing asset"]

_PAGE = ".html"
_INDEX = "index.html"
# Their addresses are an error's, so nobody links to another form of them.
_SPECIAL = frozenset({"404.html", "200.html", "500.html", "404/index.html"})
_ASSETS = frozenset({"js", "mjs", "css", "map", "png", "jpg", "svg", "ico", "json", "woff2", "txt", "xml", "wasm"})
_MISSING = (
    *("missing", "missing/", "missing/deeper", "missing/deeper/", "missing.html", "missing/index.html"),
    *("missing.js", "missing.png", "assets/missing-1a2b3c4d.css", "missing/deeper.js"),
)
# A route with a dot is an app's.
_DOTTED = ("users/jane.doe", "items/v1.2")


@dataclass(frozen=True)
class Tree:
    """The paths of a built site.

    Attributes:
        files: the digest of each.
    """

    files: Mapping[str, str]

    @cached_property
    def pages(self) -> list[str]:
        """The pages: HTML files that are not the page of an error or of unknown paths."""
        return sorted(path for path in self.files if path.endswith(_PAGE) and path not in _SPECIAL)

    @property
    def is_app(self) -> bool:
        """Whether the only page is the index document."""
        return self.pages == [_INDEX]

    @property
    def has_fallback(self) -> bool:
        """Whether `200.html` is the answer to unknown paths."""
        return "200.html" in self.files and "404.html" not in self.files

    def kind(self, path: str) -> Kind:
        """Say what a request's path is about."""
        name = unquote(path.partition("?")[0]).lstrip("/")
        if name in self.files:
            return "page" if name.endswith(_PAGE) else "asset"
        if self.file(path):
            return "other name" if name.endswith(_PAGE) else "form"
        is_asset = name.rpartition(".")[2] in _ASSETS or (name.endswith(_PAGE) and (self.is_app or self.has_fallback))
        return "missing asset" if is_asset else "missing page"

    def file(self, path: str) -> str:
        """Return the page that a path in any form leads to; empty if the tree does not have it."""
        name = unquote(path.partition("?")[0]).lstrip("/")
        if name in self.files:
            return name if name.endswith(_PAGE) else ""
        is_folder = name == "" or name.endswith(("/", f"/{_INDEX}"))
        stem = name.removesuffix(_INDEX).rstrip("/").removesuffix(_PAGE)
        candidates = (_index(stem), f"{stem}{_PAGE}")
        return next((page for page in (candidates if is_folder else candidates[::-1]) if page in self.files), "")

    def is_address(self, path: str) -> bool:
        """Say whether a path has the form of a file: `/docs/` of `docs/index.html`, `/docs` of `docs.html`."""
        name = unquote(path.partition("?")[0]).lstrip("/")
        candidates = [f"{name}{_INDEX}"] if name.endswith("/") or not name else [name, f"{name}{_PAGE}"]
        return any(candidate in self.files for candidate in candidates)


def forms_of(page: str) -> list[str]:
    """Return the addresses that a page can be asked for by, its file's own path not among them."""
    if page == _INDEX:
        return ["/"]
    stem = page.removesuffix(f"/{_INDEX}") if page.endswith(f"/{_INDEX}") else page.removesuffix(_PAGE)
    return [_address(path) for path in (stem, f"{stem}/", f"{stem}{_PAGE}", f"{stem}/{_INDEX}") if path != page]


def files_of(tree: Tree, every: int) -> list[str]:
    """Return the addresses of every n-th file."""
    return [_address(path) for path in sorted(tree.files)[::every]]


def forms(tree: Tree, every: int) -> list[str]:
    """Return the other addresses of every n-th page."""
    return [form for page in tree.pages[::every] for form in forms_of(page)]


def samples(tree: Tree) -> list[str]:
    """Return every address of the first page of each depth, to show how a server answers them."""
    by_depth = {page.count("/"): page for page in reversed(tree.pages) if page != _INDEX}
    return ["/", *(path for page in by_depth.values() for path in (_address(page), *forms_of(page)))]


def missing(tree: Tree) -> list[str]:
    """Return paths at which the tree has nothing, at the root and in the first folder with a page."""
    folder = next((page.rpartition("/")[0] + "/" for page in tree.pages if "/" in page), "")
    places: Sequence[str] = ("", folder) if folder else ("",)
    found = [place + path for place in places for path in _MISSING]
    return [_address(path) for path in (*found, *(_DOTTED if tree.is_app else ()))]


def _index(stem: str) -> str:
    return f"{stem}/{_INDEX}" if stem else _INDEX


def _address(path: str) -> str:
    return "/" + quote(path, safe="/~!$&'()*+,;=:@")
