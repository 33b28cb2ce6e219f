"""The routers besides `auto`: `website:routing pages` and `errors`, as JavaScript at the edge.

With `pages` the tree has one form: both `docs.html` and `docs/index.html` are staged as `docs/index.html`. What the
form of a path does not say (a file without an extension, a page with a dot in its name) is in a table.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from hosting.edge.function_code import Piece, piece_of
from hosting.edge.site_routes import route_piece
from hosting.errors import EdgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from hosting.edge.site_routes import SiteRoutes

_HERE = Path(__file__).parent / "javascript"
_PAGE = ".html"
_FILE, _INDEXED = 0, 1


def canonical_keys(paths: Collection[str], index_document: str, kept: Collection[str]) -> dict[str, str]:
    """Return the key of each page that has another than its path: `docs.html` is `docs/index.html`.

    Args:
        paths: all files, POSIX-relative to the distribution folder.
        index_document: its name.
        kept: pages that stay where they are, as CloudFront asks for them by their paths: error pages.

    Raises:
        EdgeError: two files would have the same URL.
    """
    keys = {path: _key(path, index_document) for path in paths if _is_renamed(path, index_document, kept)}
    for path, key in keys.items():
        other = key if key in paths else key.removesuffix(f"/{index_document}")
        if other in paths:
            raise EdgeError(
                f"'{path}' and '{other}' would both be /{_clean(path)} with 'website:routing pages'; nothing was "
                "touched: keep one of them"
            )
    return keys


def _is_renamed(path: str, index_document: str, kept: Collection[str]) -> bool:
    name = path.rpartition("/")[2]
    return path.endswith(_PAGE) and name not in (index_document, _PAGE) and path not in kept


def _clean(path: str) -> str:
    return path.removesuffix(_PAGE)


def _key(path: str, index_document: str) -> str:
    return f"{_clean(path)}/{index_document}"


def _clean_path(path: str, index_document: str, known: Collection[str]) -> str:
    """Return the path that `pages` redirects ``path`` to, or the path itself."""
    if path.endswith(f"/{index_document}"):
        return path.removesuffix(index_document).rstrip("/") or "/"
    if path.endswith(_PAGE) and unquote(path) not in known:
        return path.removesuffix(_PAGE)
    return path.rstrip("/") or "/"


def redirector(routing: str, keys: Iterable[str], routes: SiteRoutes) -> Callable[[str], str | None]:
    """Return a function that returns where the edge redirects a path to, or None."""
    index_document = routes.index_document
    known = pages_table(keys, index_document)

    def to_other_form(path: str) -> str | None:
        answer = routes.answer(path)
        return answer.path if answer.is_redirect else None

    def to_clean(path: str) -> str | None:
        clean = _clean_path(path, index_document, known)
        is_page_or_known = unquote(clean) in known or "." not in clean.rpartition("/")[2]
        return clean if clean != path and is_page_or_known else None

    return {"errors": _nowhere, "pages": to_clean}.get(routing, to_other_form)


def _nowhere(_: str) -> None:
    return None


def router_piece(routing: str, keys: Iterable[str], routes: SiteRoutes) -> Piece:
    """Return the piece that finds the file for a path; with ``errors`` only the page of `/`.

    Args:
        routing: `website:routing`.
        keys: of all objects, with ``pages`` after ``canonical_keys``.
        routes: how the tree is served.
    """
    index_document = routes.index_document
    if routing == "pages":
        return piece_of(_HERE / "pages.js", [index_document, pages_table(keys, index_document)])
    if routing == "errors":
        return piece_of(_HERE / "root.js", index_document)
    return route_piece(routes.data)


def deep_links_piece(page: str, keys: Iterable[str]) -> Piece:
    """Return the piece that leads the paths that are no file to a page."""
    return piece_of(_HERE / "deepLinks.js", [page, plain_table(keys)])


def plain_table(keys: Iterable[str]) -> Mapping[str, int]:
    """Return the files without an extension (0), by path."""
    return {f"/{key}": _FILE for key in sorted(keys) if "." not in key.rpartition("/")[2]}


def pages_table(keys: Iterable[str], index_document: str) -> Mapping[str, int]:
    """Return the files without an extension or kept as pages (0), the pages with a dot in their last name (1), by path.

    A page that is kept has its extension in a tree of canonical keys: one that CloudFront asks for itself.
    """
    table = {}
    for key in sorted(keys):
        folder, _, name = key.rpartition("/")
        if name != index_document:
            if "." not in name or name.endswith(_PAGE):
                table[f"/{key}"] = _FILE
        elif "." in folder.rpartition("/")[2]:
            table[f"/{folder}"] = _INDEXED
    return table
