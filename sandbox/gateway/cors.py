"""A bucket's CORS rules, and the response headers that they add.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.gateway.http_messages import Headers

NOT_ENABLED = "CORSResponse: CORS is not enabled for this bucket."
NOT_ALLOWED = "CORSResponse: This CORS request is not allowed."
NO_ORIGIN = "Insufficient information. Origin request header needed."


@dataclass(frozen=True)
class CorsRule:
    """A rule; origins and allowed headers may contain one `*`."""

    methods: tuple[str, ...]
    origins: tuple[str, ...]
    headers: tuple[str, ...] = ()
    exposed_headers: tuple[str, ...] = ()
    max_age: str | None = None

    def allows(self, origin: str, method: str, headers: tuple[str, ...]) -> bool:
        """Return whether a request with this origin, method and headers is allowed."""
        return (
            method in self.methods
            and any(_matches(pattern, origin) for pattern in self.origins)
            and all(any(_matches(pattern.lower(), name.lower()) for pattern in self.headers) for name in headers)
        )

    def response_headers(self, origin: str, headers: tuple[str, ...]) -> Headers:
        """Return the headers that allow an origin, and the request headers of its preflight."""
        allows_any_origin = "*" in self.origins
        values = {
            "Access-Control-Allow-Origin": "*" if allows_any_origin else origin,
            "Access-Control-Allow-Methods": ", ".join(self.methods),
            "Access-Control-Allow-Headers": ", ".join(headers),
            "Access-Control-Expose-Headers": ", ".join(self.exposed_headers),
            "Access-Control-Max-Age": self.max_age or "",
            "Access-Control-Allow-Credentials": "" if allows_any_origin else "true",
            "Vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
        }
        return tuple((name, value) for name, value in values.items() if value)


def headers_for(rules: tuple[CorsRule, ...], method: str, request_headers: Mapping[str, str]) -> Headers:
    """Return the headers of the first matching rule; none without an Origin or a matching rule."""
    origin = request_headers.get("Origin")
    if not origin:
        return ()
    return next((rule.response_headers(origin, ()) for rule in rules if rule.allows(origin, method, ())), ())


def preflight_headers(rules: tuple[CorsRule, ...], request_headers: Mapping[str, str]) -> Headers:
    """Return the headers of the response to a preflight; none if no rule allows it."""
    origin, method = request_headers.get("Origin", ""), request_headers.get("Access-Control-Request-Method", "")
    listed = request_headers.get("Access-Control-Request-Headers", "").split(",")
    headers = tuple(name.strip() for name in listed if name.strip())
    rule = next((rule for rule in rules if rule.allows(origin, method, headers)), None)
    return rule.response_headers(origin, headers) if rule else ()


def _matches(pattern: str, value: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), value) is not None
