"""A bucket's CORS rules, and the headers that they put on an answer. Pure.

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
    """One rule; origins and allowed headers may hold one `*`."""

    methods: tuple[str, ...]
    origins: tuple[str, ...]
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    max_age: str | None = None

    def allows(self, origin: str, method: str, headers: tuple[str, ...]) -> bool:
        """Tell whether a request of this origin, method and headers is allowed."""
        return (
            method in self.methods
            and any(_like(pattern, origin) for pattern in self.origins)
            and all(any(_like(pattern.lower(), name.lower()) for pattern in self.headers) for name in headers)
        )

    def answer(self, origin: str, headers: tuple[str, ...]) -> Headers:
        """Return the headers that tell the browser so."""
        open_to_all = "*" in self.origins
        found = {
            "Access-Control-Allow-Origin": "*" if open_to_all else origin,
            "Access-Control-Allow-Methods": ", ".join(self.methods),
            "Access-Control-Allow-Headers": ", ".join(headers),
            "Access-Control-Expose-Headers": ", ".join(self.exposed),
            "Access-Control-Max-Age": self.max_age or "",
            "Access-Control-Allow-Credentials": "" if open_to_all else "true",
            "Vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
        }
        return tuple((name, value) for name, value in found.items() if value)


def headers_for(rules: tuple[CorsRule, ...], method: str, sent: Mapping[str, str]) -> Headers:
    """Return what the first matching rule adds to an ordinary answer: nothing without an Origin or a rule."""
    origin = sent.get("Origin")
    if not origin:
        return ()
    return next((rule.answer(origin, ()) for rule in rules if rule.allows(origin, method, ())), ())


def preflight_headers(rules: tuple[CorsRule, ...], sent: Mapping[str, str]) -> Headers:
    """Return the first matching rule's answer to a preflight, or nothing when it is not allowed."""
    origin, method = sent.get("Origin", ""), sent.get("Access-Control-Request-Method", "")
    listed = sent.get("Access-Control-Request-Headers", "").split(",")
    wanted = tuple(name.strip() for name in listed if name.strip())
    return next((rule.answer(origin, wanted) for rule in rules if rule.allows(origin, method, wanted)), ())


def _like(pattern: str, value: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), value) is not None
