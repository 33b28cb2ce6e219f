"""What the edge does for a stack, from its settings and its tree. Makes nothing, asks nobody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from hosting.cloudfront.policies import response_headers_policy
from hosting.edge.error_pages import (
    error_document,
    error_responses,
    leads_to,
    page_for_unknown_paths,
    rooted,
)
from hosting.edge.function_code import compose, compose_response
from hosting.edge.headers import headers_piece
from hosting.edge.host_names import domain_pieces
from hosting.edge.password import access_piece
from hosting.edge.proxy_plan import check_proxies, fresh_errors, proxy_warnings
from hosting.edge.redirect_checks import Hosts, check_rules, with_published_pages
from hosting.edge.redirects import redirects_piece
from hosting.edge.route_choice import RouteChoice, route_choice
from hosting.edge.routing import canonical_keys, deep_links_piece, redirector, router_piece
from hosting.edge.site_routes import NOT_FOUND_PAGE
from hosting.edge.warnings import policy_notes, routing_notes, warnings_of, without_headers
from hosting.errors import EdgeError
from hosting.formats.redirects.rules import canonical

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from hosting.cloudfront.settings import ErrorResponse
    from hosting.config.load import Settings
    from hosting.edge.function_code import Piece
    from hosting.edge.rule_files import Rules
    from hosting.edge.site_routes import SiteRoutes
    from hosting.formats.headers.rules import HeaderRule
    from hosting.formats.redirects.proxies import Proxy
    from hosting.formats.redirects.table import RuleTable
    from hosting.publish.staging.manifest import Manifest

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html
_COUNTRY = "CloudFront-Viewer-Country"


@dataclass(frozen=True)
class EdgePlan:
    """What the distribution and its functions do beyond serving objects.

    Attributes:
        requests: the pieces of the viewer-request function; none is no function.
        is_secret: whether the code of that function is for nobody to read.
        responses: the pieces of the viewer-response function.
        error_responses: of the distribution.
        viewer_headers: of CloudFront's own, that the functions read.
        response_headers_policy: the id of the distribution's policy.
        default_root: the distribution's default root object; None where the function finds the first page itself.
        error_document: the key that answers what is not there, of an S3 website.
        fallbacks: keys that answer under other paths than their own.
        unknown_page: the key that error responses serve for all unknown paths with status 200; empty without one.
        routes: how the tree is served.
        route_choice: what of that the settings and rules choose.
        notes: sentences for the user that call for nothing.
        warnings: sentences for the user.
        proxies: the rules whose paths other servers answer, in their order.
    """

    requests: tuple[Piece, ...]
    is_secret: bool
    responses: tuple[Piece, ...]
    error_responses: tuple[ErrorResponse, ...]
    viewer_headers: tuple[str, ...]
    response_headers_policy: str
    default_root: str | None
    error_document: str
    fallbacks: tuple[str, ...]
    unknown_page: str
    routes: SiteRoutes
    route_choice: RouteChoice
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    proxies: tuple[Proxy, ...] = ()


def keys_for(settings: Settings, rules: Rules, paths: Collection[str]) -> Mapping[str, str]:
    """Return the keys of the files that are staged under another path than their own.

    Raises:
        EdgeError: two files would have the same URL.
    """
    website = settings.website
    if website.routing != "pages":
        return {}
    # A rule may name an error page, which keeps its name.
    own = [response.response_page_path for response in settings.cloudfront.error_responses]
    own += [fallback.page for fallback in rules.redirects.fallbacks]
    kept = {NOT_FOUND_PAGE, website.error_document or "", *(unquote(path.lstrip("/")) for path in own if path)}
    return canonical_keys(paths, website.index_document, kept)


def plan_edge(name: str, settings: Settings, manifest: Manifest, rules: Rules) -> EdgePlan:
    """Return the plan for the site ``name``, its staged tree, and its rules.

    Raises:
        EdgeError: the rules are wrong, or need more than CloudFront takes.
    """
    website = settings.website
    keys = _keys(settings, manifest, rules.redirects)
    headers = rules.headers
    table = with_published_pages(rules.redirects, keys, website.index_document)
    choice = route_choice(website, table.fallbacks)
    routes = choice.routes(keys)
    _check_redirects(settings, table, keys, routes)
    errors = fresh_errors(settings, error_responses(settings, keys, table.fallbacks), table.proxies)
    check_proxies(settings, errors, table.proxies)
    edge = _functions(name, settings, _Tree(keys, table, errors, headers.rules, routes, choice))
    files = [("redirects", table.name), ("headers", headers.file)]
    by_country = any(rule.countries for rule in table.rules)
    return EdgePlan(
        requests=tuple(edge.requests),
        is_secret=settings.access.password is not None,
        responses=tuple(edge.responses),
        error_responses=tuple(rooted(error, website.index_document) for error in errors) if edge.finds_root else errors,
        viewer_headers=(_COUNTRY,) if by_country else (),
        response_headers_policy=response_headers_policy(website.cors),
        default_root=None if edge.finds_root else website.index_document,
        error_document=error_document(settings, keys, routes),
        fallbacks=(routes.app_page,) if routes.app_page else (),
        unknown_page=page_for_unknown_paths(errors, website.index_document),
        routes=routes,
        route_choice=choice,
        notes=(
            *(routing_notes(settings, keys, routes, errors) if settings.publish.release is None else ()),
            *policy_notes(settings, by_country=by_country),
        ),
        warnings=(
            *table.warnings,
            *headers.warnings,
            *warnings_of(settings, keys, errors, files, routes),
            *(without_headers(settings, errors) if edge.responses and edge.app is None else ()),
            *proxy_warnings(settings, keys, errors, table.proxies),
        ),
        proxies=table.proxies,
    )


class _Tree(NamedTuple):
    """What the functions depend on, besides the settings."""

    keys: Collection[str]
    table: RuleTable
    errors: Sequence[ErrorResponse]
    headers: Sequence[HeaderRule]
    routes: SiteRoutes
    choice: RouteChoice


class _Functions(NamedTuple):
    """The functions' pieces, whether they answer `/`, and the key of the page that they serve for unknown paths."""

    requests: list[Piece]
    responses: list[Piece]
    finds_root: bool
    app: str | None


def _functions(name: str, settings: Settings, tree: _Tree) -> _Functions:
    """Return the pieces in the order in which a visitor meets them: access, names, redirects, routing.

    Raises:
        EdgeError: they don't fit.
    """
    website = settings.website
    finds_root = website.routing != "errors" or bool(tree.table.rules)
    requests = [*_access(settings, name), *domain_pieces(settings.domain)]
    if tree.table.rules:
        requests.append(redirects_piece(tree.table.rules))
    if finds_root:
        requests.append(router_piece(website.routing, tree.keys, tree.routes))
    app = _with_deep_links(settings, requests, tree.errors, tree.keys) if tree.headers else None
    routes = tree.routes
    if website.routing == "errors":
        # Without a page for unknown paths the tree does not matter, and its files may be too many for the function.
        routes = replace(routes, app_page=app) if app else tree.choice.routes(())
    responses = [headers_piece(tree.headers, routes)] if tree.headers else []
    _check_sizes(requests, responses, tree.routes)
    return _Functions(requests, responses, finds_root, app)


def _keys(settings: Settings, manifest: Manifest, table: RuleTable) -> Collection[str]:
    """Return the keys of the site, as far as they are known.

    A release can be pinned without its files at hand. The pages that answer for what is missing are then taken to be in
    it, or each pin would be an update of the distribution.
    """
    if manifest.entries or settings.publish.release is None:
        return {entry.path for entry in manifest.entries}
    error_page = settings.website.error_document or NOT_FOUND_PAGE
    return {error_page, *(fallback.page.lstrip("/") for fallback in table.fallbacks)}


def _with_deep_links(
    settings: Settings, requests: list[Piece], errors: Sequence[ErrorResponse], keys: Collection[str]
) -> str | None:
    """Return the key of the page that the function serves for unknown paths, so that its responses get headers.

    In bulk mode the release's own function does it; otherwise a piece does, which is added to ``requests`` if it fits.
    """
    page = page_for_unknown_paths(errors, settings.website.index_document)
    if not page or settings.website.routing != "errors":
        return None
    if settings.publish.mode == "bulk":
        return page if leads_to(page, keys) else None
    piece = deep_links_piece(canonical(f"/{quote(page)}"), keys)
    try:
        compose([*requests, piece])
    except EdgeError:
        return None
    requests.append(piece)
    return page


def _check_redirects(settings: Settings, table: RuleTable, keys: Collection[str], routes: SiteRoutes) -> None:
    """Refuse rules that do not hold together, or with the tree and the router."""
    # Names that are not attached yet are held against the rules too: they will be.
    hosts = Hosts(settings.domain.names, settings.domain.redirect_aliases)
    index_document = settings.website.index_document
    check_rules(table, keys, redirector(settings.website.routing, keys, routes), hosts, index_document)
    if table.fallbacks and settings.cloudfront.sets_error_responses:
        raise EdgeError(
            f"{table.fallbacks[0].where} and 'cloudfront:errorResponses' both say what answers for what is missing; "
            f"nothing was touched: pulumi config rm --stack {settings.stack} cloudfront:errorResponses"
        )


def _check_sizes(requests: Sequence[Piece], responses: Sequence[Piece], routes: SiteRoutes) -> None:
    """Refuse what does not fit, before anything is touched."""
    try:
        if requests:
            compose(requests)
        if responses:
            compose_response(responses)
    except EdgeError as error:
        figures = routes.figures
        raise (EdgeError(f"{error}. The routes have {figures}") if figures else error) from error


def _access(settings: Settings, name: str) -> Iterator[Piece]:
    access = settings.access
    if access.username is not None and access.password is not None:
        yield access_piece(access.username, access.password, name)
