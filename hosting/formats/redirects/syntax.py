"""Make a `Rule` of a source and a target, as amplify.py and netlify.py read them. Every refusal is a `RuleError`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from hosting.errors import PLACEHOLDER
from hosting.formats.countries import COUNTRIES, country_of
from hosting.formats.redirects.proxies import leads_to_a_server, proxy_of
from hosting.formats.redirects.rules import (
    MOST_TAKEN,
    REDIRECTS,
    REWRITE,
    Fallback,
    Ignored,
    Rule,
    RuleError,
    Taken,
    bare_path,
    canonical,
    plain,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.formats.redirects.rules import Template

# A name with a dot in it that is not a page's.
_HOST_FIRST = re.compile(r"//|(?:[A-Za-z0-9*-]+\.)+(?!html?(?:/|$))[A-Za-z]{2,}(?::\d+)?(?:/|$)")
_PATH = re.compile(r"[\w~.<*][^\s:]*")
_NO_HOST = re.compile(r"[*<>:]|^$")
_URL = re.compile(r"(?i)https?://([^/?#]*)(.*)", re.DOTALL)
# Control characters would end the header, braces are ours, and browsers read a backslash as a slash.
_NO_URL = re.compile(r"[\x00-\x20\x7f{}\\]")
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
MISSING = {"404": 404, "404-200": 200}
EVERYTHING: Template = ("/", Taken("*"))


@dataclass(frozen=True)
class Written:
    """A rule as it is written, in either syntax.

    Attributes:
        where: its place, for people.
        source: the path's parts.
        target: split into its parts.
        status: such as ``301`` or ``404-200``.
        query: name and template of each query parameter that the source asks for.
        countries: as written.
        not_for_files: it does not apply to paths with an extension.
        either_slash: a slash at the end of a path makes no difference.
        origin: scheme and host of the source; both empty for a path.
        pattern: a regular expression in place of ``source``.
        notes: what the user should know of the rule, as the rests of sentences.
    """

    where: str
    source: Template
    target: Template
    status: str
    query: tuple[tuple[str, Template], ...] = ()
    countries: tuple[str, ...] = ()
    not_for_files: bool = False
    either_slash: bool = False
    origin: tuple[str, str] = ("", "")
    pattern: str = ""
    notes: tuple[str, ...] = ()


def split_origin(source: str) -> tuple[tuple[str, str], str]:
    """Return scheme and host of a source, both empty for a path, and its path.

    Raises:
        RuleError: there is no host, or it has a placeholder.
    """
    url = _URL.fullmatch(source)
    if url is None:
        return ("", ""), source
    host = re.sub(r":\d+$", "", url[1])
    if _NO_HOST.search(host):
        raise RuleError(
            f"has the host '{host}' in its source, but the host is one name, such as 'https://www.example.com/*': "
            "write one rule for each"
        )
    return (source.partition(":")[0].lower(), url[1].lower()), url[2] or "/"


def from_root(text: str) -> str:
    """Return a path that lacks its slash in front with it, as `index.html` is `/index.html`; else ``text``."""
    return f"/{text}" if _PATH.fullmatch(text) and not _HOST_FIRST.match(text) else text


def with_scheme(text: str) -> str | None:
    """Return a URL that lacks its scheme with `https://`; None if there is no host in front."""
    return f"https://{text.lstrip('/')}" if _HOST_FIRST.match(text) else None


def rule_of(written: Written) -> Rule | Fallback | Ignored:
    """Return the rule; `Ignored` if it has no effect here.

    Raises:
        RuleError: the edge can't do it.
    """
    _check_source(written)
    if written.status in MISSING:
        return _missing(written)
    status = _status(written.status)
    _check_taken(written.source, "source")
    query, taken = _query(written)
    target = _with_numbers(written.target, taken)
    if status == REWRITE and leads_to_a_server(target):
        return proxy_of(written, target)
    _check_target(target, status)
    rule = Rule(
        where=written.where,
        source=written.source,
        target=target,
        status=status,
        query=query,
        countries=_countries(written.countries),
        host=written.origin[1],
        not_for_files=written.not_for_files,
        either_slash=written.either_slash,
        pattern=written.pattern,
        plain_http=written.origin[0] == "http",
    )
    return _without_effect(rule, taken) or _with_one_slash(rule, taken)


def _without_effect(rule: Rule, taken: Sequence[str]) -> Ignored | None:
    """Return why a redirect does nothing: it leads to the path that it is for, or to a fragment, which no visit has."""
    if any(isinstance(part, str) and "#" in part for part in rule.source):
        return Ignored(rule.where, "is never used: browsers do not send what follows '#'")
    url = _URL.fullmatch(rule.target)
    if rule.status == REWRITE or rule.pattern or rule.query or (url and url[1].lower() != rule.host):
        return None
    source = "".join(part if isinstance(part, str) else f"{{{taken.index(part.name) + 1}}}" for part in rule.source)
    target = re.split(r"[?#]", (url[2] or "/") if url else rule.target)[0]
    if rule.either_slash:
        source, target = bare_path(source), bare_path(target)
    # The braces of both are encoded alike.
    if canonical(source) == canonical(target):
        # CloudFront redirects http to https itself.
        return Ignored(rule.where, "" if rule.plain_http else "does nothing: it redirects a path to itself")
    return None


def _with_one_slash(rule: Rule, taken: Sequence[str]) -> Rule:
    """Return the rule with one slash where `/blog*` takes `/x`, and its target has a slash too: `/news/:splat`."""
    *before, last = rule.source or ("",)
    glued = last == Taken("*") and isinstance(before[-1], str) and not before[-1].endswith("/")
    if glued and f"/{{{taken.index('*') + 1}}}" in rule.target:
        return replace(rule, source=(*before, Taken("*", skips_slash=True)))
    return rule


def _check_source(written: Written) -> None:
    text = "".join(part if isinstance(part, str) else f"<{part.name}>" for part in written.source)
    if not (written.pattern or text.startswith("/")):
        raise RuleError("has a source that does not begin with '/': a host has 'https://' in front of it")
    if "?" in text:
        raise RuleError(
            "has a source with '?', which no path has: the query stands after it, as in '/page id=1 /target'"
        )


def _status(text: str) -> int:
    statuses = (*REDIRECTS, REWRITE)
    if text not in map(str, statuses):
        known = ", ".join([*map(str, statuses), *MISSING])
        raise RuleError(f"has the status '{text}', which is not one of {known}", status="301")
    return int(text)


def _missing(written: Written) -> Rule | Fallback | Ignored:
    """Return what a rule for missing files becomes."""
    status = MISSING[written.status]
    if written.query or written.countries or written.origin[1]:
        raise RuleError(f"has the status {written.status} and a condition, which is not supported: write it without")
    if written.pattern:
        raise RuleError(f"has the status {written.status} and a regular expression: write '/<*>' for all paths")
    if all(isinstance(part, str) for part in written.source):
        raise RuleError(
            f"has the status {written.status}, which is for all paths ('/*') or a folder ('/docs/*'): the edge can't "
            "know whether there is a file. Write 301, or do not publish the file"
        )
    if written.source != EVERYTHING and status != REWRITE:
        why = "has a 404 page for a part of the site. CloudFront has one for the whole site, which answers there too"
        return Ignored(written.where, why)
    page = _page(written)
    if written.source != EVERYTHING:
        return rule_of(replace(written, status=str(REWRITE), target=(page,), not_for_files=True))
    return Fallback(written.where, page, status)


def _page(written: Written) -> str:
    if not all(isinstance(part, str) for part in written.target):
        raise RuleError("has a target with a placeholder, but is for what is missing: name a page")
    page = from_root("".join(part for part in written.target if isinstance(part, str)))
    if not page.startswith("/") or page.startswith("//"):
        raise RuleError("has a target that is not a page of this site")
    return page


def _check_taken(source: Template, what: str) -> None:
    names = [part.name for part in source if isinstance(part, Taken)]
    if len(set(names)) != len(names):
        raise RuleError(f"has the same placeholder twice in its {what}")
    if len(names) > MOST_TAKEN:
        raise RuleError(f"has {len(names)} placeholders, the most is {MOST_TAKEN}")
    if any(isinstance(one, Taken) and isinstance(other, Taken) for one, other in pairwise(source)):
        raise RuleError("has two placeholders with nothing in between")


def _query(written: Written) -> tuple[tuple[tuple[str, str | None], ...], list[str]]:
    """Return the conditions on the query, and the names of all that the rule takes, in the order of their numbers."""
    taken = [part.name for part in written.source if isinstance(part, Taken)]
    conditions: list[tuple[str, str | None]] = []
    for name, template in written.query:
        if len(template) == 1 and isinstance(template[0], Taken):
            conditions.append((_sent_name(name), None))
            taken.append(template[0].name)
        elif all(isinstance(part, str) for part in template):
            value = "".join(part for part in template if isinstance(part, str))
            conditions.append((_sent_name(name), plain(value)))
        else:
            raise RuleError(f"has a query parameter '{name}' that is text and placeholder at once")
    _check_taken(tuple(part for name in taken for part in (Taken(name), "/")), "source")
    return tuple(conditions), taken


def _sent_name(name: str) -> str:
    """Return the name of a query parameter as browsers send it, and as a function is given it."""
    return quote(plain(name), safe="!*'()")


def _with_numbers(parts: Template, taken: Sequence[str]) -> str:
    """Return a target as a rule has it, with numbers for what it takes."""
    for part in parts:
        if isinstance(part, Taken) and part.name not in taken:
            raise RuleError(f"has a target with '{part.name}', which its source does not have")
        if isinstance(part, str) and _NO_URL.search(part):
            raise RuleError("has a target that is not a URL: a space, a brace, a backslash or a control character")
    return "".join(
        quote(part, safe=_ASCII) if isinstance(part, str) else f"{{{taken.index(part.name) + 1}}}" for part in parts
    )


def _check_target(text: str, status: int) -> None:
    url = _URL.fullmatch(text)
    if url and ("{" in url[1] or not url[1]):
        raise RuleError("has a target whose host comes from the visitor's path: write the host, then a slash")
    _check_place(text)
    if status == REWRITE and ("?" in text or "#" in text):
        raise RuleError("is a rewrite (200) with a query or a fragment, which a file does not have")


def _check_place(target: str) -> None:
    """Refuse what is neither a path of this site nor a whole URL."""
    if target.startswith("//"):
        # A browser reads a host, and this edge a path.
        raise RuleError("has a target that begins with '//': if that is a host, write 'https://' in front of it")
    if not target.startswith("/") and not _URL.fullmatch(target):
        raise RuleError("has a target that begins with neither '/' nor 'https://'")
    try:
        _ = urlsplit(target).port
    except ValueError as error:
        raise RuleError("has a target whose host or port is invalid") from error


def _countries(written: Sequence[str]) -> tuple[str, ...]:
    codes = tuple(sorted({code.strip().upper() for code in written}))
    for code in codes:
        if code not in COUNTRIES:
            meant = country_of(code)
            instead = f": write {meant}" if meant else ""
            message = f"has the country '{code}', which is not a code of ISO 3166-1{instead}"
            raise RuleError(message, condition=f"<{meant}>" if meant else PLACEHOLDER)
    return codes
