"""Proxies in the distribution: an origin for each server, and a cache behavior for each path pattern."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from hosting.cloudfront.policies import ALL_VIEWER_EXCEPT_HOST_HEADER, CACHING_DISABLED
from hosting.errors import EdgeError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hosting.formats.redirects.proxies import Proxy, Server

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-web-distributions
# Both include the site's own: the default behavior and the bucket.
MAX_BEHAVIORS, MAX_ORIGINS = 75, 100
_METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
_HTTP, _HTTPS = 80, 443
_MAX_ID_LENGTH = 128


def check_quotas(proxies: Sequence[Proxy]) -> None:
    """Check that a distribution can have the proxies.

    Raises:
        EdgeError: they need too many behaviors or origins.
    """
    patterns, servers = sum(len(proxy.patterns) for proxy in proxies), len(_servers(proxies))
    if patterns >= MAX_BEHAVIORS:
        raise EdgeError(
            f"The {len(proxies)} proxies need {patterns} cache behaviors besides the site's own, but a distribution "
            f"has at most {MAX_BEHAVIORS}; nothing was deployed: replace several proxies with one that has a '*'"
        )
    if servers >= MAX_ORIGINS:
        raise EdgeError(
            f"The proxies have {servers} servers, but a distribution has at most {MAX_ORIGINS} origins, including the "
            "bucket; nothing was deployed: remove some"
        )


def origins_of(proxies: Sequence[Proxy], read_timeout: int) -> list[Any]:
    """Return one origin for each server; ``read_timeout`` is the time for its response, in seconds."""
    return [_origin(server, read_timeout) for server in _servers(proxies)]


def behaviors_of(proxies: Sequence[Proxy], default: Mapping[str, Any]) -> list[Any]:
    """Return the cache behaviors, in the order of the proxies.

    They have the request function of the ``default`` behavior (password, redirects, and the path to request), but not
    its response headers, which are not for the responses of another server.
    """
    functions = [one for one in default["function_associations"] if one["event_type"] == "viewer-request"]
    return [_behavior(proxy, pattern, functions) for proxy in proxies for pattern in proxy.patterns]


def _servers(proxies: Sequence[Proxy]) -> list[Server]:
    return list(dict.fromkeys(proxy.server for proxy in proxies))


def _origin(server: Server, read_timeout: int) -> Any:  # noqa: ANN401 - input dict
    is_https = server.scheme == "https"
    return {
        "origin_id": _id(server),
        "domain_name": server.host,
        "custom_origin_config": {
            "http_port": _HTTP if is_https else server.port,
            "https_port": server.port if is_https else _HTTPS,
            "origin_protocol_policy": "https-only" if is_https else "http-only",
            "origin_ssl_protocols": ["TLSv1.2"],
            "origin_read_timeout": read_timeout,
        },
    }


def _id(server: Server) -> str:
    """Return the server's URL as a unique id; its hash if the URL is too long."""
    return server.url if len(server.url) <= _MAX_ID_LENGTH else hashlib.sha256(server.url.encode()).hexdigest()


def _behavior(proxy: Proxy, pattern: str, functions: Sequence[Any]) -> Any:  # noqa: ANN401 - input dict
    return {
        "path_pattern": pattern,
        "target_origin_id": _id(proxy.server),
        "viewer_protocol_policy": "redirect-to-https",
        "allowed_methods": _METHODS,
        "cached_methods": ["GET", "HEAD"],
        "cache_policy_id": CACHING_DISABLED,
        "origin_request_policy_id": ALL_VIEWER_EXCEPT_HOST_HEADER,
        "function_associations": list(functions),
    }
