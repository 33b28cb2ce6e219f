"""The paths of a page: a header rule for one of them applies to all.

AWS says only that the request of a viewer-response function "represents the actual request that CloudFront received
from the viewer": https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html.
Its path may be the viewer's path, or the path that the viewer-request function has set. So the page is found by either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.edge.site_routes import BOTH, FILE, PAGE, UNKNOWN
from hosting.formats.paths import decode_path

if TYPE_CHECKING:
    from hosting.edge.site_routes import SiteRoutes


def page_names(path: str, routes: SiteRoutes) -> list[str]:
    """Return the names of all pages that may have a canonical path among their paths, without its ending."""
    endings = (ending for ending in (routes.index_url, "/", PAGE, "") if path.endswith(ending))
    return [path.removesuffix(ending) for ending in endings]


def page_paths(path: str, routes: SiteRoutes) -> list[str]:
    """Return all paths of the page at a canonical path, that path first. headers.js has the same cases."""
    index = routes.index_url
    ending = next((ending for ending in (index, "/", PAGE) if path.endswith(ending)), "")
    name = path.removesuffix(ending)
    kind = routes.kind_of(decode_path(name))
    if kind == FILE:
        return [path]
    app = routes.app_url
    if kind == UNKNOWN and name and path != app and ending not in (index, PAGE):
        return [path, *page_paths(app, routes)]
    folder, bare = [f"{name}/", name + index], [name, name + PAGE] if name else []
    if kind != BOTH:
        return [path, *folder, *bare]
    return [path, *(folder if ending in (index, "/") else bare)]
