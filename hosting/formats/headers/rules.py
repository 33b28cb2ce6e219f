"""Header rules: which headers the responses for which paths have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.formats.redirects.rules import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

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
