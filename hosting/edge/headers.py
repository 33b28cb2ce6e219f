"""The headers that a site's files set for its responses, as a piece of the function for responses.

They are set by a function. The other way, a response headers policy for a cache behavior for each
pattern, has 20 policies an account, 10 headers a policy and one policy a path, where both syntaxes merge all patterns:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-policies
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from hosting.edge.function_code import Piece, as_javascript
from hosting.edge.page_names import page_names
from hosting.formats.redirects.rules import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.edge.site_routes import SiteRoutes
    from hosting.formats.headers.rules import HeaderRule

_FILE = Path(__file__).parent / "javascript" / "headers.js"


def headers_for(rules: Sequence[HeaderRule], path: str, routes: SiteRoutes) -> dict[str, str]:
    """Return the headers for a path: those of all patterns that match it; the last one wins where two set the same."""
    found: dict[str, str] = {}
    paths = page_names(canonical(path), routes)
    for rule in rules:
        if any(re.match(rule.regex, one) for one in paths):
            found.update(rule.headers)
    return found


def headers_piece(rules: Sequence[HeaderRule], routes: SiteRoutes) -> Piece:
    """Return the piece that sets the headers of a response."""
    table = ",\n".join(f"[/{rule.regex}/,{as_javascript(dict(rule.headers))}]" for rule in rules)
    data = {**routes.data, "index": canonical(routes.index_url), "app": canonical(routes.app_url)}
    code = _FILE.read_text(encoding="utf-8")
    return Piece("headers", code.replace("$ROUTES", as_javascript(data)).replace("$RULES", f"[{table}]"))
