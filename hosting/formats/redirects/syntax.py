"""A parsed rule, and the syntax of paths and URLs that Amplify's and Netlify's rules share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hosting.formats.redirects.rules import Placeholder, RuleError, Template

# A name with a dot, which is not the name of a page.
_STARTS_WITH_HOST = re.compile(r"//|(?:[A-Za-z0-9*-]+\.)+(?!html?(?:/|$))[A-Za-z]{2,}(?::\d+)?(?:/|$)")
_PATH = re.compile(r"[\w~.<*][^\s:]*")
_INVALID_HOST = re.compile(r"[*<>:]|^$")
URL = re.compile(r"(?i)https?://([^/?#]*)(.*)", re.DOTALL)
EVERYTHING: Template = ("/", Placeholder("*"))


@dataclass(frozen=True)
class ParsedRule:
    """A rule as it is in its file, in either syntax, before it is checked.

    Attributes:
        where: the rule's place in messages.
        source: the path, split into text and placeholders.
        target: the target, split into text and placeholders.
        status: the status, such as ``301`` or ``404-200``.
        query: name and template of each query parameter in the source.
        countries: the country codes, not checked.
        force: whether the rule also applies to paths of published files.
        not_for_files: whether the rule does not apply to paths with an extension.
        ignores_trailing_slash: whether the rule matches paths with and without a trailing slash.
        origin: scheme and host of the source; both empty if it is a path.
        expression: a regular expression instead of ``source``.
        notes: warnings about the rule, each the rest of a sentence.
    """

    where: str
    source: Template
    target: Template
    status: str
    query: tuple[tuple[str, Template], ...] = ()
    countries: tuple[str, ...] = ()
    force: bool = True
    not_for_files: bool = False
    ignores_trailing_slash: bool = False
    origin: tuple[str, str] = ("", "")
    expression: str = ""
    notes: tuple[str, ...] = ()


def split_origin(source: str) -> tuple[tuple[str, str], str]:
    """Return scheme and host of a source, both empty for a path, and its path.

    Raises:
        RuleError: the host is missing, or has a placeholder.
    """
    url = URL.fullmatch(source)
    if url is None:
        return ("", ""), source
    host = re.sub(r":\d+$", "", url[1])
    if _INVALID_HOST.search(host):
        raise RuleError(
            f"has the host '{host}' in its source, but the host must be one name, as in 'https://www.example.com/*': "
            "write one rule for each host"
        )
    return (source.partition(":")[0].lower(), url[1].lower()), url[2] or "/"


def from_root(text: str) -> str:
    """Return a path with its leading slash, which may be missing: `index.html` is `/index.html`."""
    return f"/{text}" if _PATH.fullmatch(text) and not _STARTS_WITH_HOST.match(text) else text


def with_scheme(text: str) -> str | None:
    """Return a URL with its missing `https://`; None if the text does not begin with a host."""
    return f"https://{text.lstrip('/')}" if _STARTS_WITH_HOST.match(text) else None
