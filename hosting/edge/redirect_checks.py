"""Checks of all redirect rules together: size, loops, proxies, and pages that are not published."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from hosting.edge.proxy_checks import proxies_to_own_site, proxy_conflicts
from hosting.edge.redirect_loops import NO_HOSTS, Hosts, LoopFinder
from hosting.edge.redirects import check_size
from hosting.formats.redirects.files import redirects_error

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from hosting.formats.redirects.rule_set import RedirectRules
    from hosting.formats.redirects.rules import FallbackRule

__all__ = ["NO_HOSTS", "Hosts", "check_rules", "with_published_pages"]
_INDEX_DOCUMENT = "index.html"


def check_rules(
    redirects: RedirectRules,
    keys: Collection[str],
    router_redirect: Callable[[str], str | None],
    hosts: Hosts = NO_HOSTS,
    index_document: str = _INDEX_DOCUMENT,
) -> None:
    """Refuse rules that can't work together.

    ``keys`` are those of all objects. ``router_redirect`` returns the path that the router, which runs after the
    rules, redirects a path to, or None.

    Raises:
        EdgeError: with every problem and its line; or the rules fit neither a function nor a table.
    """
    # The size check comes first: it limits the number of rules for one path, and so the work of the search for loops.
    check_size(redirects.rules)
    problems = [*_missing_pages(redirects.fallbacks, keys), *proxy_conflicts(redirects.rules)]
    problems += proxies_to_own_site(redirects.proxies, hosts.names)
    problems += LoopFinder(redirects.rules, router_redirect, hosts).problems(keys, index_document)
    if problems:
        raise redirects_error(redirects.name, problems)


def with_published_pages(redirects: RedirectRules, keys: Collection[str], index_document: str) -> RedirectRules:
    """Return the rules with each page as the path of its file: `/404` is `/404.html` for Netlify and Cloudflare."""
    fallbacks = tuple(
        replace(fallback, page=_published_path(fallback.page, keys, index_document)) for fallback in redirects.fallbacks
    )
    return replace(redirects, fallbacks=fallbacks)


def _published_path(page: str, keys: Collection[str], index_document: str) -> str:
    name = page.lstrip("/")
    stem = unquote(name).rstrip("/")
    files = (stem, f"{stem}.html", f"{stem}/{index_document}".lstrip("/"))
    found = next((file for file in files if file in keys), None)
    return page if name in keys or found is None else f"/{quote(found)}"


def _missing_pages(fallbacks: Collection[FallbackRule], keys: Collection[str]) -> Iterator[str]:
    for fallback in fallbacks:
        if not {fallback.page.lstrip("/"), unquote(fallback.page.lstrip("/"))} & {*keys}:
            yield f"{fallback.where} names the page '{fallback.page}', which is not published"
