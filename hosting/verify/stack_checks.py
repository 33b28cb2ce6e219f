"""All checks of a stack. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hosting.answers.cloudfront_site import CloudFrontSite
from hosting.answers.file_urls import file_urls
from hosting.answers.s3_website import S3Website
from hosting.answers.site import site_at
from hosting.answers.site_rules import site_rules
from hosting.edge.plan import plan_edge
from hosting.formats.redirects.proxies import Proxy
from hosting.publish.bulk import layout
from hosting.publish.bulk.catalogue import KEY as CATALOGUE
from hosting.verify.bucket_checks import bucket_checks
from hosting.verify.closed_checks import closed_checks
from hosting.verify.edge_checks import edge_checks
from hosting.verify.site_checks import (
    address_checks,
    compression_checks,
    file_checks,
    other_form_checks,
    password_checks,
    rule_checks,
    unknown_path_checks,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hosting.answers.file_urls import FileUrls
    from hosting.config.load import Settings
    from hosting.publish.staging.manifest import Manifest
    from hosting.verify.checks import Check
    from hosting.verify.published import Published
    from hosting.verify.stack import Stack

_TOKEN_DIGITS, _NAMES_SHOWN = 12, 3
# The AWS SDKs' variables for an endpoint that is not AWS's:
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
_ENDPOINT_VARIABLES = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


class StackChecks(NamedTuple):
    """The checks of a stack, and sentences about what is not checked."""

    checks: list[Check]
    notes: list[str]


def stack_checks(
    stack: Stack, published: Published, url: str, environment: Mapping[str, str], encodings: Sequence[str]
) -> StackChecks:
    """Return all checks of a stack.

    Args:
        stack: the stack.
        published: what it publishes.
        url: the site's address, without a trailing slash.
        environment: the environment variables.
        encodings: the encodings that can be decoded.

    Raises:
        EdgeError: the rules on this machine are invalid.
    """
    settings = stack.settings
    site = _site(settings, published, url)
    urls = file_urls(site, settings.website.index_document)
    checks = [*file_checks(site, urls), *other_form_checks(site, urls, settings.website.index_document)]
    if isinstance(site, CloudFrontSite):
        checks += _cloudfront_checks(settings, site, urls, encodings)
    checks += unknown_path_checks(site, f"not-published-{stack.digest[:_TOKEN_DIGITS]}")
    checks += closed_checks(site, published.ignored, published.staging)
    tests = edge_checks(published.edge_tests, settings, site)
    checks += tests.checks
    notes = [*published.notes, *_notes(settings, site, urls, encodings), *tests.notes]
    endpoint = _other_endpoint(settings, environment)
    if endpoint:
        notes.append(f"The bucket's own address was not checked: {endpoint} names a cloud other than AWS")
    else:
        checks += _bucket_checks(stack, published.manifest)
    return StackChecks(checks, notes)


def _site(settings: Settings, published: Published, url: str) -> CloudFrontSite | S3Website:
    edge = plan_edge(settings.stack, settings, published.manifest, published.rules)
    hidden = layout.IN_PLACE_RECORDS if settings.publish.mode == "bulk" else ""
    return site_at(url, published.manifest, site_rules(settings, edge, hidden))


def _cloudfront_checks(
    settings: Settings, site: CloudFrontSite, urls: FileUrls, encodings: Sequence[str]
) -> Iterator[Check]:
    cloudfront, domain, access = settings.cloudfront, settings.domain, settings.access
    yield from rule_checks(site, site.rules.redirects)
    # Without caching, CloudFront does not compress:
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
    if cloudfront.compress and cloudfront.max_ttl > 0:
        yield from compression_checks(site, urls, encodings)
    has_password = access.password is not None
    if has_password:
        yield from password_checks(site, urls)
    has_redirects = domain.is_attached and domain.redirect_aliases and site.url == f"https://{domain.names[0]}"
    names = [name for name in domain.names[1:] if not name.startswith("*")] if has_redirects else []
    yield from address_checks(site, names, has_password=has_password)


def _bucket_checks(stack: Stack, manifest: Manifest) -> Iterator[Check]:
    name, region = str(stack.outputs["bucketName"]), str(stack.outputs["bucketRegion"])
    is_bulk, has_cloudfront = stack.settings.publish.mode == "bulk", stack.settings.cloudfront.enabled
    # In bulk mode, the key of a file is not its path; the records always exist.
    key = CATALOGUE if is_bulk else manifest.entries[0].path
    yield from bucket_checks(name, region, key, is_public=not has_cloudfront)


def _other_endpoint(settings: Settings, environment: Mapping[str, str]) -> str:
    """Return what names an endpoint for S3 that is not AWS's; empty if nothing does."""
    if any(entry.get("s3") for entry in settings.aws.values.get("endpoints", [])):
        return "aws:endpoints"
    return next((name for name in _ENDPOINT_VARIABLES if environment.get(name)), "")


def _notes(
    settings: Settings, site: CloudFrontSite | S3Website, urls: FileUrls, encodings: Sequence[str]
) -> Iterator[str]:
    """Yield sentences about what is not checked."""
    if urls.hidden:
        names = ", ".join(urls.hidden[:_NAMES_SHOWN]) + (", ..." if len(urls.hidden) > _NAMES_SHOWN else "")
        yield f"Files without a URL of their own, because a rule or a proxy answers: {len(urls.hidden)} ({names})"
    if isinstance(site, S3Website):
        return
    rules = site.rules.redirects
    skipped = [rule for rule in rules if isinstance(rule, Proxy) or not rule.is_literal or rule.query or rule.countries]
    if skipped:
        yield f"Rules that were not checked (proxies, or with a placeholder, query or country): {len(skipped)}"
    if settings.cloudfront.compress and "br" not in encodings:
        yield "Brotli was not checked: pip install brotli"
