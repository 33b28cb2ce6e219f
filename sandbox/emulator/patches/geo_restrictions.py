"""MiniStack stores a distribution's geo restriction, and answers every viewer.

CloudFront answers viewers in blocked countries with 403, without running the functions. A custom error response for 403
applies: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/georestrictions.html

Every viewer of the sandbox is on this machine, so the request's header CloudFront-Viewer-Country sets the country.
Without it the country is unknown, and nobody is blocked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace
from sandbox.emulator.viewer_request import ViewerRequest, current

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from sandbox.emulator.ministack import Handler, MiniStack

COUNTRY_HEADER = "cloudfront-viewer-country"
_BLOCKED_PAGE = b"The Amazon CloudFront distribution is configured to block access from your country."


def install(ministack: MiniStack) -> None:
    """Block viewers."""
    cloudfront = ministack.cloudfront
    replace(cloudfront, "parse_distribution_dataplane_config", without_functions)
    replace(cloudfront, "_fetch_from_origin", with_blocked_response)
    replace(cloudfront, "handle_viewer_request", lambda original: with_restriction(original, cloudfront))


def with_restriction(original: Handler, cloudfront: ModuleType) -> Handler:
    """Return a handler that answers a request by ``original``, once it is known whether the viewer is blocked."""

    async def handle(*arguments: Any) -> tuple[Any, ...]:  # noqa: ANN401 - MiniStack's arguments
        request = ViewerRequest(*arguments)
        country = request.headers.get(COUNTRY_HEADER, "")
        current().is_blocked = is_blocked(cloudfront, request.distribution, country)
        return await original(*request)

    return handle


def is_blocked(cloudfront: ModuleType, distribution: object, country: str) -> bool:
    """Return whether a distribution blocks a country; an empty one is unknown, and not blocked."""
    settings = cloudfront._dist_config_el(distribution)
    for name in ("Restrictions", "GeoRestriction"):
        settings = None if settings is None else cloudfront._find(settings, name)
    if settings is None or not country:
        return False
    items = cloudfront._find(settings, "Items")
    is_listed = country in {item.text for item in (() if items is None else items)}
    restriction = cloudfront._text(settings, "RestrictionType", "none")
    return is_listed is {"whitelist": False, "blacklist": True}.get(restriction)


def without_functions(original: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """Return a function that parses a distribution by ``original``, without its functions if the viewer is blocked."""

    def parse(distribution: object) -> dict[str, Any]:
        config = original(distribution)
        if not current().is_blocked:
            return config
        # The configuration is kept for the next viewer.
        default, *ordered = (
            behavior and {**behavior, "functions": {}}
            for behavior in (config["default_behavior"], *config["ordered_behaviors"])
        )
        return {**config, "default_behavior": default, "ordered_behaviors": ordered}

    return parse


def with_blocked_response(original: Handler) -> Handler:
    """Return a handler that fetches by ``original``; the first response to a blocked viewer is CloudFront's 403.

    The next one is the custom error page, if there is one.
    """

    async def fetch(*arguments: object) -> tuple[Any, ...]:
        state = current()
        if not state.is_blocked:
            return await original(*arguments)
        state.is_blocked = False
        state.is_error = True
        return 403, "Forbidden", {"content-type": "text/html"}, _BLOCKED_PAGE

    return fetch
