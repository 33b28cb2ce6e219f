"""The names of a page: a header rule for one of them holds for all.

AWS describes the request of a viewer-response function in one sentence: it "represents the actual request that
CloudFront received from the viewer",
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html.
That can be the visitor's path, or the path that the viewer-request function has written. So the names are found from
either of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.edge.site_routes import BOTH, FILE, PAGE, UNKNOWN, decoded
from hosting.formats.redirects.rules import canonical

if TYPE_CHECKING:
    from hosting.edge.site_routes import SiteRoutes


def page_names(path: str, routes: SiteRoutes) -> list[str]:
    """Return the names of what answers a canonical path, the path first; headers.js has the same cases."""
    index = canonical(routes.index_url)
    ending = next((ending for ending in (index, "/", PAGE) if path.endswith(ending)), "")
    name = path.removesuffix(ending)
    kind = routes.kind_of(decoded(name))
    if kind == FILE:
        return [path]
    app = canonical(routes.app_url)
    if kind == UNKNOWN and name and path != app and ending not in (index, PAGE):
        return [path, *page_names(app, routes)]
    folder, bare = [f"{name}/", name + index], [name, name + PAGE] if name else []
    if kind != BOTH:
        return [path, *folder, *bare]
    return [path, *(folder if ending in (index, "/") else bare)]
