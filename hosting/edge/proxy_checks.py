"""Checks of proxies: against CloudFront's limits, against error pages, and against other rules.

CloudFront chooses the server before the function runs, so some rules can't precede a proxy for the same paths.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hosting.cloudfront.proxies import check_quotas
from hosting.errors import EdgeError
from hosting.formats.paths import canonical_path
from hosting.formats.redirects.proxies import LOOPBACK, Proxy, pattern_rest, proxies_in
from hosting.formats.redirects.rules import REWRITE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from hosting.cloudfront.settings import ErrorResponse
    from hosting.config.load import Settings
    from hosting.formats.redirects.rules import Rule, Template


def check_proxies(settings: Settings, errors: Sequence[ErrorResponse], proxies: Sequence[Proxy]) -> None:
    """Refuse proxies that the distribution can't have.

    Raises:
        EdgeError: they exceed a quota, a server is unreachable, or CloudFront would get an error page from a server.
    """
    check_quotas(proxies)
    for proxy in proxies if settings.cloudfront.enabled else ():
        if proxy.server.is_loopback and not _is_local(settings.aws.cloudfront_endpoint):
            raise EdgeError(
                f"{proxy.where} is a proxy to '{proxy.server.url}', which is this machine: AWS can't reach it, only a "
                "local cloud can; nothing was deployed: write the server's public name, with https://"
            )
        pages = (error.response_page_path or "" for error in errors)
        page = next((page for page in pages if page and proxy.matches(page)), None)
        if page:
            raise EdgeError(
                f"{proxy.where} is a proxy for the path of the error page '{page}', so CloudFront would get the page "
                f"from '{proxy.server.host}'; nothing was deployed: choose another error page or another proxy path"
            )


def _is_local(endpoint: str) -> bool:
    """Whether an endpoint is on this machine."""
    try:
        host = urlsplit(endpoint).hostname or ""
    except ValueError:
        return False
    try:
        return host in LOOPBACK or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.endswith(".localhost")


def proxy_conflicts(rules: Sequence[Rule]) -> Iterator[str]:
    """Yield the conflicts between proxies and other rules. Their number is limited by the quota on proxies."""
    proxies = proxies_in(rules)
    check_quotas(proxies)
    earlier_proxies: list[Proxy] = []
    # Only these rules can't come before a proxy.
    earlier_rules: list[tuple[str, Rule]] = []
    for rule in rules if proxies else ():
        start = _start(rule)
        including = [proxy for proxy in earlier_proxies if _includes(proxy, rule, start)]
        # Two rules for the same paths are reported elsewhere.
        if including and not any(proxy.covers(rule) for proxy in including):
            yield f"{rule.where} is never reached: {including[0].where} is a proxy for its paths and comes first"
        if isinstance(rule, Proxy):
            yield from _order_conflicts(earlier_rules, rule)
            earlier_proxies.append(rule)
        elif rule.status == REWRITE or rule.countries:
            earlier_rules.append((start, rule))
            if rule.status == REWRITE:
                yield from _rewrite_to_proxy(rule, proxies)


def _start(rule: Rule) -> str:
    """Return the text that all paths of a rule begin with, as far as the rule has text before its first placeholder."""
    first = rule.source[0] if rule.source else ""
    return canonical_path(first) if isinstance(first, str) else ""


def proxies_to_own_site(proxies: Sequence[Proxy], names: Collection[str]) -> Iterator[str]:
    """Yield the proxies to this site itself. A name that only matches a ``*`` may belong to another server."""
    for proxy in proxies:
        if proxy.server.host in names:
            yield (
                f"{proxy.where} is a proxy to '{proxy.server.host}', which is this site: write the target as a path, "
                f"such as '{proxy.target.partition('{')[0]}'"
            )


def _order_conflicts(rules: Sequence[tuple[str, Rule]], proxy: Proxy) -> Iterator[str]:
    """Yield why rules can't come before a proxy for the same paths."""
    for start, rule in rules:
        if not any(_has_start(pattern, start) and may_overlap(rule, pattern) for pattern in proxy.canonical_patterns):
            continue
        if rule.status == REWRITE:
            yield (
                f"{rule.where} rewrites paths of the proxy in {proxy.where}, but CloudFront chooses the server by the "
                "visitor's path, so it would get the file from the proxy's server: put the proxy first, or redirect"
            )
        else:
            yield (
                f"{rule.where} is for a country and for paths of the proxy in {proxy.where}, but CloudFront adds the "
                "country only for the site's own paths: put the proxy first"
            )


def _has_start(pattern: str, start: str) -> bool:
    """Whether a path may match a pattern and begin with a text, by a fast comparison."""
    prefix = pattern.removesuffix("*")
    return prefix.startswith(start) if len(start) < len(prefix) else start.startswith(prefix)


def _rewrite_to_proxy(rule: Rule, proxies: Sequence[Proxy]) -> Iterator[str]:
    """Yield the conflict of a rewrite to a proxy's path, which would not reach the proxy's server."""
    start = rule.target.partition("{")[0]
    proxy = next((proxy for proxy in proxies if proxy.matches(start)), None)
    if proxy:
        yield (
            f"{rule.where} rewrites to a path of the proxy in {proxy.where}, but CloudFront chooses the server by the "
            f"visitor's path: write a URL as the target, beginning with '{proxy.server.url}{proxy.server_path(start)}'"
        )


def _includes(proxy: Proxy, rule: Rule, start: str) -> bool:
    """Whether a proxy matches all paths that a rule matches; ``start`` is the text that these paths begin with."""
    if rule.expression:
        return False
    if rule.is_literal:
        return any(pattern_rest(pattern, rule.literal) is not None for pattern in proxy.canonical_patterns)
    return any(pattern.endswith("*") and start.startswith(pattern[:-1]) for pattern in proxy.canonical_patterns)


def may_overlap(rule: Rule, pattern: str) -> bool:
    """Whether a rule and a path pattern in canonical form may match the same path."""
    if not pattern.endswith("*"):
        return rule.match(pattern) is not None
    if rule.expression:
        # Only samples: a regular expression can't be compared with a path pattern.
        return any(rule.match(pattern[:-1] + rest) is not None for rest in ("", "x", "x/y"))
    sources = (rule.source, (*rule.source, "/")) if rule.ignores_trailing_slash else (rule.source,)
    return any(_may_start_with(source, pattern[:-1]) for source in sources)


def _may_start_with(source: Template, prefix: str) -> bool:
    """Whether a source matches a path with the prefix."""
    if not prefix:
        return True
    if not source:
        return False
    first, rest = source[0], source[1:]
    if isinstance(first, str):
        literal = canonical_path(first)
        length = min(len(literal), len(prefix))
        return literal[:length] == prefix[:length] and _may_start_with(rest, prefix[length:])
    if first.name == "*":
        return True
    # A named placeholder matches some characters of a segment, or the whole segment and more.
    segment, slash, _ = prefix.partition("/")
    return not slash or any(_may_start_with(rest, prefix[length:]) for length in range(1, len(segment) + 1))
