"""Why a test can't run for a stack, wherever it would run."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from hosting.answers.cloudfront_site import CloudFrontSite
from hosting.answers.expected import VisitorRequest
from hosting.edge.redirect_checks import Hosts
from hosting.edge_tests.edge_test import SAFE_METHODS

if TYPE_CHECKING:
    from hosting.answers.s3_website import S3Website
    from hosting.config.load import Settings
    from hosting.edge_tests.edge_test import EdgeTest


def reason_to_skip(test: EdgeTest, settings: Settings, site: CloudFrontSite | S3Website) -> str:
    """Return why a test can't run for the stack; empty if it can."""
    request, stack = test.request, settings.stack
    if test.stacks and not any(fnmatchcase(stack, pattern) for pattern in test.stacks):
        return f"it is not for the stack {stack}"
    if not isinstance(site, CloudFrontSite):
        if not test.stacks:
            return f"the stack {stack} has no CloudFront"
        return "a host and a country need CloudFront" if request.host or request.country else ""
    if request.host and not Hosts(settings.domain.names).includes(request.host):
        return f"{request.host} is not in domain:names of the stack {stack}"
    if request.country is None and request.method in SAFE_METHODS and _depends_on_country(test, site):
        return "the answer depends on the visitor's country: add request.country"
    return ""


def visitor_request(test: EdgeTest) -> VisitorRequest:
    """Return the request of a test for the model of the site."""
    request = test.request
    return VisitorRequest(request.path_alone, request.query, request.host or "", request.country)


def _depends_on_country(test: EdgeTest, site: CloudFrontSite) -> bool:
    return not site.is_proxied(test.request.path_alone) and site.answer_to(visitor_request(test)) is None
