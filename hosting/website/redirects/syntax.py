"""From what Amplify and Netlify call a source and a target to a `Rule`. Every refusal is a `RuleError`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from hosting.cloudfront.countries import COUNTRIES, country_of
from hosting.section import PLACEHOLDER
from hosting.website.redirects.proxies import leads_to_a_server, proxy_of
from hosting.website.redirects.rules import (
    MOST_TAKEN,
    REDIRECTS,
    REWRITE,
    Fallback,
    Rule,
    RuleError,
    Taken,
    asked_name,
    plain,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hosting.website.redirects.rules import Template

_AMPLIFY = re.compile(r"<([^<>]*)>")
_NETLIFY = re.compile(r":([A-Za-z_][A-Za-z0-9_]*)|(\*)")
_COLON = re.compile(r"(?<=[A-Za-z0-9_]):([A-Za-z_][A-Za-z0-9_]*)")
_NAME = re.compile(r"[A-Za-z0-9_.-]+|\*")
_URL = re.compile(r"(?i)https?://([^/?#]*)(.*)", re.DOTALL)
# Control characters would end the header, braces are ours, and browsers read a backslash as a slash.
_NO_URL = re.compile(r"[\x00-\x20\x7f{}\\]")
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
MISSING = {"404": 404, "404-200": 200}


@dataclass(frozen=True)
class Written:
    """A rule as it is written, in the words of either.

    Attributes:
        where: where it stands, for people.
        source: split into its parts.
        target: split into its parts.
        status: such as ``301`` or ``404-200``.
        query: name and template of each query parameter that the source asks for.
        countries: as written.
        not_for_files: files go before it.
        either_slash: a slash at the end of a path is of no matter.
    """

    where: str
    source: Template
    target: Template
    status: str
    query: tuple[tuple[str, Template], ...] = ()
    countries: tuple[str, ...] = ()
    not_for_files: bool = False
    either_slash: bool = False


def amplify_template(text: str) -> Template:
    """Return the parts of a source or target with `<*>` and `<name>`."""
    if text.startswith("</"):
        raise RuleError(
            "is a regular expression, which is not supported; for a single-page app there is 'website:routing spa'"
        )
    return _parts(text, _AMPLIFY)


def netlify_template(text: str) -> Template:
    """Return the parts of a source with `*` and `:name`."""
    return _parts(text, _NETLIFY)


def netlify_target(text: str, names: Collection[str]) -> Template:
    """Return the parts of a target with `:splat` and `:name`, of which the source has ``names``.

    After a letter a colon that is none of those is a colon, as in `/wiki/Special:Search`.
    """
    words = _COLON.sub(lambda found: found[0] if found[1] in names else "\0" + found[1], text)
    parts = _parts(words, _NETLIFY)
    plain = (part.replace("\0", ":") if isinstance(part, str) else part for part in parts)
    return tuple(Taken("*") if part == Taken("splat") else part for part in plain)


def _parts(text: str, pattern: re.Pattern[str]) -> Template:
    parts: list[str | Taken] = []
    end = 0
    for found in pattern.finditer(text):
        name = next(group for group in found.groups() if group is not None)
        if not _NAME.fullmatch(name):
            raise RuleError(f"has '{found[0]}', which is no placeholder")
        parts += [text[end : found.start()], Taken(name)]
        end = found.end()
    return tuple(part for part in (*parts, text[end:]) if part)


def split_query(text: str) -> tuple[str, tuple[tuple[str, Template], ...]]:
    """Return a path, and name and template of each parameter after its `?`, as Amplify writes them."""
    path, _, query = text.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return path, tuple((name, amplify_template(value)) for name, _, value in pairs)


def rule_of(written: Written) -> Rule | Fallback:
    """Return the rule.

    Raises:
        RuleError: the form is none that the edge can do.
    """
    host, source = _host_and_path(written)
    if written.status in MISSING:
        return _fallback(written, source, host)
    status = _status(written.status)
    _check_taken(source, "source")
    query, taken = _query(written, source)
    target = _with_numbers(written.target, taken)
    if status == REWRITE and leads_to_a_server(target):
        return proxy_of(written, source, host, target)
    _check_target(target, status)
    return Rule(
        where=written.where,
        source=source,
        target=target,
        status=status,
        query=query,
        countries=_countries(written.countries),
        host=host,
        not_for_files=written.not_for_files,
        either_slash=written.either_slash,
    )


def _host_and_path(written: Written) -> tuple[str, Template]:
    first = written.source[0] if written.source else ""
    if isinstance(first, str) and (url := _URL.fullmatch(first)):
        rest = (url[2] or "/", *written.source[1:])
        return url[1].lower(), rest
    if not (isinstance(first, str) and first.startswith("/")):
        raise RuleError("has a source that does not begin with '/'")
    if any(isinstance(part, str) and ("#" in part or "?" in part) for part in written.source):
        raise RuleError("has a source with '#' or '?', of which a path has none")
    return "", written.source


def _status(text: str) -> int:
    statuses = (*REDIRECTS, REWRITE)
    if text not in map(str, statuses):
        known = ", ".join([*map(str, statuses), *MISSING])
        raise RuleError(f"has the status '{text}', which is none of {known}", status="301")
    return int(text)


def _fallback(written: Written, source: Template, host: str) -> Fallback:
    if source != ("/", Taken("*")) or written.query or written.countries or host:
        raise RuleError(
            f"has the status {written.status}, which is only for all paths ('/<*>'), without conditions: the edge "
            "can't tell whether there is a file"
        )
    if not all(isinstance(part, str) for part in written.target):
        raise RuleError("has a target with a placeholder, but is for what is missing: name a page")
    page = "".join(part for part in written.target if isinstance(part, str))
    if not page.startswith("/") or page.startswith("//"):
        raise RuleError("has a target that is not a page of this site")
    return Fallback(written.where, page, MISSING[written.status])


def _check_taken(source: Template, what: str) -> None:
    names = [part.name for part in source if isinstance(part, Taken)]
    if len(set(names)) != len(names):
        raise RuleError(f"has the same placeholder twice in its {what}")
    if len(names) > MOST_TAKEN:
        raise RuleError(f"has {len(names)} placeholders, the most is {MOST_TAKEN}")
    if any(isinstance(one, Taken) and isinstance(other, Taken) for one, other in pairwise(source)):
        raise RuleError("has two placeholders with nothing in between")


def _query(written: Written, source: Template) -> tuple[tuple[tuple[str, str | None], ...], list[str]]:
    """Return the conditions on the query, and the names of all that the rule takes, in the order of their numbers."""
    taken = [part.name for part in source if isinstance(part, Taken)]
    conditions: list[tuple[str, str | None]] = []
    for name, template in written.query:
        if len(template) == 1 and isinstance(template[0], Taken):
            conditions.append((asked_name(name), None))
            taken.append(template[0].name)
        elif all(isinstance(part, str) for part in template):
            value = "".join(part for part in template if isinstance(part, str))
            conditions.append((asked_name(name), plain(value)))
        else:
            raise RuleError(f"has a query parameter '{name}' that is text and placeholder at once")
    _check_taken(tuple(part for name in taken for part in (Taken(name), "/")), "source")
    return tuple(conditions), taken


def _with_numbers(parts: Template, taken: Sequence[str]) -> str:
    """Return a target as a rule has it, with numbers for what it takes."""
    for part in parts:
        if isinstance(part, Taken) and part.name not in taken:
            raise RuleError(f"has a target with '{part.name}', which its source does not have")
        if isinstance(part, str) and _NO_URL.search(part):
            raise RuleError("has a target that is no URL: a space, a brace, a backslash or a control character")
    return "".join(
        quote(part, safe=_ASCII) if isinstance(part, str) else f"{{{taken.index(part.name) + 1}}}" for part in parts
    )


def _check_target(text: str, status: int) -> None:
    url = _URL.fullmatch(text)
    if url and ("{" in url[1] or not url[1]):
        raise RuleError("has a target whose host comes from the visitor's path: write the host, then a slash")
    _check_place(text)
    if status == REWRITE and ("?" in text or "#" in text):
        raise RuleError("is a rewrite (200) with a query or a fragment, which a file has not")


def _check_place(target: str) -> None:
    """Refuse what is neither a path of this site nor a whole URL."""
    if target.startswith("//"):
        # To a browser that is another host, which an edge that keeps visitors on the site would make a path of.
        raise RuleError("has a target that begins with '//': if that is a host, write 'https://' in front of it")
    if not target.startswith("/") and not _URL.fullmatch(target):
        raise RuleError("has a target that begins with neither '/' nor 'https://'")
    try:
        _ = urlsplit(target).port
    except ValueError as error:
        raise RuleError("has a target whose host or port is none") from error


def _countries(written: Sequence[str]) -> tuple[str, ...]:
    codes = tuple(sorted({code.strip().upper() for code in written}))
    for code in codes:
        if code not in COUNTRIES:
            meant = country_of(code)
            instead = f": write {meant}" if meant else ""
            message = f"has the country '{code}', which is no code of ISO 3166-1{instead}"
            raise RuleError(message, condition=f"<{meant}>" if meant else PLACEHOLDER)
    return codes
