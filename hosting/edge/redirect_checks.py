"""Checks of rules together: their size, circles, and pages that are not published."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from hosting.edge.function_code import compose
from hosting.edge.proxy_checks import own_site_problems, proxy_problems
from hosting.edge.redirect_circles import NO_HOSTS, Circles, Hosts
from hosting.edge.redirects import redirects_piece
from hosting.formats.redirects.files import rules_refused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from hosting.formats.redirects.rules import Fallback
    from hosting.formats.redirects.table import RuleTable

__all__ = ["NO_HOSTS", "Hosts", "check_rules", "with_published_pages"]
_INDEX_DOCUMENT = "index.html"


def check_rules(
    table: RuleTable,
    keys: Collection[str],
    routed: Callable[[str], str | None],
    hosts: Hosts = NO_HOSTS,
    index_document: str = _INDEX_DOCUMENT,
) -> None:
    """Refuse rules that can't work together.

    Args:
        table: the rules.
        keys: of all objects.
        routed: where the router, which comes after the rules, redirects a path to; None if nowhere.
        hosts: the site's own names: a redirect to one of them comes back here.
        index_document: its name.

    Raises:
        EdgeError: with every problem and its lines; or the rules are larger than a function.
    """
    if table.rules:
        # The size first: it bounds the search for circles.
        compose([redirects_piece(table.rules)])
    problems = [*_missing_pages(table.fallbacks, keys), *proxy_problems(table.rules)]
    problems += own_site_problems(table.proxies, hosts.names)
    problems += Circles(table.rules, routed, hosts).problems(keys, index_document)
    if problems:
        raise rules_refused(table.name, problems)


def with_published_pages(table: RuleTable, keys: Collection[str], index_document: str) -> RuleTable:
    """Return the table with the path of the file for each page, as `/404` is `/404.html` at Netlify and Cloudflare."""
    return replace(
        table,
        fallbacks=tuple(replace(one, page=_published(one.page, keys, index_document)) for one in table.fallbacks),
    )


def _published(page: str, keys: Collection[str], index_document: str) -> str:
    name = page.lstrip("/")
    stem = unquote(name).rstrip("/")
    files = (stem, f"{stem}.html", f"{stem}/{index_document}".lstrip("/"))
    found = next((file for file in files if file in keys), None)
    return page if name in keys or found is None else f"/{quote(found)}"


def _missing_pages(fallbacks: Collection[Fallback], keys: Collection[str]) -> Iterator[str]:
    for fallback in fallbacks:
        if not {fallback.page.lstrip("/"), unquote(fallback.page.lstrip("/"))} & {*keys}:
            yield f"{fallback.where} names the page '{fallback.page}', which is not published"
