"""The headers about the viewer that CloudFront adds for the edge functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hosting.formats.redirects.rule_set import RedirectRules

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html
_COUNTRY_HEADER = "CloudFront-Viewer-Country"


def viewer_headers(redirects: RedirectRules) -> tuple[str, ...]:
    """Return the headers that the functions read: CloudFront adds those that an origin request policy names."""
    return (_COUNTRY_HEADER,) if redirects.uses_countries else ()
