"""Which headers the responses for which paths have, and as JavaScript.

They are set by a function for responses. The other way, a response headers policy for a cache behavior for each
pattern, has 20 policies an account, 10 headers a policy and one policy a path, where both syntaxes merge all patterns:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-policies
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hosting.edge.function_code import Piece, as_javascript
from hosting.edge.page_names import page_names
from hosting.formats.redirects.rules import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hosting.edge.site_routes import SiteRoutes

_FILE = Path(__file__).parent / "javascript" / "headers.js"
_SPECIAL = re.compile(r"[.$()+\\/|^?{}\[\]]")
PLACEHOLDER = re.compile(r":[A-Za-z_][A-Za-z0-9_]*")
_WILD = re.compile(rf"\*\*/|\*+|{PLACEHOLDER.pattern}")
# https://www.rfc-editor.org/rfc/rfc9110.html#section-5.1 and #section-5.5
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
# What a function may not add, and what it may not change:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
_FORBIDDEN = frozenset(
    {
        *("connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"),
        *("trailer", "upgrade", "x-accel-buffering", "x-accel-charset", "x-accel-limit-rate", "x-accel-redirect"),
        *("x-amzn-auth", "x-amzn-cf-billing", "x-amzn-cf-id", "x-amzn-cf-xff", "x-amzn-errortype"),
        *("x-amzn-fle-profile", "x-amzn-header-count", "x-amzn-header-order", "x-amzn-lambda-integration-tag"),
        *("x-amzn-requestid", "x-cache", "x-forwarded-proto", "x-real-ip"),
        *("content-encoding", "content-length", "transfer-encoding", "warning", "via"),
    }
)
_FORBIDDEN_PREFIXES = ("x-amz-cf-", "x-edge-")
# What the server says of its own answer. Netlify leaves them out too:
# https://docs.netlify.com/manage/routing/headers/#limitations
_SERVERS_OWN = frozenset({"accept-ranges", "age", "allow", "alt-svc", "content-range", "date", "location", "server"})


class HeaderError(Exception):
    """An invalid header. The message follows the header's place."""


class ServersOwnError(HeaderError):
    """A header that the server sets itself, and that is left out."""


@dataclass(frozen=True)
class HeaderRule:
    """Headers for the paths that a pattern matches.

    Attributes:
        pattern: as written.
        headers: value by lower-case name.
    """

    pattern: str
    headers: Mapping[str, str]

    @property
    def regex(self) -> str:
        """The paths that it is for, in the language that Python and JavaScript have in common.

        `*` is any text, folders too; a placeholder is one name; without a slash in front it is for any folder.
        """
        anywhere = "" if self.pattern.startswith("/") else r"\/(?:.*\/)?"
        parts: list[str] = []
        end = 0
        for found in _WILD.finditer(self.pattern):
            wild = {":": r"[^\/]+", "*": r"(?:.*\/)?" if found[0] == "**/" else ".*"}[found[0][0]]
            parts += [_literal(self.pattern[end : found.start()]), wild]
            end = found.end()
        return f"^{anywhere}{''.join(parts)}{_literal(self.pattern[end:])}$"


def _literal(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", canonical(text))


def checked(name: str, value: str) -> tuple[str, str]:
    """Return a header as it is sent.

    Raises:
        HeaderError: it is not a header, or CloudFront does not let a function set it.
    """
    if not _NAME.fullmatch(name):
        raise HeaderError(f"has the header name '{name}', which no header can have")
    lower = name.lower()
    if lower == "basic-auth":
        # Netlify never sends it, but asks for a password:
        # https://docs.netlify.com/visitor-access/basic-authentication-with-custom-http-headers
        raise HeaderError(
            f"asks for a password ('{name}'), which every visitor could read if it were sent; it is a setting, for the "
            "whole site: pulumi config set access:username <name> && pulumi config set --secret access:password"
        )
    if lower in _SERVERS_OWN:
        raise ServersOwnError(f"sets '{name}', which the server sets itself for each answer: it is left out")
    if lower in _FORBIDDEN or lower.startswith(_FORBIDDEN_PREFIXES):
        raise HeaderError(f"sets '{name}', which CloudFront keeps for itself")
    if lower == "set-cookie":
        raise HeaderError(f"sets '{name}': a cookie for everyone is not supported")
    if not _VALUE.fullmatch(value):
        raise HeaderError(f"has a value for '{name}' that is not one line of visible ASCII characters")
    return lower, value


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
