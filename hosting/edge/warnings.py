"""Warnings and notes about a valid edge plan: sentences for the user, with commands. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from hosting.edge.error_pages import MISSING_FILE_STATUSES, NOT_FOUND, OK, error_document, success_responses
from hosting.edge.route_choice import APP_PAGE
from hosting.edge.site_routes import NOT_FOUND_PAGE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from hosting.cloudfront.settings import ErrorResponse
    from hosting.config.load import Settings
    from hosting.edge.site_routes import SiteRoutes

_FORBIDDEN = 403
# The default quota, up to 100 on request: https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#general-limits
_CERTIFICATE_NAMES = 10
_LIMITS = "docs/limits.md"


def routing_notes(
    settings: Settings, keys: Collection[str], routes: SiteRoutes, errors: Sequence[ErrorResponse]
) -> Iterator[str]:
    """Yield the preview's notes about `website:routing auto`, which need no action.

    Args:
        settings: the stack's settings.
        keys: the keys of all objects.
        routes: how the files are served.
        errors: the distribution's error responses.
    """
    if settings.website.routing != "auto" or not keys:
        return
    if not settings.cloudfront.enabled:
        yield from _limits_of_s3(routes)
        return
    yield f"Routing: {routes.describe(_missing_page(errors))}"
    if routes.page_count > 1 and not routes.app_page and {APP_PAGE, NOT_FOUND_PAGE} <= set(keys):
        yield (
            f"Unknown paths get {NOT_FOUND_PAGE} with status 404. To serve {APP_PAGE} for them with status 200: "
            f"pulumi config set --stack {settings.stack} website:routing spa"
        )


def _missing_page(errors: Sequence[ErrorResponse]) -> str:
    """Return the page for missing files, with its status unless that is 404; empty without a page."""
    response = next((error for error in errors if error.error_code == NOT_FOUND), None)
    if response is None or response.response_page_path is None:
        return ""
    status = "" if response.response_code == NOT_FOUND else f" with status {response.response_code} for missing files"
    return f"{unquote(response.response_page_path).lstrip('/') or '/'}{status}"


def routing_output(routing: str, routes: SiteRoutes) -> str:
    """Return the stack output ``routing``: the setting, or the kind of site that `auto` has recognized."""
    return routes.kind if routing == "auto" else routing


def changed_kind(previous: str | None, routes: SiteRoutes, stack: str) -> str | None:
    """Return a warning if `auto` recognizes another kind of site than at the last `pulumi up`.

    Args:
        previous: the output ``routing`` of that `pulumi up`; None if the stack has no outputs yet.
        routes: how the files are served now.
        stack: the stack's name.
    """
    if previous == "app" and routes.second_page and not routes.app_page:
        return (
            f"The site was a single-page app until now. With '{routes.second_page}' it has several pages, and unknown "
            f"paths get a 404. To keep it an app: pulumi config set --stack {stack} website:routing spa"
        )
    if previous == "pages" and routes.is_app:
        return (
            f"The site had several pages until now. With only '{routes.app_page}' it is a single-page app, whose page "
            f"is served for unknown paths. To keep the 404: pulumi config set --stack {stack} website:routing mpa"
        )
    return None


def _limits_of_s3(routes: SiteRoutes) -> Iterator[str]:
    """Yield a note if the site works behind CloudFront, but not entirely on an S3 website."""
    if routes.app_page:
        yield f"On this stage S3 serves {routes.app_page} for the app's routes, but with status 404 instead of 200."
    elif routes.bare_page:
        page = routes.bare_page
        yield f"On this stage S3 serves {page}.html only at {page}.html; behind CloudFront it is also at {page}."


def edge_warnings(
    settings: Settings,
    keys: Collection[str],
    errors: Sequence[ErrorResponse],
    files: Sequence[tuple[str, str]],
    routes: SiteRoutes,
) -> Iterator[str]:
    """Yield the warnings about a stack's edge.

    Args:
        settings: the stack's settings.
        keys: the keys of all objects.
        errors: the distribution's error responses.
        files: kinds of rules, such as ``redirects``, and the file that has them; "" if no file has them.
        routes: how the files are served.
    """
    yield from _unused_files(settings, files)
    yield from _unused_settings(settings)
    yield from _missing_error_pages(settings, errors, keys)
    yield from _missing_error_document(settings, keys, routes)
    yield from _unused_error_document(settings, keys)
    yield from _error_page_without_404(settings)
    yield from _replaced_refusals(settings, errors)
    yield from _many_names(settings)


def pages_without_headers(settings: Settings, errors: Sequence[ErrorResponse]) -> Iterator[str]:
    """Warn of pages that are served without the custom headers.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
    """
    found = success_responses(errors)
    if found and settings.cloudfront.enabled:
        yield (
            f"Requests for missing files get the page '{found[0].response_page_path}' with status {OK}, but without "
            "the custom headers: CloudFront runs no function for an error of the origin. The router can serve an app's "
            f"page with them: {_router_command(settings)}"
        )


def _router_command(settings: Settings) -> str:
    """Return the command after which the router serves the app page, instead of an error response."""
    if settings.website.routes_by_tree:
        return f"pulumi config rm --stack {settings.stack} cloudfront:errorResponses"
    return f"pulumi config set --stack {settings.stack} website:routing auto"


def _unused_files(settings: Settings, files: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Warn of rule files on a stack without CloudFront."""
    for kind, file in files:
        if file and not settings.cloudfront.enabled:
            yield _needs_cloudfront(f"The {kind} in {file} have", settings.stack)


def _needs_cloudfront(subject: str, stack: str) -> str:
    return f"{subject} no effect without CloudFront: pulumi config set --stack {stack} cloudfront:enabled true"


def _unused_settings(settings: Settings) -> Iterator[str]:
    """Warn of settings that need CloudFront, on a stack without it."""
    cloudfront = settings.cloudfront
    if cloudfront.enabled:
        return
    values = {
        "cloudfront:geoRestriction": cloudfront.geo_restriction,
        "cloudfront:webAclArn": cloudfront.web_acl_arn,
        "cloudfront:logging": cloudfront.logging,
        "cloudfront:alarms": cloudfront.alarms,
        "website:routing": settings.website.routing in ("spa", "mpa", "pages"),
    }
    names = [name for name, value in values.items() if value]
    if names:
        verb = "has" if len(names) == 1 else "have"
        yield _needs_cloudfront(f"{' and '.join(map(repr, names))} {verb}", settings.stack)


def _missing_error_pages(settings: Settings, errors: Sequence[ErrorResponse], keys: Collection[str]) -> Iterator[str]:
    """Warn of error pages that are not published: visitors would get S3's XML."""
    if not (settings.cloudfront.enabled and keys):
        return
    pages = {unquote(error.response_page_path.lstrip("/")) for error in errors if error.response_page_path}
    # A missing index document is reported elsewhere.
    for page in sorted(pages - {"", settings.website.index_document, *keys}):
        yield (
            f"The error page '{page}' does not exist, so visitors get S3's error message: publish it, or set another "
            "page in 'cloudfront:errorResponses' or 'website:errorDocument'"
        )


def _missing_error_document(settings: Settings, keys: Collection[str], routes: SiteRoutes) -> Iterator[str]:
    """Warn of an S3 website's error document that is not published. A missing index document is reported elsewhere."""
    document = error_document(settings, keys, routes)
    if keys and not settings.cloudfront.enabled and document not in {*keys, settings.website.index_document}:
        yield (
            f"The page '{document}' in 'website:errorDocument' does not exist, so requests for missing files get S3's "
            f"error message: pulumi config set --stack {settings.stack} website:errorDocument "
            f"{settings.website.index_document}"
        )


def _unused_error_document(settings: Settings, keys: Collection[str]) -> Iterator[str]:
    """Warn of an error document that the router does not use, because the site has a 404.html."""
    website, cloudfront = settings.website, settings.cloudfront
    is_set = website.error_document not in (None, NOT_FOUND_PAGE)
    is_used = website.routing == "errors" or cloudfront.sets_error_responses
    if cloudfront.enabled and is_set and not is_used and NOT_FOUND_PAGE in keys:
        response = f'[{{"errorCode": 404, "responseCode": 404, "responsePagePath": "/{website.error_document}"}}]'
        yield (
            f"'website:errorDocument' has no effect, because the site has a {NOT_FOUND_PAGE} for missing pages: "
            f"pulumi config rm --stack {settings.stack} website:errorDocument, or "
            f"pulumi config set --stack {settings.stack} cloudfront:errorResponses '{response}'"
        )


def _error_page_without_404(settings: Settings) -> Iterator[str]:
    """Warn of a page for 403 without one for 404: behind a router S3 answers 404 for missing files."""
    cloudfront = settings.cloudfront
    codes = {error.error_code for error in cloudfront.error_responses if error.response_page_path}
    is_set = cloudfront.enabled and cloudfront.sets_error_responses
    if is_set and settings.website.routing != "errors" and codes & set(MISSING_FILE_STATUSES) == {_FORBIDDEN}:
        yield (
            "'cloudfront:errorResponses' has a page for 403, but with this routing missing files give a 404: add a "
            "response for 404, or use Amplify's routing, with which they give a 403: "
            f"pulumi config set --stack {settings.stack} website:routing errors"
        )


def _replaced_refusals(settings: Settings, errors: Sequence[ErrorResponse]) -> Iterator[str]:
    """Warn if a page replaces CloudFront's own 403: custom error responses apply to that too.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/georestrictions.html
    """
    cloudfront = settings.cloudfront
    guards = {"geoRestriction": cloudfront.geo_restriction, "webAclArn": cloudfront.web_acl_arn}
    set_guards = [key for key, value in guards.items() if value is not None]
    page = next((error for error in errors if error.error_code == _FORBIDDEN and error.response_code == OK), None)
    if cloudfront.enabled and set_guards and page is not None:
        yield (
            f"Visitors that 'cloudfront:{set_guards[0]}' blocks get the page '{page.response_page_path}' with status "
            "200, because of the error response for 403: set 'cloudfront:errorResponses' without it, or let the "
            f"router serve the page: {_router_command(settings)}"
        )


def _many_names(settings: Settings) -> Iterator[str]:
    """Warn of more names than a requested certificate has by default; the account's quota may be higher."""
    domain = settings.domain
    if len(domain.names) > _CERTIFICATE_NAMES and domain.certificate_arn is None:
        yield (
            f"'domain:names' has {len(domain.names)} names, but a certificate from ACM has at most "
            f"{_CERTIFICATE_NAMES} by default: use a wildcard, or raise the quota 'Domain names per ACM certificate' "
            "in us-east-1, up to 100 (aws service-quotas request-service-quota-increase --region us-east-1 "
            f"--service-code acm --quota-code L-FB94F0B0 --desired-value {len(domain.names)})"
        )


def policy_notes(settings: Settings, *, by_country: bool) -> Iterator[str]:
    """Yield a note for each CloudFront policy that the stack creates: the account has a quota for them."""
    if settings.cloudfront.enabled and by_country:
        yield (
            "Redirects by country use one of the 20 origin request policies that an AWS account has by default: "
            f"{_LIMITS}"
        )
