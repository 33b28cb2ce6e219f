"""The checks of `edge.test.yaml`, with the requests and answers that its tests name. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from hosting.edge.rule_files import EDGE_TESTS
from hosting.edge_tests.outcomes import Outcome, skipped_lines
from hosting.edge_tests.planned_answers import expected_answer
from hosting.edge_tests.skipped import reason_to_skip
from hosting.verify.checks import LOOPBACK, Check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.answers.cloudfront_site import CloudFrontSite
    from hosting.answers.s3_website import S3Website
    from hosting.config.load import Settings
    from hosting.edge_tests.edge_test import EdgeTest

# By this header the sandbox lets a request choose its country. CloudFront replaces it:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html
_COUNTRY = "cloudfront-viewer-country"


class EdgeChecks(NamedTuple):
    """The checks, and sentences about the tests that are skipped."""

    checks: list[Check]
    notes: list[str]


def edge_checks(tests: Sequence[EdgeTest], settings: Settings, site: CloudFrontSite | S3Website) -> EdgeChecks:
    """Return the checks of all tests that can run at the site's address."""
    checks, skipped = [], []
    is_local = urlsplit(site.url).hostname in LOOPBACK
    for test in tests:
        reason = reason_to_skip(test, settings, site) or _reason_at_edge(test, settings, site.url, is_local=is_local)
        if reason:
            skipped.append(Outcome(test, skipped=reason))
        else:
            checks.append(_check(test, site.url, is_local=is_local))
    return EdgeChecks(checks, [f"{EDGE_TESTS}: {line}" for line in skipped_lines(skipped)])


def _reason_at_edge(test: EdgeTest, settings: Settings, url: str, *, is_local: bool) -> str:
    """Return why the real edge can't run a test; empty if it can."""
    request = test.request
    if request.host and not settings.domain.is_attached:
        return "the host names are not attached yet"
    if is_local:
        return ""
    if request.country:
        return "the edge knows the country by the visitor's address"
    is_other_host = request.host not in (None, urlsplit(url).hostname)
    if is_other_host and request.access and settings.access.password is not None:
        return "the password is sent only to the site's address"
    return ""


def _check(test: EdgeTest, url: str, *, is_local: bool) -> Check:
    request = test.request
    headers = dict(request.headers)
    if request.country:
        headers[_COUNTRY] = request.country
    if request.host and is_local:
        headers["host"] = request.host
    elif request.host:
        url = f"https://{request.host}"
    return Check(
        "edge tests",
        url + request.path,
        (expected_answer(test, url),),
        test.title,
        is_anonymous=not request.access,
        method=request.method,
        headers=headers,
    )
