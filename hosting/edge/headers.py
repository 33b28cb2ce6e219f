"""Custom response headers: the part of the viewer-response function that sets them.

A function sets them because response headers policies don't suffice. An account has 20 policies, a policy has 10
headers, and a path gets one policy, while the headers of all matching patterns apply in Amplify's and Netlify's files:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-policies
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hosting.edge.function_code import FunctionPart, as_javascript, fill, javascript
from hosting.edge.page_paths import page_paths
from hosting.formats.paths import canonical_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.edge.site_routes import SiteRoutes
    from hosting.formats.headers.rules import HeaderRule

_NAME = "headers"


def headers_for(rules: Sequence[HeaderRule], path: str, routes: SiteRoutes) -> dict[str, str]:
    """Return the headers for a path, from all patterns that match it; for the same header the last pattern wins."""
    headers: dict[str, str] = {}
    paths = page_paths(canonical_path(path), routes)
    for rule in rules:
        if any(re.match(rule.regex, page_path) for page_path in paths):
            headers.update(rule.headers)
    return headers


def headers_part(rules: Sequence[HeaderRule], routes: SiteRoutes) -> FunctionPart:
    """Return the part that sets the headers of a response."""
    entries = ",\n".join(f"[/{rule.regex}/,{as_javascript(dict(rule.headers))}]" for rule in rules)
    values = {"$ROUTES": as_javascript(routes.data), "$RULES": f"[{entries}]"}
    return FunctionPart(_NAME, fill(javascript(_NAME), values))
