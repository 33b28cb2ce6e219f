"""A proxy: a rule whose paths another server answers. To CloudFront it is an origin, and cache behaviors for its paths.

CloudFront chooses the origin by the path in its normal form, before the function runs, and hands the path on as it was
sent (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern).
It does not say what the normal form is in detail. So the function compares the path as it was sent, and refuses one
that CloudFront may read in another way. proxies.js does the same in JavaScript.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from hosting.formats.redirects.rules import REWRITE, Rule, RuleError, Taken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hosting.formats.redirects.rules import Template
    from hosting.formats.redirects.syntax import Written

LOOPBACK = ("localhost", "127.0.0.1")
_PORTS = {"https": 443, "http": 80}
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html#DownloadDistValuesHTTPSPort
_LOWEST_PORT = 1024
# A name with a dot, whose last label is no number: an origin is no IP address.
_NAME = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ADDRESS = re.compile(r"[0-9.]+|0x[0-9a-f.x]+|.*:.*")
_URL = re.compile(r"https?://.*", re.IGNORECASE | re.DOTALL)
_TAKEN = "{1}"
# Without `*` and `?`, which are wildcards, and `"`, which browsers encode. The page at the top has the length too.
_PATTERN = re.compile(r"[A-Za-z0-9_.$/~'@:+&-]*")
_LONGEST_PATTERN = 255
# Slashes and dot segments, however they are spelled; and any escape.
_SLASHES = re.compile(r"(?:[/\\]|%2f|%5c)+", re.IGNORECASE)
_DOTS = re.compile(r"/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
_ESCAPE = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
# The longest pattern with every character escaped.
_LONGEST_BEGIN = 3 * _LONGEST_PATTERN


class Server(NamedTuple):
    """Where a proxy's requests go.

    Attributes:
        scheme: ``https``; ``http`` is for a server on this machine.
        host: its name, in lower case.
        port: on which it listens.
    """

    scheme: str
    host: str
    port: int

    @property
    def url(self) -> str:
        """The URL without a path, with the port if it is not the scheme's own."""
        return f"{self.scheme}://{self.host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on the machine of whoever asks, which only a local cloud can reach."""
        return self.host in LOOPBACK


@dataclass(frozen=True, kw_only=True)
class Proxy(Rule):
    """A rule whose paths a server answers; its target is a path there.

    Attributes:
        server: that answers.
    """

    server: Server

    @cached_property
    def patterns(self) -> tuple[str, ...]:
        """CloudFront's path patterns for exactly the rule's paths."""
        path = _literal(self.source)
        if not self.is_literal:
            # With Netlify `/api/*` is for `/api` too.
            return (f"{path}*", path[:-1]) if self.either_slash and path.endswith("/") else (f"{path}*",)
        return (path.rstrip("/"), f"{path.rstrip('/')}/") if self.either_slash else (path,)

    def answers(self, path: str) -> bool:
        """Whether the proxy is for a path, as it is sent."""
        return self.rest(path) is not None

    def rest(self, path: str) -> str | None:
        """Return what stands for the ``*`` of the rule, None if the proxy is not for the path."""
        for pattern in self.patterns:
            if pattern.endswith("*") and path.startswith(pattern[:-1]):
                return path[len(pattern) - 1 :]
            if path == pattern:
                return ""
        return None

    def sent(self, path: str) -> str | None:
        """Return the path that the server is asked for, None if the proxy is not for the path."""
        rest = self.rest(path)
        if rest is not None and f"/{_TAKEN}" in self.target and not self.patterns[0].endswith("/*"):
            # The rest of `/api*` begins with the slash that `/v1/:splat` has too.
            rest = rest.removeprefix("/")
        return None if rest is None else self.target.replace(_TAKEN, rest)


def proxies_in(rules: Iterable[Rule]) -> tuple[Proxy, ...]:
    """Return those of the rules that are proxies, in their order."""
    return tuple(rule for rule in rules if isinstance(rule, Proxy))


def is_ambiguous(proxies: Sequence[Proxy], path: str) -> bool:
    """Whether CloudFront may choose another origin for a path than the path suggests as it was sent.

    A path that a proxy is for stays one in every form, as its patterns have one form alone; dot segments would change
    that. No client sends those: https://url.spec.whatwg.org/#path-state.
    """
    flat = _SLASHES.sub("/", path)
    begin = _ESCAPE.sub(lambda escape: chr(int(escape[0][1:], 16)), flat[:_LONGEST_BEGIN])
    return bool(_DOTS.search(flat)) or any(proxy.answers(begin) and not proxy.answers(path) for proxy in proxies)


def _literal(source: Template) -> str:
    return "".join(part for part in source if isinstance(part, str))


def leads_to_a_server(target: str) -> bool:
    """Whether a target is a whole URL, not a path of this site."""
    return _URL.fullmatch(target) is not None


def proxy_of(written: Written, target: str) -> Proxy:
    """Return the proxy that a rewrite to a URL is; ``target`` is the URL with numbers for its placeholders.

    Raises:
        RuleError: it is a proxy that CloudFront can't do.
    """
    conditions = {"query": written.query, "country": written.countries, "host": written.origin[1]}
    given = [name for name, value in conditions.items() if value]
    if given:
        raise RuleError(
            f"is a proxy (200 to another host) with a condition ({', '.join(given)}), but CloudFront chooses the "
            "server by the path alone: remove the condition"
        )
    if written.pattern:
        raise RuleError("is a proxy for a regular expression, but CloudFront has path patterns: write '/api/<*>'")
    _check_source(written.source, "*" if written.either_slash else "<*>")
    server, path = _server(target)
    return Proxy(
        where=written.where,
        source=written.source,
        target=path,
        status=REWRITE,
        either_slash=written.either_slash,
        server=server,
    )


def _check_source(source: Template, rest: str) -> None:
    """Refuse a source for which CloudFront has no path pattern that is for the same paths."""
    path = _literal(source)
    if any(isinstance(part, Taken) and (part.name != "*" or part is not source[-1]) for part in source):
        folder = str(source[0]).rpartition("/")[0]
        raise RuleError(
            "is a proxy for a pattern that CloudFront does not have: it is for one path, or for all that begin alike: "
            f"write '{folder or '/api'}/{rest}'"
        )
    if path == "/":
        what = "all paths" if len(source) > 1 else "the first page"
        raise RuleError(f"is a proxy for {what}: give it a folder of its own, such as '/api/{rest}'")
    if not _PATTERN.fullmatch(path):
        raise RuleError(
            "is a proxy whose source has a character that CloudFront's path patterns do not have: letters without "
            "accents, digits and _-.$/~'@:+& are possible"
        )
    if _SLASHES.sub("/", path) != path or _DOTS.search(path):
        raise RuleError("is a proxy whose source has '//', '/./' or '/../', which CloudFront takes out of paths")
    if len(path) >= _LONGEST_PATTERN:
        raise RuleError(f"is a proxy whose source has more than {_LONGEST_PATTERN - 1} characters: shorten it")


def _server(target: str) -> tuple[Server, str]:
    """Return the server of a target, and the path there."""
    try:
        url = urlsplit(target)
        host, port = url.hostname or "", url.port or _PORTS[url.scheme]
    except ValueError as error:
        raise RuleError("has a target whose host or port is not valid") from error
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
        raise RuleError(f"is a proxy to port {port}: CloudFront takes 80, 443, and {_LOWEST_PORT} to 65535")
    return Server(url.scheme, host, port), url.path or "/"


def _check_host(scheme: str, host: str) -> None:
    if scheme == "http":
        raise RuleError("is a proxy by http, which would send visitors' data unencrypted: write https://")
    if _ADDRESS.fullmatch(host):
        raise RuleError(
            f"is a proxy to the IP address '{host}', which CloudFront does not take: write the server's name"
        )
    if not _NAME.fullmatch(host):
        raise RuleError(f"is a proxy to '{host}', which is not a public host name such as 'api.example.com'")
