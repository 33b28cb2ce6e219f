"""Runs tests against the edge plan, before anything is deployed.

The steps of an answer are in the order of the edge: countries, methods, the password, host names, then rules and files.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from hosting.answers.cloudfront_site import CloudFrontSite
from hosting.answers.comparison import Answer, differences
from hosting.answers.expected import FORBIDDEN, OK, Expected
from hosting.edge_tests.edge_test import SAFE_METHODS
from hosting.edge_tests.outcomes import Outcome
from hosting.edge_tests.skipped import reason_to_skip, visitor_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from hosting.answers.s3_website import S3Website
    from hosting.config.load import Settings
    from hosting.edge_tests.edge_test import EdgeTest

_UNAUTHORIZED, _MOVED = 401, 301
# The edge compresses, or answers 206 or 304, by these request headers.
_DEPENDED_ON = frozenset(
    """
    accept-encoding access-control-request-headers access-control-request-method if-match if-modified-since
    if-none-match if-range if-unmodified-since origin range
    """.split()  # noqa: SIM905 - a string of words is easier to read
)
# Response headers that S3 and CloudFront set themselves.
_SET_BY_AWS = frozenset(
    """
    accept-ranges age alt-svc connection content-length date etag last-modified server vary via x-cache
    """.split()  # noqa: SIM905 - a string of words is easier to read
)
_PREFIXES_OF_AWS = ("access-control-", "x-amz-")


@dataclass(frozen=True)
class PlannedSite:
    """The site as it will be.

    Attributes:
        settings: the stack's settings.
        site: the answer to each request.
        read: returns the content of a file by its key.
    """

    settings: Settings
    site: CloudFrontSite | S3Website
    read: Callable[[str], bytes]

    def outcome(self, test: EdgeTest) -> Outcome:
        """Return the outcome of a test."""
        reason = reason_to_skip(test, self.settings, self.site) or self._needs_edge(test)
        if reason:
            return Outcome(test, skipped=reason)
        # Locations are relative to the request's host, as a visitor sees them.
        host = test.request.host
        site = replace(self.site, url=f"https://{host}") if host else self.site
        planned = self._planned(test, site)
        if planned is None:
            return Outcome(test, skipped="another server answers the path")
        return self._compared(test, planned, site.url)

    def _needs_edge(self, test: EdgeTest) -> str:
        """Return why only the edge knows the answer; empty if the plan knows it."""
        method, has_cloudfront = test.request.method, isinstance(self.site, CloudFrontSite)
        if method not in SAFE_METHODS and (method == "OPTIONS" or not has_cloudfront):
            return f"only the edge knows the answer to {method}"
        names = sorted(_DEPENDED_ON & test.request.headers.keys())
        return f"only the edge knows the answer to {', '.join(names)}" if names else ""

    def _planned(self, test: EdgeTest, site: CloudFrontSite | S3Website) -> Expected | None:
        """Return the answer; None if another server gives it."""
        path = test.request.path_alone
        if not isinstance(site, CloudFrontSite):
            return site.answer(path)
        is_proxied = site.is_proxied(path)
        if self._is_refused(test) or (test.request.method not in SAFE_METHODS and not is_proxied):
            return Expected(FORBIDDEN)
        if not self._is_authorized(test):
            return Expected(_UNAUTHORIZED)
        return self._redirect_of_host(test) or site.answer_to(visitor_request(test))

    def _is_refused(self, test: EdgeTest) -> bool:
        """Return whether CloudFront refuses the visitor's country."""
        restriction, country = self.settings.cloudfront.geo_restriction, test.request.country
        if restriction is None or country is None:
            return False
        return country not in restriction.allow if restriction.allow else country in restriction.deny

    def _is_authorized(self, test: EdgeTest) -> bool:
        access = self.settings.access
        if access.password is None or test.request.access:
            return True
        right = b64encode(f"{access.username}:{access.password}".encode()).decode()
        return test.request.headers.get("authorization") == f"Basic {right}"

    def _redirect_of_host(self, test: EdgeTest) -> Expected | None:
        """Return the redirect from another host name to the first one."""
        domain, host = self.settings.domain, test.request.host
        if host in (None, *domain.names[:1]) or not (domain.redirect_aliases and domain.is_attached):
            return None
        return Expected(_MOVED, location=f"https://{domain.names[0]}{test.request.path}")

    def _compared(self, test: EdgeTest, planned: Expected, url: str) -> Outcome:
        """Return the outcome; what the plan does not know is left out of the comparison."""
        wanted = expected_answer(test, url)
        names = {*wanted.headers, *wanted.absent}
        unknown = {name for name in names - planned.headers.keys() if _is_unknown(name, planned)}
        has_body = bool(planned.key) and "content-encoding" not in planned.headers
        is_body_unknown = bool(wanted.contains) and not (has_body or planned.location)
        compared = replace(
            wanted,
            headers={name: value for name, value in wanted.headers.items() if name not in unknown},
            absent=tuple(name for name in wanted.absent if name not in unknown),
            contains=() if is_body_unknown else wanted.contains,
        )
        body = self.read(planned.key) if compared.contains and has_body else b""
        headers = {**planned.headers, **({"location": _local(planned.location, url)} if planned.location else {})}
        found = differences((compared,), Answer(url, planned.status, headers, body=body))
        parts = [*sorted(unknown), *(["the body"] if is_body_unknown else [])]
        found = [one._replace(expected=_local(one.expected, url), found=_local(one.found, url)) for one in found]
        return Outcome(test, tuple(found), f"only the edge knows {', '.join(parts)} of this answer" if parts else "")


def expected_answer(test: EdgeTest, url: str) -> Expected:
    """Return what must come, at a site's address."""
    expect = test.expect
    location = urljoin(url + test.request.path, expect.location) if expect.location else ""
    return Expected(
        expect.status, headers=expect.headers, location=location, absent=expect.absent, contains=expect.body
    )


def _local(text: str, url: str) -> str:
    """Return a URL of the site as a path."""
    return text.removeprefix(url) if text.startswith(f"{url}/") else text


def _is_unknown(name: str, planned: Expected) -> bool:
    """Return whether the plan does not know a header.

    It knows all headers of a file, except those that AWS sets, and only some of a redirect and of an error page.
    """
    is_file = planned.status == OK and bool(planned.headers)
    return not is_file or name in _SET_BY_AWS or name.startswith(_PREFIXES_OF_AWS)
