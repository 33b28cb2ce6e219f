"""What is wrong with proxies beside other rules: CloudFront chooses the server before any rule is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.formats.redirects.proxies import Proxy, proxies_in
from hosting.formats.redirects.rules import REWRITE, canonical

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from hosting.formats.redirects.rules import Rule, Template


def proxy_problems(rules: Sequence[Rule]) -> Iterator[str]:
    """Yield what is wrong with proxies and the rules around them."""
    for index, rule in enumerate(rules):
        before = [proxy for proxy in proxies_in(rules[:index]) if _is_within(rule, proxy)]
        # Two rules for the same paths are reported as such.
        if before and not any(proxy.covers(rule) for proxy in before):
            yield f"{rule.where} is never reached: {before[0].where} is a proxy for its paths and comes first"
        if isinstance(rule, Proxy):
            for other in rules[:index]:
                yield from _conflict(other, rule)
        elif rule.status == REWRITE:
            yield from _lost(rule, proxies_in(rules))


def own_site_problems(proxies: Sequence[Proxy], names: Collection[str]) -> Iterator[str]:
    """Yield the proxies that lead to this site itself; a name with a ``*`` may be another server's by its DNS."""
    for proxy in proxies:
        if proxy.server.host in names:
            yield (
                f"{proxy.where} is a proxy to '{proxy.server.host}', which is this site: write the target as a path, "
                f"such as '{proxy.target.partition('{')[0]}'"
            )


def _conflict(rule: Rule, proxy: Proxy) -> Iterator[str]:
    """Yield why a rule can't come before a proxy whose paths it is for too."""
    if isinstance(rule, Proxy) or not any(may_match(rule, pattern) for pattern in proxy.patterns):
        return
    if rule.status == REWRITE:
        yield (
            f"{rule.where} rewrites paths of the proxy in {proxy.where}: its server would be asked for the file, as "
            "CloudFront chooses it by the visitor's path: put the proxy first, or redirect"
        )
    elif rule.countries:
        yield (
            f"{rule.where} is for a country and for paths of the proxy in {proxy.where}, where CloudFront does not "
            "tell the country: put the proxy first"
        )


def _lost(rule: Rule, proxies: Sequence[Proxy]) -> Iterator[str]:
    """Yield that a rewrite leads to a proxy's path, which does not lead to its server."""
    begin = rule.target.partition("{")[0]
    found = next((one for one in proxies if one.answers(begin)), None)
    if found:
        yield (
            f"{rule.where} rewrites to a path of the proxy in {found.where}, but CloudFront chooses the server by the "
            f"visitor's path: write a URL as the target, beginning with '{found.server.url}{found.sent(begin)}'"
        )


def _is_within(rule: Rule, proxy: Proxy) -> bool:
    """Whether a proxy is for all paths that a rule is for."""
    if rule.pattern:
        return False
    if rule.is_literal:
        return proxy.answers(rule.literal)
    begin = canonical(str(rule.source[0]))
    return any(pattern.endswith("*") and begin.startswith(pattern[:-1]) for pattern in proxy.patterns)


def may_match(rule: Rule, pattern: str) -> bool:
    """Whether there is a path that both a rule and a path pattern are for."""
    if not pattern.endswith("*"):
        return rule.takes(pattern) is not None
    if rule.pattern:
        # A sample: no path pattern says what an expression matches.
        return any(rule.takes(pattern[:-1] + rest) is not None for rest in ("", "x", "x/y"))
    sources = (rule.source, (*rule.source, "/")) if rule.either_slash else (rule.source,)
    return any(_may_begin(source, pattern[:-1]) for source in sources)


def _may_begin(source: Template, text: str) -> bool:
    """Whether some path of a source begins with a text."""
    if not text:
        return True
    if not source:
        return False
    part, rest = source[0], source[1:]
    if isinstance(part, str):
        literal = canonical(part)
        shared = min(len(literal), len(text))
        return literal[:shared] == text[:shared] and _may_begin(rest, text[shared:])
    if part.name == "*":
        return True
    # One name: it takes some of the text up to a slash, or all of it and more.
    name, slash, _ = text.partition("/")
    return not slash or any(_may_begin(rest, text[length:]) for length in range(1, len(name) + 1))
