"""Decides what is in the code of the functions, and what is in the KeyValueStore.

The store has only what does not fit a function: a site whose rules fit has no store, and its functions read nothing.
Each function tries the choices in this order, and takes the first that fits:

1. all data in the function;
2. the rules (redirects, or headers) in the store;
3. the routing table in the store;
4. both in the store.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from hosting.edge.function_code import compose, compose_response
from hosting.edge.headers import headers_part, stored_headers
from hosting.edge.redirects import redirects_part, stored_redirects
from hosting.edge.routing import canonical_uri_part, router_part, stored_router
from hosting.edge.rule_tables import tables_part
from hosting.errors import EdgeError
from hosting.formats.redirects.proxies import Proxy

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from hosting.edge.function_code import FunctionPart
    from hosting.edge.rule_tables import RuleTable
    from hosting.edge.site_routes import SiteRoutes
    from hosting.formats.headers.rules import HeaderRule
    from hosting.formats.redirects.rules import Rule


class PlannedFunction(NamedTuple):
    """A function.

    Attributes:
        parts: its parts, in the order in which they run.
        tables: the tables that it reads.
    """

    parts: tuple[FunctionPart, ...]
    tables: tuple[RuleTable, ...] = ()


class RequestData(NamedTuple):
    """The data of the viewer-request function.

    Attributes:
        before: the parts that run first.
        rules: the redirect rules.
        routing: `website:routing`.
        keys: the keys of all objects.
        routes: how the files are served.
        has_router: whether the function serves `/`.
    """

    before: Sequence[FunctionPart]
    rules: Sequence[Rule]
    routing: str
    keys: Collection[str]
    routes: SiteRoutes
    has_router: bool


def plan_request(data: RequestData) -> PlannedFunction:
    """Return the viewer-request function: password, host names, redirects, canonical path, router.

    The host names and the rules get the path as the visitor sent it: their redirects keep it, and a proxy's server
    gets it.

    Raises:
        EdgeError: it exceeds the size limit in every way, or a table can't have its data.
    """
    can_store_rules = not all(isinstance(rule, Proxy) for rule in data.rules)
    can_store_routes = data.has_router and data.routing != "errors"
    makers = [
        partial(_request, data, stores_rules=rules, stores_routes=routes)
        for rules, routes in _choices(can_store_rules=can_store_rules, can_store_routes=can_store_routes)
    ]
    return _first_that_fits(makers, compose)


def plan_response(rules: Sequence[HeaderRule], routes: SiteRoutes) -> PlannedFunction:
    """Return the viewer-response function, which has no parts if there are no rules.

    Raises:
        EdgeError: it exceeds the size limit in every way, or a table can't have its data.
    """
    if not rules:
        return PlannedFunction(())
    makers = [
        partial(_response, rules, routes, stores_rules=in_store, stores_routes=routes_in_store)
        for in_store, routes_in_store in _choices(can_store_rules=True, can_store_routes=bool(routes.kinds))
    ]
    return _first_that_fits(makers, compose_response)


def _choices(*, can_store_rules: bool, can_store_routes: bool) -> list[tuple[bool, bool]]:
    """Return whether the rules and the routes are in the store, for each choice."""
    return [
        (rules, routes)
        for routes, rules in product((False, True), (False, True))
        if (can_store_rules or not rules) and (can_store_routes or not routes)
    ]


def _first_that_fits(
    makers: Sequence[Callable[[], PlannedFunction]], join: Callable[[Sequence[FunctionPart]], str]
) -> PlannedFunction:
    """Return the first function that fits.

    Raises:
        EdgeError: none fits; it is the error of the last, which has the least data in the function.
    """
    for make in makers[:-1]:
        with suppress(EdgeError):
            planned = make()
            join(planned.parts)
            return planned
    planned = makers[-1]()
    join(planned.parts)
    return planned


def _request(data: RequestData, *, stores_rules: bool, stores_routes: bool) -> PlannedFunction:
    parts, tables = [*data.before], []
    if stores_rules:
        part, table = stored_redirects(data.rules)
        parts.append(part)
        tables.append(table)
    elif data.rules:
        parts.append(redirects_part(data.rules))
    parts.append(canonical_uri_part())
    if stores_routes:
        part, table = stored_router(data.routing, data.keys, data.routes)
        parts.append(part)
        tables.append(table)
    elif data.has_router:
        parts.append(router_part(data.routing, data.keys, data.routes))
    first = [tables_part(tables)] if tables else []
    return PlannedFunction((*first, *parts), tuple(tables))


def _response(
    rules: Sequence[HeaderRule], routes: SiteRoutes, *, stores_rules: bool, stores_routes: bool
) -> PlannedFunction:
    if not (stores_rules or stores_routes):
        return PlannedFunction((headers_part(rules, routes),))
    part, tables = stored_headers(rules, routes, stores_rules=stores_rules, stores_routes=stores_routes)
    return PlannedFunction((tables_part(tables, for_response=True), part), tuple(tables))
