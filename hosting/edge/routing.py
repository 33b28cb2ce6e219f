"""The router's part of the viewer-request function, and the routings `pages` and `errors`.

With `website:routing pages` all pages are staged in one form: both `docs.html` and `docs/index.html` are staged as
`docs/index.html`. The function gets a table of exceptions: files without an extension, and pages with a dot in their
name.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote

from hosting.edge.error_pages import files_without_extension
from hosting.edge.function_code import FunctionPart, as_javascript, fill, function_part, javascript
from hosting.edge.rule_tables import (
    EXACT,
    IN_FUNCTION,
    IN_STORE,
    Entry,
    RuleTable,
    StoredPart,
    TableFormat,
    if_missing,
    rule_table,
)
from hosting.edge.site_routes import ROUTER, by_folder, route_part
from hosting.errors import EdgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from hosting.edge.site_routes import SiteRoutes

_PAGE = ".html"
_FILE, _PAGE_WITH_DOT = 0, 1
_CANONICAL_URI = "canonicalUri"


def canonical_keys(paths: Collection[str], index_document: str, kept: Collection[str]) -> dict[str, str]:
    """Return the keys of the pages whose key is not their path: `docs.html` becomes `docs/index.html`.

    Args:
        paths: all files, POSIX-relative to the distribution folder.
        index_document: the name of the file that is a folder's page.
        kept: pages that keep their path as key, such as error pages, which CloudFront gets by their paths.

    Raises:
        EdgeError: two files would have the same URL.
    """
    keys = {path: _key(path, index_document) for path in paths if _is_renamed(path, index_document, kept)}
    for path, key in keys.items():
        other = key if key in paths else key.removesuffix(f"/{index_document}")
        if other in paths:
            raise EdgeError(
                f"'{path}' and '{other}' would both have the URL /{_without_extension(path)} with 'website:routing "
                "pages'; nothing was deployed: remove one of them"
            )
    return keys


def _is_renamed(path: str, index_document: str, kept: Collection[str]) -> bool:
    name = path.rpartition("/")[2]
    return path.endswith(_PAGE) and name not in (index_document, _PAGE) and path not in kept


def _without_extension(path: str) -> str:
    return path.removesuffix(_PAGE)


def _key(path: str, index_document: str) -> str:
    return f"{_without_extension(path)}/{index_document}"


def router_redirects(routing: str, keys: Iterable[str], routes: SiteRoutes) -> Callable[[str], str | None]:
    """Return a function that returns the path that the router redirects a path to, or None."""

    def to_other_form(path: str) -> str | None:
        answer = routes.answer(path)
        return answer.path if answer.is_redirect else None

    if routing == "pages":
        exceptions = pages_exceptions(keys, routes.index_document)
        return partial(_clean_redirect, index_name=routes.index_url[1:], exceptions=exceptions)
    return _no_redirect if routing == "errors" else to_other_form


def _clean_redirect(path: str, *, index_name: str, exceptions: Collection[str]) -> str | None:
    """Return the path that `pages` redirects ``path`` to, or None."""
    clean = _clean_url(path, index_name, exceptions)
    is_page = unquote(clean) in exceptions or "." not in clean.rpartition("/")[2]
    return clean if clean != path and is_page else None


def _clean_url(path: str, index_name: str, exceptions: Collection[str]) -> str:
    """Return the path that `pages` redirects ``path`` to, or the path itself."""
    if path.endswith(f"/{index_name}"):
        return path.removesuffix(index_name).rstrip("/") or "/"
    if path.endswith(_PAGE) and unquote(path) not in exceptions:
        return path.removesuffix(_PAGE)
    return path.rstrip("/") or "/"


def _no_redirect(_: str) -> None:
    return None


def canonical_uri_part() -> FunctionPart:
    """Return the part that puts the path in canonical form, before the router and after the rules.

    Without it a file would have a cache entry for each spelling of its path, of which an invalidation removes one, and
    S3 would decode a plus sign to a space.
    """
    return FunctionPart(_CANONICAL_URI, javascript(_CANONICAL_URI))


def router_part(routing: str, keys: Iterable[str], routes: SiteRoutes) -> FunctionPart:
    """Return the part that maps a path to a file. With ``errors`` it maps only `/`.

    Args:
        routing: `website:routing`.
        keys: the keys of all objects.
        routes: how the files are served.
    """
    index_name = routes.index_url[1:]
    if routing == "pages":
        data = as_javascript([index_name, pages_exceptions(keys, routes.index_document)])
        values = {**IN_FUNCTION, "$DATA": data, "$NAMED": "pagesData[1]"}
        return FunctionPart("pages", fill(javascript("pages"), values))
    if routing == "errors":
        return function_part("root", index_name)
    return route_part(routes.data)


def stored_router(routing: str, keys: Iterable[str], routes: SiteRoutes) -> StoredPart:
    """Return the same part for any routing except ``errors``, with the listed paths in a table.

    Raises:
        EdgeError: a path exceeds a value of the store.
    """
    if routing == "pages":
        name, data, table = "pages", as_javascript([routes.index_url[1:]]), _stored_pages(keys, routes)
        path = "path"
    else:
        name, data, table = ROUTER, as_javascript({**routes.data, "named": {}}), stored_routes(routes)
        path = "name"
    values = {
        **IN_STORE,
        "$DATA": data,
        "$NAMED": f"await tableBucket(state.tables.{table.name}, 'exact', {path})",
        "// $MISSING": if_missing("named"),
    }
    return StoredPart(FunctionPart(name, fill(javascript(name), values), uses_store=True), table)


def stored_routes(routes: SiteRoutes) -> RuleTable:
    """Return the table with the listed paths of ``SiteRoutes.data``."""
    return _kinds_table(routes.kinds, lambda kinds: as_javascript(by_folder(kinds)))


def _stored_pages(keys: Iterable[str], routes: SiteRoutes) -> RuleTable:
    return _kinds_table(pages_exceptions(keys, routes.index_document), as_javascript)


def _kinds_table(kinds: Mapping[str, int], join: Callable[[dict[str, int]], str]) -> RuleTable:
    """Return the table with the kinds of paths: each is in the bucket of its path."""
    table = TableFormat(
        name="routes",
        what="listed paths",
        advice="shorten them",
        join=lambda _, texts: join(dict(map(json.loads, texts))),
        always_exact=True,
    )
    return rule_table(table, [Entry(EXACT, path, json.dumps([path, kind]), path) for path, kind in kinds.items()], {})


def app_page_part(page: str, keys: Iterable[str]) -> FunctionPart:
    """Return the part that serves the app page, by its path, for paths that are not files."""
    return function_part("appPage", [page, {f"/{key}": _FILE for key in files_without_extension(keys)}])


def pages_exceptions(keys: Iterable[str], index_document: str) -> Mapping[str, int]:
    """Return the exceptions of `pages` by path: 0 for a file, 1 for a page with a dot in its name.

    A file is one without an extension, or a page that kept its extension, such as an error page.
    """
    exceptions = {}
    for key in sorted(keys):
        folder, _, name = key.rpartition("/")
        if name != index_document:
            if "." not in name or name.endswith(_PAGE):
                exceptions[f"/{key}"] = _FILE
        elif "." in folder.rpartition("/")[2]:
            exceptions[f"/{folder}"] = _PAGE_WITH_DOT
    return exceptions
