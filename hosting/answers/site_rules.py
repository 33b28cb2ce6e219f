"""How a site answers, besides which files it has: routing, rules and error pages, as data that JSON can hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

# pydantic reads these types at run time.
from hosting.cloudfront.settings import ErrorResponse  # noqa: TC001
from hosting.edge.route_choice import RouteChoice  # noqa: TC001
from hosting.formats.headers.rules import HeaderRule  # noqa: TC001
from hosting.formats.redirects.proxies import Proxy, proxies_in
from hosting.formats.redirects.rules import Rule  # noqa: TC001

if TYPE_CHECKING:
    from hosting.config.load import Settings
    from hosting.edge.plan import EdgePlan


@dataclass(frozen=True)
class SiteRules:
    """How a site answers.

    Attributes:
        has_cloudfront: whether there is a distribution; without one, an S3 website answers.
        has_password: whether visitors need a password.
        is_bulk: whether the function knows all files, as in bulk mode.
        routing: `website:routing`.
        index_document: the name of the file that is a folder's page.
        choice: the part of the routes that settings and rules choose.
        redirects: redirects, rewrites and proxies, in their order.
        headers: the rules for custom response headers.
        errors: the distribution's error responses.
        error_document: the key of an S3 website's error document.
        function_app_page: the key of the app page that the function serves with `website:routing errors`; empty if the
            error responses serve it.
        hidden: the beginning of the keys that the bucket's policy keeps from visitors; may be empty.
    """

    has_cloudfront: bool
    has_password: bool
    is_bulk: bool
    routing: str
    index_document: str
    choice: RouteChoice
    redirects: tuple[Proxy | Rule, ...] = ()
    headers: tuple[HeaderRule, ...] = ()
    errors: tuple[ErrorResponse, ...] = ()
    error_document: str = ""
    function_app_page: str = ""
    hidden: str = ""

    @cached_property
    def proxies(self) -> tuple[Proxy, ...]:
        """The rules whose paths other servers answer."""
        return proxies_in(self.redirects)


def site_rules(settings: Settings, edge: EdgePlan, hidden: str = "") -> SiteRules:
    """Return how a site answers; ``edge`` is the edge plan of its files."""
    has_app_part = any(part.name == "appPage" for part in edge.request_parts)
    return SiteRules(
        has_cloudfront=settings.cloudfront.enabled,
        has_password=settings.access.password is not None,
        is_bulk=settings.publish.mode == "bulk",
        routing=settings.website.routing,
        index_document=settings.website.index_document,
        choice=edge.route_choice,
        redirects=edge.redirect_rules,
        headers=edge.header_rules,
        errors=edge.error_responses,
        error_document=edge.error_document,
        function_app_page=edge.error_app_page if has_app_part else "",
        hidden=hidden,
    )
