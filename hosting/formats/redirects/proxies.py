"""Proxies: rules whose paths another server answers. In CloudFront a proxy is an origin and cache behaviors.

CloudFront chooses the origin by the path in its normal form, before the function runs, and forwards the path as it was
sent (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern).
The normal form is not documented in detail. So the function compares the path as it was sent, and refuses paths that
CloudFront may read differently. proxies.js does the same in JavaScript.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from hosting.formats.paths import canonical_path
from hosting.formats.redirects.rules import REWRITE, Placeholder, Rule, RuleError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hosting.formats.redirects.rules import Template
    from hosting.formats.redirects.syntax import ParsedRule

LOOPBACK = ("localhost", "127.0.0.1")
_PORTS = {"https": 443, "http": 80}
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html#DownloadDistValuesHTTPSPort
_LOWEST_PORT = 1024
# A name with a dot, whose last label is not a number: an origin can't be an IP address.
_NAME = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ADDRESS = re.compile(r"[0-9.]+|0x[0-9a-f.x]+|.*:.*")
_URL = re.compile(r"https?://.*", re.IGNORECASE | re.DOTALL)
_REST = "{1}"
# Without the wildcards `*` and `?`, and without `"`, which browsers encode. The page above has the length, too.
_PATTERN = re.compile(r"[A-Za-z0-9_.$/~'@:+&-]*")
_LONGEST_PATTERN = 255
# Slashes and dot segments in all their spellings, and any escape.
_SLASHES = re.compile(r"(?:[/\\]|%2f|%5c)+", re.IGNORECASE)
_DOT_SEGMENTS = re.compile(r"/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
_ESCAPE = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
# The longest pattern with every character escaped.
_LONGEST_START = 3 * _LONGEST_PATTERN


class Server(NamedTuple):
    """The server of a proxy.

    Attributes:
        scheme: ``https``, or ``http`` for a server on this machine.
        host: the host name, in lower case.
        port: the port.
    """

    scheme: str
    host: str
    port: int

    @property
    def url(self) -> str:
        """The URL without a path, and without the scheme's default port."""
        return f"{self.scheme}://{self.host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on the loopback interface, which only a local cloud can reach."""
        return self.host in LOOPBACK


@dataclass(frozen=True, kw_only=True)
class Proxy(Rule):
    """A rule whose paths a server answers; its target is a path on the server.

    Attributes:
        server: the server.
    """

    server: Server

    @cached_property
    def patterns(self) -> tuple[str, ...]:
        """The CloudFront path patterns that match exactly the rule's paths."""
        path = _literal(self.source)
        if not self.is_literal:
            # With Netlify `/api/*` matches `/api`, too.
            is_folder = self.ignores_trailing_slash and path.endswith("/")
            return (f"{path}*", path[:-1]) if is_folder else (f"{path}*",)
        return (path.rstrip("/"), f"{path.rstrip('/')}/") if self.ignores_trailing_slash else (path,)

    @cached_property
    def canonical_patterns(self) -> tuple[str, ...]:
        """The patterns in the form in which other rules are compared with a path. A plus sign is encoded in it."""
        return tuple(map(canonical_path, self.patterns))

    def matches(self, path: str) -> bool:
        """Whether the proxy is for a path, as it is sent."""
        return self._rest(path) is not None

    def server_path(self, path: str) -> str | None:
        """Return the path of the request to the server; None if the proxy is not for ``path``."""
        rest = self._rest(path)
        if rest is not None and f"/{_REST}" in self.target and not self.patterns[0].endswith("/*"):
            # The rest of `/api*` begins with a slash, and the target `/v1/:splat` has one before the rest.
            rest = rest.removeprefix("/")
        return None if rest is None else self.target.replace(_REST, rest)

    def _rest(self, path: str) -> str | None:
        """Return the text that the rule's ``*`` matches; None if the proxy is not for the path."""
        rests = (pattern_rest(pattern, path) for pattern in self.patterns)
        return next((rest for rest in rests if rest is not None), None)


def pattern_rest(pattern: str, path: str) -> str | None:
    """Return the text that the final ``*`` of a proxy's pattern matches, "" without a ``*``; None for another path."""
    if pattern.endswith("*") and path.startswith(pattern[:-1]):
        return path[len(pattern) - 1 :]
    return "" if path == pattern else None


def proxies_in(rules: Iterable[Rule]) -> tuple[Proxy, ...]:
    """Return the proxies among the rules, in their order."""
    return tuple(rule for rule in rules if isinstance(rule, Proxy))


def is_ambiguous(proxies: Sequence[Proxy], path: str) -> bool:
    """Whether CloudFront may choose another origin for a path than the one for the path as it was sent.

    A path of a proxy keeps its origin in every form, because path patterns have only one form. Dot segments could
    change that; clients do not send them: https://url.spec.whatwg.org/#path-state.
    """
    flat = _SLASHES.sub("/", path)
    start = _ESCAPE.sub(lambda escape: chr(int(escape[0][1:], 16)), flat[:_LONGEST_START])
    has_dots = bool(_DOT_SEGMENTS.search(flat))
    return has_dots or any(proxy.matches(start) and not proxy.matches(path) for proxy in proxies)


def _literal(source: Template) -> str:
    return "".join(part for part in source if isinstance(part, str))


def is_url(target: str) -> bool:
    """Whether a target is a URL, and not a path of this site."""
    return _URL.fullmatch(target) is not None


def build_proxy(parsed: ParsedRule, target: str) -> Proxy:
    """Return the proxy for a rewrite to a URL; ``target`` is the URL with numbered placeholders.

    Raises:
        RuleError: CloudFront does not support the proxy.
    """
    conditions = {"query": parsed.query, "country": parsed.countries, "host": parsed.origin[1]}
    given = [name for name, value in conditions.items() if value]
    if given:
        raise RuleError(
            f"is a proxy (200 to another host) with a condition ({', '.join(given)}), but CloudFront chooses the "
            "server only by the path: remove the condition"
        )
    if parsed.expression:
        raise RuleError("is a proxy for a regular expression, but CloudFront has path patterns: write '/api/<*>'")
    _check_source(parsed.source, "*" if parsed.ignores_trailing_slash else "<*>")
    server, path = _server(target)
    return Proxy(
        where=parsed.where,
        source=parsed.source,
        target=path,
        status=REWRITE,
        ignores_trailing_slash=parsed.ignores_trailing_slash,
        server=server,
    )


def _check_source(source: Template, rest: str) -> None:
    """Refuse a source that no CloudFront path pattern can express."""
    path = _literal(source)
    if any(isinstance(part, Placeholder) and (part.name != "*" or part is not source[-1]) for part in source):
        folder = str(source[0]).rpartition("/")[0]
        raise RuleError(
            "is a proxy for a pattern that CloudFront does not support: only a path, or all paths with the same "
            f"beginning: write '{folder or '/api'}/{rest}'"
        )
    if path == "/":
        what = "all paths" if len(source) > 1 else "the root page"
        raise RuleError(f"is a proxy for {what}: give it a separate folder, such as '/api/{rest}'")
    if not _PATTERN.fullmatch(path):
        raise RuleError(
            "is a proxy whose source has a character that CloudFront's path patterns do not allow: use letters without "
            "accents, digits and _-.$/~'@:+&"
        )
    if _SLASHES.sub("/", path) != path or _DOT_SEGMENTS.search(path):
        raise RuleError("is a proxy whose source has '//', '/./' or '/../', which CloudFront removes from paths")
    if len(path) >= _LONGEST_PATTERN:
        raise RuleError(f"is a proxy whose source has more than {_LONGEST_PATTERN - 1} characters: shorten it")


def _server(target: str) -> tuple[Server, str]:
    """Return the server of a target, and the path on it."""
    try:
        url = urlsplit(target)
        host, port = url.hostname or "", url.port or _PORTS[url.scheme]
    except ValueError as error:
        raise RuleError("has a target with an invalid host or port") from error
    if "{" in url.netloc:
        raise RuleError("has a target whose host comes from the visitor's path: write the host, then a slash")
    if url.query or url.fragment:
        raise RuleError("is a proxy whose target has a query or a fragment: the server gets the visitor's query")
    if "@" in url.netloc:
        raise RuleError(
            "is a proxy with a user name or a password in its target, which CloudFront does not send: remove it"
        )
    if host not in LOOPBACK:
        _check_host(url.scheme, host)
    if port not in _PORTS.values() and port < _LOWEST_PORT:
        raise RuleError(f"is a proxy to port {port}: CloudFront allows 80, 443, and {_LOWEST_PORT} to 65535")
    return Server(url.scheme, host, port), url.path or "/"


def _check_host(scheme: str, host: str) -> None:
    if scheme == "http":
        raise RuleError("is a proxy over http, which would send visitors' data unencrypted: write https://")
    if _ADDRESS.fullmatch(host):
        raise RuleError(
            f"is a proxy to the IP address '{host}', which CloudFront does not allow: write the server's name"
        )
    if not _NAME.fullmatch(host):
        raise RuleError(f"is a proxy to '{host}', which is not a public host name such as 'api.example.com'")
