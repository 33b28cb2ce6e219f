"""Checks a parsed rule and converts it to the rule that runs at the edge. Every refusal is a `RuleError`."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from hosting.errors import PLACEHOLDER
from hosting.formats.countries import COUNTRIES, country_of
from hosting.formats.paths import canonical_path, decode_query, without_trailing_slash
from hosting.formats.redirects.proxies import build_proxy, is_url
from hosting.formats.redirects.rules import (
    MAX_PLACEHOLDERS,
    REDIRECTS,
    REWRITE,
    FallbackRule,
    IgnoredRule,
    Placeholder,
    Rule,
    RuleError,
)
from hosting.formats.redirects.syntax import EVERYTHING, URL, from_root

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.formats.redirects.rules import Template
    from hosting.formats.redirects.syntax import ParsedRule

# Control characters would end the header, targets have numbers in braces, and browsers read a backslash as a slash.
_INVALID_IN_URL = re.compile(r"[\x00-\x20\x7f{}\\]")
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
# The statuses of fallback rules, and the status of their pages.
FALLBACK_STATUSES = {"404": 404, "404-200": 200}


def convert_rule(parsed: ParsedRule) -> Rule | FallbackRule | IgnoredRule:
    """Return the rule that runs at the edge; an `IgnoredRule` if it has no effect.

    Raises:
        RuleError: the rule is invalid, or the edge does not support it.
    """
    _check_source(parsed)
    parsed = _below_files(parsed)
    if parsed.status in FALLBACK_STATUSES:
        return _fallback(parsed)
    status = _status(parsed.status)
    _check_placeholders(parsed.source, "source")
    query, names = _query(parsed)
    target = _numbered_target(parsed.target, names)
    if status == REWRITE and is_url(target):
        return build_proxy(parsed, target)
    _check_target(target, status)
    rule = _rule(parsed, target, status, query)
    return _without_effect(rule, names) or _with_one_slash(rule, names)


def _below_files(parsed: ParsedRule) -> ParsedRule:
    """Return a rewrite of many paths to one page so that files take precedence: `/* /index.html 200` without `!`.

    Files with an extension are too many to be listed, so the rule does not apply to any path with an extension.
    """
    is_page = not any(isinstance(part, Placeholder) for part in parsed.target)
    is_for_many = any(isinstance(part, Placeholder) for part in parsed.source)
    is_rewrite = parsed.status == str(REWRITE) and is_page and is_for_many and not is_url(_text(parsed.target))
    if parsed.force or not is_rewrite:
        return parsed
    if parsed.source == EVERYTHING and not (parsed.query or parsed.countries or parsed.origin[1]):
        return replace(parsed, status="404-200")
    return replace(parsed, not_for_files=True)


def _text(template: Template) -> str:
    return "".join(part for part in template if isinstance(part, str))


def _rule(parsed: ParsedRule, target: str, status: int, query: tuple[tuple[str, str | None], ...]) -> Rule:
    return Rule(
        where=parsed.where,
        source=parsed.source,
        target=target,
        status=status,
        query=query,
        countries=_countries(parsed.countries),
        host=parsed.origin[1],
        force=parsed.force,
        not_for_files=parsed.not_for_files,
        ignores_trailing_slash=parsed.ignores_trailing_slash,
        expression=parsed.expression,
        plain_http=parsed.origin[0] == "http",
    )


def _without_effect(rule: Rule, names: Sequence[str]) -> IgnoredRule | None:
    """Return why a redirect has no effect: it leads to its own source, or its source has a fragment."""
    if any(isinstance(part, str) and "#" in part for part in rule.source):
        return IgnoredRule(rule.where, "is never used: browsers do not send what follows '#'")
    url = URL.fullmatch(rule.target)
    if rule.status == REWRITE or rule.expression or rule.query or (url and url[1].lower() != rule.host):
        return None
    source = "".join(part if isinstance(part, str) else f"{{{names.index(part.name) + 1}}}" for part in rule.source)
    target = re.split(r"[?#]", (url[2] or "/") if url else rule.target)[0]
    if rule.ignores_trailing_slash:
        source, target = without_trailing_slash(source), without_trailing_slash(target)
    # The braces are encoded in both.
    if canonical_path(source) == canonical_path(target):
        # No warning for http to https, which CloudFront does itself.
        return IgnoredRule(rule.where, "" if rule.plain_http else "does nothing: it redirects a path to itself")
    return None


def _with_one_slash(rule: Rule, names: Sequence[str]) -> Rule:
    """Return the rule with one slash in the result, if both `/blog*` and `/news/:splat` have one before the rest."""
    *before, last = rule.source or ("",)
    has_no_slash = last == Placeholder("*") and isinstance(before[-1], str) and not before[-1].endswith("/")
    if has_no_slash and f"/{{{names.index('*') + 1}}}" in rule.target:
        return replace(rule, source=(*before, Placeholder("*", skips_slash=True)))
    return rule


def _check_source(parsed: ParsedRule) -> None:
    text = "".join(part if isinstance(part, str) else f"<{part.name}>" for part in parsed.source)
    if not (parsed.expression or text.startswith("/")):
        raise RuleError("has a source that does not begin with '/': write a host with 'https://'")
    if "?" in text:
        raise RuleError("has a source with '?': write query parameters after the path, as in '/page id=1 /target'")


def _status(text: str) -> int:
    statuses = (*REDIRECTS, REWRITE)
    if text not in map(str, statuses):
        valid = ", ".join([*map(str, statuses), *FALLBACK_STATUSES])
        raise RuleError(f"has the status '{text}', which is not one of {valid}", status="301")
    return int(text)


def _fallback(parsed: ParsedRule) -> Rule | FallbackRule | IgnoredRule:
    """Return the rule for a fallback status: a fallback for all paths, or a rewrite for a folder."""
    status = FALLBACK_STATUSES[parsed.status]
    if parsed.query or parsed.countries or parsed.origin[1]:
        raise RuleError(f"has the status {parsed.status} and a condition, which is not supported: remove the condition")
    if parsed.expression:
        raise RuleError(f"has the status {parsed.status} and a regular expression: write '/<*>' for all paths")
    if all(isinstance(part, str) for part in parsed.source):
        raise RuleError(
            f"has the status {parsed.status}, which is for all paths ('/*') or a folder ('/docs/*'): the edge can't "
            "know whether a file exists. Write 301, or do not publish the file"
        )
    if parsed.source != EVERYTHING and status != REWRITE:
        reason = "has a 404 page for a part of the site. CloudFront has one 404 page for the whole site and serves that"
        return IgnoredRule(parsed.where, reason)
    page = _page(parsed)
    if parsed.source != EVERYTHING:
        return convert_rule(replace(parsed, status=str(REWRITE), target=(page,), force=False, not_for_files=True))
    return FallbackRule(parsed.where, page, status)


def _page(parsed: ParsedRule) -> str:
    if not all(isinstance(part, str) for part in parsed.target):
        raise RuleError("has a target with a placeholder, but is for missing files: name a page")
    page = from_root("".join(part for part in parsed.target if isinstance(part, str)))
    if not page.startswith("/") or page.startswith("//"):
        raise RuleError("has a target that is not a page of this site")
    return page


def _check_placeholders(source: Template, what: str) -> None:
    names = [part.name for part in source if isinstance(part, Placeholder)]
    if len(set(names)) != len(names):
        raise RuleError(f"has the same placeholder twice in its {what}")
    if len(names) > MAX_PLACEHOLDERS:
        raise RuleError(f"has {len(names)} placeholders, but at most {MAX_PLACEHOLDERS} are supported")
    if any(isinstance(first, Placeholder) and isinstance(second, Placeholder) for first, second in pairwise(source)):
        raise RuleError("has two placeholders with nothing between them")


def _query(parsed: ParsedRule) -> tuple[tuple[tuple[str, str | None], ...], list[str]]:
    """Return the conditions on the query, and the names of all placeholders, in the order of their numbers."""
    names = [part.name for part in parsed.source if isinstance(part, Placeholder)] + _groups(parsed.expression)
    conditions: list[tuple[str, str | None]] = []
    for name, template in parsed.query:
        if len(template) == 1 and isinstance(template[0], Placeholder):
            conditions.append((_encoded_name(name), None))
            names.append(template[0].name)
        elif all(isinstance(part, str) for part in template):
            value = "".join(part for part in template if isinstance(part, str))
            conditions.append((_encoded_name(name), decode_query(value)))
        else:
            raise RuleError(f"has a query parameter '{name}' with both text and a placeholder")
    _check_placeholders(tuple(part for name in names for part in (Placeholder(name), "/")), "source")
    return tuple(conditions), names


def _groups(expression: str) -> list[str]:
    """Return the names of the groups of a regular expression in a target: their numbers, as `<1>`."""
    count = re.compile(expression).groups
    return [str(number) for number in range(1, min(count, MAX_PLACEHOLDERS) + 1)]


def _encoded_name(name: str) -> str:
    """Return the name of a query parameter as browsers send it, and as the function's event has it."""
    return quote(decode_query(name), safe="!*'()")


def _numbered_target(parts: Template, names: Sequence[str]) -> str:
    """Return the target with numbers for its placeholders."""
    for part in parts:
        if isinstance(part, Placeholder) and part.name not in names:
            raise RuleError(f"has a target with '{part.name}', which its source does not have")
        if isinstance(part, str) and _INVALID_IN_URL.search(part):
            raise RuleError("has a target that is not a URL: a space, a brace, a backslash or a control character")
    return "".join(
        quote(part, safe=_ASCII) if isinstance(part, str) else f"{{{names.index(part.name) + 1}}}" for part in parts
    )


def _check_target(text: str, status: int) -> None:
    url = URL.fullmatch(text)
    if url and ("{" in url[1] or not url[1]):
        raise RuleError("has a target whose host comes from the visitor's path: write the host, then a slash")
    _check_path_or_url(text)
    if status == REWRITE and ("?" in text or "#" in text):
        raise RuleError("is a rewrite (200) with a query or a fragment, which a file does not have")


def _check_path_or_url(target: str) -> None:
    """Refuse a target that is neither a path of this site nor a URL."""
    if target.startswith("//"):
        # To a browser it begins with a host, to the edge it is a path.
        raise RuleError("has a target that begins with '//': if that is a host, write 'https://' before it")
    if not target.startswith("/") and not URL.fullmatch(target):
        raise RuleError("has a target that begins with neither '/' nor 'https://'")
    try:
        _ = urlsplit(target).port
    except ValueError as error:
        raise RuleError("has a target with an invalid host or port") from error


def _countries(codes: Sequence[str]) -> tuple[str, ...]:
    countries = tuple(sorted({code.strip().upper() for code in codes}))
    for code in countries:
        if code not in COUNTRIES:
            meant = country_of(code)
            guess = f" (did you mean '{meant}'?)" if meant else ""
            message = f"has the country '{code}', which is not an ISO 3166-1 country code{guess}"
            raise RuleError(message, condition=f"<{meant}>" if meant else PLACEHOLDER)
    return countries
