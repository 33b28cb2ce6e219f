"""The edge plan: what the distribution and its functions do for a stack, from its settings and its files. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from hosting.cloudfront.policies import response_headers_policy
from hosting.edge.error_pages import (
    app_page_of_errors,
    error_document,
    error_responses,
    with_canonical_page,
    with_index_page,
    with_uncached_errors,
)
from hosting.edge.existing_files import with_existing_files
from hosting.edge.function_code import compose
from hosting.edge.function_plan import PlannedFunction, RequestData, plan_request, plan_response
from hosting.edge.host_names import host_name_parts
from hosting.edge.name_warnings import name_warnings
from hosting.edge.password import password_part
from hosting.edge.proxy_checks import check_proxies
from hosting.edge.proxy_warnings import proxy_warnings
from hosting.edge.redirect_checks import Hosts, check_rules, with_published_pages
from hosting.edge.route_choice import RouteChoice, route_choice
from hosting.edge.routing import app_page_part, canonical_keys, router_redirects
from hosting.edge.rule_tables import store_items
from hosting.edge.site_routes import NOT_FOUND_PAGE
from hosting.edge.viewer_headers import viewer_headers
from hosting.edge.warnings import edge_warnings, pages_without_headers, policy_notes, routing_notes
from hosting.errors import EdgeError
from hosting.formats.paths import key_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from hosting.cloudfront.settings import ErrorResponse
    from hosting.config.load import Settings
    from hosting.edge.function_code import FunctionPart
    from hosting.edge.rule_files import Rules
    from hosting.edge.site_routes import SiteRoutes
    from hosting.formats.headers.rules import HeaderRule
    from hosting.formats.redirects.proxies import Proxy
    from hosting.formats.redirects.rule_set import RedirectRules
    from hosting.formats.redirects.rules import Rule
    from hosting.publish.staging.manifest import Manifest


@dataclass(frozen=True)
class EdgePlan:
    """What the distribution and its functions do, besides serving objects.

    Attributes:
        request_parts: the parts of the viewer-request function.
        has_secret: whether the code of that function is secret.
        response_parts: the parts of the viewer-response function; without parts there is no such function.
        error_responses: the distribution's custom error responses.
        viewer_headers: the CloudFront headers that the functions read.
        response_headers_policy: the id of the distribution's response headers policy.
        default_root_object: the distribution's default root object; None if the function serves `/`.
        error_document: the key of an S3 website's error document.
        error_app_page: the key that the error responses serve for all unknown paths with status 200; may be
            empty.
        routes: how the files are served.
        route_choice: the part of the routes that settings and rules choose.
        notes: sentences for the user that need no action.
        warnings: sentences for the user.
        proxies: the rules whose paths other servers answer, in their order.
        redirect_rules: redirects, rewrites and proxies, in their order.
        unused_redirects: the rules that never apply, because an earlier one matches.
        header_rules: the rules for custom response headers.
        store_items: the values by key that the functions read from the KeyValueStore; without items there is no
            store.
    """

    request_parts: tuple[FunctionPart, ...]
    has_secret: bool
    response_parts: tuple[FunctionPart, ...]
    error_responses: tuple[ErrorResponse, ...]
    viewer_headers: tuple[str, ...]
    response_headers_policy: str
    default_root_object: str | None
    error_document: str
    error_app_page: str
    routes: SiteRoutes
    route_choice: RouteChoice
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    proxies: tuple[Proxy, ...] = ()
    redirect_rules: tuple[Rule, ...] = ()
    unused_redirects: tuple[Rule, ...] = ()
    header_rules: tuple[HeaderRule, ...] = ()
    store_items: Mapping[str, str] = field(default_factory=dict)


def staged_keys(settings: Settings, rules: Rules, paths: Collection[str]) -> Mapping[str, str]:
    """Return the keys of the files whose key is not their path.

    Raises:
        EdgeError: two files would have the same URL.
    """
    website = settings.website
    if website.routing != "pages":
        return {}
    # Error pages keep their names, as CloudFront gets them by their paths.
    error_pages = [response.response_page_path for response in settings.cloudfront.error_responses]
    error_pages += [fallback.page for fallback in rules.redirects.fallbacks]
    kept = {unquote(path.lstrip("/")) for path in error_pages if path}
    return canonical_keys(paths, website.index_document, {NOT_FOUND_PAGE, website.error_document or "", *kept})


class _Inputs(NamedTuple):
    """The files, rules and error responses that the plan is made from."""

    keys: Collection[str]
    redirects: RedirectRules
    errors: tuple[ErrorResponse, ...]
    headers: Sequence[HeaderRule]
    routes: SiteRoutes
    choice: RouteChoice


class _Functions(NamedTuple):
    """Both functions, whether they serve `/`, and the page that they serve for unknown paths."""

    request: PlannedFunction
    response: PlannedFunction
    serves_root: bool
    app_page: str | None


def plan_edge(name: str, settings: Settings, manifest: Manifest, rules: Rules) -> EdgePlan:
    """Return the edge plan for the site ``name``.

    Raises:
        EdgeError: the rules are invalid, or exceed CloudFront's limits.
    """
    index_document = settings.website.index_document
    inputs = _inputs(settings, manifest, rules)
    is_bulk = settings.cloudfront.enabled and settings.publish.mode == "bulk"
    functions = _first_parts(name, settings) if is_bulk else _functions(name, settings, inputs)
    return EdgePlan(
        request_parts=functions.request.parts,
        has_secret=settings.access.password is not None,
        response_parts=functions.response.parts,
        error_responses=_without_root(inputs.errors, index_document) if functions.serves_root else inputs.errors,
        viewer_headers=viewer_headers(inputs.redirects),
        response_headers_policy=response_headers_policy(settings.website.cors),
        default_root_object=None if functions.serves_root else index_document,
        error_document=error_document(settings, inputs.keys, inputs.routes),
        error_app_page=app_page_of_errors(inputs.errors, index_document),
        routes=inputs.routes,
        route_choice=inputs.choice,
        notes=tuple(_notes(settings, inputs)),
        warnings=tuple(_warnings(settings, rules, inputs, functions)),
        proxies=inputs.redirects.proxies,
        redirect_rules=tuple(inputs.redirects.rules),
        unused_redirects=inputs.redirects.unused,
        header_rules=tuple(inputs.headers),
        store_items=store_items((*functions.request.tables, *functions.response.tables)),
    )


def _without_root(errors: Sequence[ErrorResponse], index_document: str) -> tuple[ErrorResponse, ...]:
    return tuple(with_index_page(error, index_document) for error in errors)


def _inputs(settings: Settings, manifest: Manifest, rules: Rules) -> _Inputs:
    """Return the checked inputs.

    Raises:
        EdgeError: the rules contradict each other, the files or the router.
    """
    website = settings.website
    keys = _keys(settings, manifest, rules.redirects)
    redirects = with_published_pages(rules.redirects, keys, website.index_document)
    choice = route_choice(website, redirects.fallbacks)
    routes = choice.routes(keys)
    redirects = with_existing_files(redirects, keys, website.index_document)
    _check_redirects(settings, redirects, keys, routes)
    errors = tuple(map(with_canonical_page, error_responses(settings, keys, redirects.fallbacks)))
    if redirects.proxies:
        errors = with_uncached_errors(settings, errors)
    check_proxies(settings, errors, redirects.proxies)
    return _Inputs(keys, redirects, errors, rules.headers.rules, routes, choice)


def _keys(settings: Settings, manifest: Manifest, redirects: RedirectRules) -> Collection[str]:
    """Return the keys of the site, as far as they are known.

    A previous release can be published without its files. Its error pages are then assumed to exist, so that the
    distribution does not change.
    """
    if manifest.entries or settings.publish.publishes_folder:
        return {entry.path for entry in manifest.entries}
    error_page = settings.website.error_document or NOT_FOUND_PAGE
    return {error_page, *(fallback.page.lstrip("/") for fallback in redirects.fallbacks)}


def _check_redirects(settings: Settings, redirects: RedirectRules, keys: Collection[str], routes: SiteRoutes) -> None:
    """Refuse rules that contradict each other, the files, the router or the settings."""
    # The rules are checked against host names that are not attached yet, too: they will be attached later.
    hosts = Hosts(settings.domain.names, settings.domain.redirect_aliases)
    index_document = settings.website.index_document
    check_rules(redirects, keys, router_redirects(settings.website.routing, keys, routes), hosts, index_document)
    if redirects.fallbacks and settings.cloudfront.sets_error_responses:
        raise EdgeError(
            f"{redirects.fallbacks[0].where} and 'cloudfront:errorResponses' both set the page for missing files; "
            f"nothing was deployed: pulumi config rm --stack {settings.stack} cloudfront:errorResponses"
        )


def _first_parts(name: str, settings: Settings) -> _Functions:
    """Return the parts that do not depend on the release: bulk mode adds those that do."""
    first = PlannedFunction((*_password(settings, name), *host_name_parts(settings.domain)))
    return _Functions(first, PlannedFunction(()), serves_root=True, app_page=None)


def _functions(name: str, settings: Settings, inputs: _Inputs) -> _Functions:
    """Return the functions.

    Raises:
        EdgeError: they exceed the size limit.
    """
    website, rules, routes = settings.website, inputs.redirects.rules, inputs.routes
    serves_root = website.routing != "errors" or bool(rules)
    data = RequestData(
        before=(*_password(settings, name), *host_name_parts(settings.domain)),
        rules=rules,
        routing=website.routing,
        keys=inputs.keys,
        routes=routes,
        has_router=serves_root,
    )
    request, app_page = plan_request(data), None
    if inputs.headers:
        request, app_page = _with_app_page(settings, request, inputs)
    if website.routing == "errors":
        # Only the app page matters then, and the list of all files may be too large for the function.
        routes = replace(routes, app_page=app_page) if app_page else inputs.choice.routes(())
    return _Functions(request, plan_response(inputs.headers, routes), serves_root, app_page)


def _password(settings: Settings, name: str) -> Iterator[FunctionPart]:
    access = settings.access
    if access.username is not None and access.password is not None:
        yield password_part(access.username, access.password, name)


def _with_app_page(settings: Settings, request: PlannedFunction, inputs: _Inputs) -> tuple[PlannedFunction, str | None]:
    """Return the function, and the key of the page that it serves for unknown paths, so that its responses get headers.

    The function gets a part for it, if that fits.
    """
    page = app_page_of_errors(inputs.errors, settings.website.index_document)
    if not page or settings.website.routing != "errors":
        return request, None
    parts = (*request.parts, app_page_part(key_path(page), inputs.keys))
    try:
        compose(parts)
    except EdgeError:
        return request, None
    return request._replace(parts=parts), page


def _notes(settings: Settings, inputs: _Inputs) -> Iterator[str]:
    if settings.publish.publishes_folder:
        yield from routing_notes(settings, inputs.keys, inputs.routes, inputs.errors)
    yield from policy_notes(settings, by_country=inputs.redirects.uses_countries)


def _warnings(settings: Settings, rules: Rules, inputs: _Inputs, functions: _Functions) -> Iterator[str]:
    files = [("redirects", rules.redirects.name), ("headers", rules.headers.file)]
    yield from (*inputs.redirects.warnings, *rules.headers.warnings)
    yield from name_warnings(inputs.keys)
    yield from edge_warnings(settings, inputs.keys, inputs.errors, files, inputs.routes)
    if functions.response.parts and functions.app_page is None:
        yield from pages_without_headers(settings, inputs.errors)
    yield from proxy_warnings(settings, inputs.keys, inputs.errors, inputs.redirects.proxies)
