"""Header rules: response headers by path pattern."""

from __future__ import annotations

import re
from collections.abc import Mapping  # noqa: TC003 - pydantic reads it
from dataclasses import dataclass

from hosting.formats.paths import canonical_path

_SPECIAL = re.compile(r"[.$()+\\/|^?{}\[\]]")
PATH_PLACEHOLDER = re.compile(r":[A-Za-z_][A-Za-z0-9_]*")
_WILDCARD = re.compile(rf"\*\*/|\*+|{PATH_PLACEHOLDER.pattern}")
# https://www.rfc-editor.org/rfc/rfc9110.html#section-5.1 and #section-5.5
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
# Headers that a function must not add or change:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
_FORBIDDEN = frozenset(
    {
        *("expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"),
        *("x-accel-buffering", "x-accel-charset", "x-accel-limit-rate", "x-accel-redirect"),
        *("x-amzn-auth", "x-amzn-cf-billing", "x-amzn-cf-id", "x-amzn-cf-xff", "x-amzn-errortype"),
        *("x-amzn-fle-profile", "x-amzn-header-count", "x-amzn-header-order", "x-amzn-lambda-integration-tag"),
        *("x-amzn-requestid", "x-cache", "x-forwarded-proto", "x-real-ip"),
        *("content-encoding", "warning", "via"),
    }
)
_FORBIDDEN_PREFIXES = ("x-amz-cf-", "x-edge-")
# Headers that the server sets itself. Netlify ignores them, too:
# https://docs.netlify.com/manage/routing/headers/#limitations
_SERVER_HEADERS = frozenset(
    {
        *("accept-ranges", "age", "allow", "alt-svc", "connection", "content-length", "content-range", "date"),
        *("location", "server", "trailer", "transfer-encoding", "upgrade"),
    }
)


class HeaderError(Exception):
    """An invalid header. The message continues a sentence that begins with the header's place."""


class ServerHeaderError(HeaderError):
    """A header that the server sets itself, and that is ignored."""


@dataclass(frozen=True)
class HeaderRule:
    """Headers for the paths that a pattern matches.

    Attributes:
        pattern: the path pattern, as in the file.
        headers: values by lower-case name.
    """

    pattern: str
    headers: Mapping[str, str]

    @property
    def literal(self) -> str:
        """The path that the pattern matches; empty if it may match several."""
        return canonical_path(self.pattern) if self._start == self.pattern else ""

    @property
    def first_folder(self) -> str:
        """The name of the first folder of all paths that the pattern matches; empty if it is not fixed."""
        folder, slash, _ = canonical_path(self._start)[1:].partition("/")
        return folder if slash else ""

    @property
    def _start(self) -> str:
        """The text before the first wildcard; empty if the pattern is for any folder."""
        return _WILDCARD.split(self.pattern, maxsplit=1)[0] if self.pattern.startswith("/") else ""

    @property
    def regex(self) -> str:
        """The pattern as a regular expression with the same meaning in Python and JavaScript.

        `*` matches any text, with slashes. A placeholder matches one segment. A pattern without a leading slash matches
        in any folder.
        """
        anywhere = "" if self.pattern.startswith("/") else r"\/(?:.*\/)?"
        parts: list[str] = []
        end = 0
        for found in _WILDCARD.finditer(self.pattern):
            wildcard = {":": r"[^\/]+", "*": r"(?:.*\/)?" if found[0] == "**/" else ".*"}[found[0][0]]
            parts += [_literal(self.pattern[end : found.start()]), wildcard]
            end = found.end()
        return f"^{anywhere}{''.join(parts)}{_literal(self.pattern[end:])}$"


def _literal(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", canonical_path(text))


def check_header(name: str, value: str) -> tuple[str, str]:
    """Return the lower-case name and the value of a header.

    Raises:
        HeaderError: the header is invalid, or a function must not set it.
    """
    if not _NAME.fullmatch(name):
        raise HeaderError(f"has the invalid header name '{name}'")
    lower = name.lower()
    _check_allowed(name, lower)
    if not _VALUE.fullmatch(value):
        raise HeaderError(f"has a value for '{name}' that is not one line of visible ASCII characters")
    return lower, value


def _check_allowed(name: str, lower: str) -> None:
    """Refuse headers that a function must not set, or that can't be the same for all visitors."""
    if lower == "basic-auth":
        # Netlify does not send it, but asks visitors for a password:
        # https://docs.netlify.com/visitor-access/basic-authentication-with-custom-http-headers
        raise HeaderError(
            f"has a password ('{name}'), which is not supported in this file: every visitor could read it. Set a "
            "password for the whole site: pulumi config set access:username <name> && "
            "pulumi config set --secret access:password"
        )
    if lower in _SERVER_HEADERS:
        raise ServerHeaderError(f"sets '{name}', which the server sets itself: the header is ignored")
    if lower in _FORBIDDEN or lower.startswith(_FORBIDDEN_PREFIXES):
        raise HeaderError(f"sets '{name}', which CloudFront does not allow")
    if lower == "set-cookie":
        raise HeaderError(f"sets '{name}', which is not supported: all visitors would get the same cookie")
