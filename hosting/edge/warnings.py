"""What a user should know of a plan that holds: sentences, with the command for each. Makes nothing, asks nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from hosting.cloudfront.policies import needs_cache_policy
from hosting.edge.error_pages import MISSING, NOT_FOUND, OK, error_document, found_after_all
from hosting.edge.route_choice import APP_PAGE
from hosting.edge.site_routes import NOT_FOUND_PAGE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from hosting.cloudfront.settings import ErrorResponse
    from hosting.config.load import Settings
    from hosting.edge.site_routes import SiteRoutes

_FORBIDDEN = 403
# By default, up to 100 on request: https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#general-limits
_NAMES_OF_CERTIFICATE = 10
_LIMITS = "docs/limits.md"


def routing_notes(
    settings: Settings, keys: Collection[str], routes: SiteRoutes, errors: Sequence[ErrorResponse]
) -> Iterator[str]:
    """Yield what the preview reports of `website:routing auto`: sentences that call for nothing.

    Args:
        settings: the stack's settings.
        keys: of all objects.
        routes: how the tree is served.
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
            f"Unknown paths get {NOT_FOUND_PAGE} with status 404. To answer them with {APP_PAGE} and status 200: "
            f"pulumi config set --stack {settings.stack} website:routing spa"
        )


def _missing_page(errors: Sequence[ErrorResponse]) -> str:
    """Return the page that answers for missing files, with its status if that is not 404; empty without one."""
    answer = next((error for error in errors if error.error_code == NOT_FOUND), None)
    if answer is None or answer.response_page_path is None:
        return ""
    status = "" if answer.response_code == NOT_FOUND else f" with status {answer.response_code} for missing files"
    return f"{unquote(answer.response_page_path).lstrip('/') or '/'}{status}"


def routing_output(routing: str, routes: SiteRoutes) -> str:
    """Return the stack's output ``routing``: the setting, or what `auto` has recognized."""
    return routes.kind if routing == "auto" else routing


def changed_kind(previous: str | None, routes: SiteRoutes, stack: str) -> str | None:
    """Return the warning if a tree is recognized as another kind of site than at the last `pulumi up`.

    Args:
        previous: the output ``routing`` of that `pulumi up`; None if the stack has no outputs yet.
        routes: how the tree is served now.
        stack: the stack's name.
    """
    if previous == "app" and routes.second_page and not routes.app_page:
        return (
            f"The site was a single-page app until now; with '{routes.second_page}' it is a site of pages, and unknown "
            f"paths are missing. To keep it an app: pulumi config set --stack {stack} website:routing spa"
        )
    if previous == "pages" and routes.is_app:
        return (
            f"The site had several pages until now; with '{routes.app_page}' alone it is a single-page app, which "
            f"answers unknown paths. To keep them missing: pulumi config set --stack {stack} website:routing mpa"
        )
    return None


def _limits_of_s3(routes: SiteRoutes) -> Iterator[str]:
    """Yield one sentence if the site works behind CloudFront, but not entirely on an S3 website."""
    if routes.app_page:
        yield f"On this stage S3 answers the app's own routes with {routes.app_page}, but with status 404, not 200."
    elif routes.bare_page:
        page = routes.bare_page
        yield f"On this stage S3 serves {page}.html at {page}.html alone; behind CloudFront {page} is its URL too."


def warnings_of(
    settings: Settings,
    keys: Collection[str],
    errors: Sequence[ErrorResponse],
    files: Sequence[tuple[str, str]],
    routes: SiteRoutes,
) -> Iterator[str]:
    """Yield the warnings about a stack's edge.

    Args:
        settings: the stack's settings.
        keys: of all objects.
        errors: the distribution's error responses.
        files: what is written in files for the edge, such as ``redirects``, and the file; "" is none.
        routes: how the tree is served.
    """
    yield from _idle_files(settings, files)
    yield from _idle(settings)
    yield from _missing_error_pages(settings, errors, keys)
    yield from _without_error_document(settings, keys, routes)
    yield from _unused_error_document(settings, keys)
    yield from _unmapped_missing(settings)
    yield from _open_doors(settings, errors)
    yield from _many_names(settings)


def without_headers(settings: Settings, errors: Sequence[ErrorResponse]) -> Iterator[str]:
    """Warn where pages go out without the headers that a file sets for them.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
    """
    found = found_after_all(errors)
    if found and settings.cloudfront.enabled:
        yield (
            f"What is missing gets the page '{found[0].response_page_path}' with status {OK}, but none of the file's "
            "headers: CloudFront runs no function when the origin has no file. The router leads an app's routes to "
            f"its page itself: {_by_the_router(settings)}"
        )


def _by_the_router(settings: Settings) -> str:
    """Return the command by which the router answers, and not an error response."""
    if settings.website.routes_by_tree:
        return f"pulumi config rm --stack {settings.stack} cloudfront:errorResponses"
    return f"pulumi config set --stack {settings.stack} website:routing auto"


def _idle_files(settings: Settings, files: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Warn of files that only CloudFront acts on, on a stack without it."""
    for what, file in files:
        if file and not settings.cloudfront.enabled:
            yield _do_nothing(f"The {what} in {file}", settings.stack)


def _do_nothing(what: str, stack: str) -> str:
    return (
        f"{what} need CloudFront, which this stack has not, and do nothing here: "
        f"pulumi config set --stack {stack} cloudfront:enabled true"
    )


def _idle(settings: Settings) -> Iterator[str]:
    """Warn of settings that only CloudFront acts on, on a stack without it."""
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
        yield _do_nothing(" and ".join(map(repr, names)), settings.stack)


def _missing_error_pages(settings: Settings, errors: Sequence[ErrorResponse], keys: Collection[str]) -> Iterator[str]:
    """Warn of error pages that are not published: visitors would get S3's XML."""
    if not (settings.cloudfront.enabled and keys):
        return
    pages = {unquote(error.response_page_path.lstrip("/")) for error in errors if error.response_page_path}
    # A missing first page is told elsewhere.
    for page in sorted(pages - {"", settings.website.index_document, *keys}):
        yield (
            f"There is no '{page}', which answers for errors, and visitors get S3's own instead: publish it, or "
            "name another one in 'cloudfront:errorResponses' or 'website:errorDocument'"
        )


def _unused_error_document(settings: Settings, keys: Collection[str]) -> Iterator[str]:
    """Warn of an error document that a router does not use, as the tree has a 404.html."""
    website, cloudfront = settings.website, settings.cloudfront
    is_set = website.error_document not in (None, NOT_FOUND_PAGE)
    is_used = website.routing == "errors" or cloudfront.sets_error_responses
    if cloudfront.enabled and is_set and not is_used and NOT_FOUND_PAGE in keys:
        response = f'[{{"errorCode": 404, "responseCode": 404, "responsePagePath": "/{website.error_document}"}}]'
        yield (
            f"'website:errorDocument' is not used here, as the site has a {NOT_FOUND_PAGE}, which answers for missing "
            f"pages: pulumi config rm --stack {settings.stack} website:errorDocument, or "
            f"pulumi config set --stack {settings.stack} cloudfront:errorResponses '{response}'"
        )


def _unmapped_missing(settings: Settings) -> Iterator[str]:
    """Warn of own error responses that were meant for missing files, which S3 answers with 404 behind a router."""
    cloudfront = settings.cloudfront
    codes = {one.error_code for one in cloudfront.error_responses if one.response_page_path}
    is_set = cloudfront.enabled and cloudfront.sets_error_responses
    if is_set and settings.website.routing != "errors" and codes & set(MISSING) == {_FORBIDDEN}:
        yield (
            "'cloudfront:errorResponses' has a page for 403, but with this routing what is missing is a 404: add one "
            "for 404, or keep Amplify's way, in which a missing file is a 403: "
            f"pulumi config set --stack {settings.stack} website:routing errors"
        )


def _without_error_document(settings: Settings, keys: Collection[str], routes: SiteRoutes) -> Iterator[str]:
    """Warn if S3's website would answer with an error of its own. A missing first page is reported elsewhere."""
    document = error_document(settings, keys, routes)
    if keys and not settings.cloudfront.enabled and document not in {*keys, settings.website.index_document}:
        yield (
            f"There is no '{document}', which 'website:errorDocument' names, and what is missing gets S3's own page: "
            f"pulumi config set --stack {settings.stack} website:errorDocument {settings.website.index_document}"
        )


def _open_doors(settings: Settings, errors: Sequence[ErrorResponse]) -> Iterator[str]:
    """Warn where a page replaces CloudFront's refusal: custom error responses are for its own 403s too.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/georestrictions.html
    """
    cloudfront = settings.cloudfront
    guards = {"geoRestriction": cloudfront.geo_restriction, "webAclArn": cloudfront.web_acl_arn}
    set_guards = [key for key, value in guards.items() if value is not None]
    page = next((one for one in errors if one.error_code == _FORBIDDEN and one.response_code == OK), None)
    if cloudfront.enabled and set_guards and page is not None:
        yield (
            f"Visitors that 'cloudfront:{set_guards[0]}' turns away get the page '{page.response_page_path}' with "
            "status 200, as the error response for 403 says: set 'cloudfront:errorResponses' without one, or let the "
            f"router answer: {_by_the_router(settings)}"
        )


def _many_names(settings: Settings) -> Iterator[str]:
    """Warn of more names than an account's requested certificates have by default; its quota may be larger."""
    domain = settings.domain
    if len(domain.names) > _NAMES_OF_CERTIFICATE and domain.certificate_arn is None:
        yield (
            f"'domain:names' has {len(domain.names)} names, and a certificate that is requested from ACM has at most "
            f"{_NAMES_OF_CERTIFICATE} by default: request more, up to 100, of the quota 'Domain names per ACM "
            "certificate' in us-east-1 (aws service-quotas request-service-quota-increase --region us-east-1 "
            f"--service-code acm --quota-code L-FB94F0B0 --desired-value {len(domain.names)}), or use a wildcard"
        )


def policy_notes(settings: Settings, *, by_country: bool) -> Iterator[str]:
    """Yield which of the account's own policies the stack uses, and for which setting."""
    if not settings.cloudfront.enabled:
        return
    if needs_cache_policy(settings.cloudfront, is_bulk=settings.publish.mode == "bulk"):
        yield f"'publish:mode bulk' uses one of the 20 cache policies that an AWS account has by default: {_LIMITS}"
    if by_country:
        yield (
            "Redirects by country use one of the 20 origin request policies that an AWS account has by default: "
            f"{_LIMITS}"
        )
