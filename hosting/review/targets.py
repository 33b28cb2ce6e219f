"""Where a link leads: the path inside of the site, in the form in which paths are compared. Pure.

The steps are those of a browser: https://url.spec.whatwg.org/#url-parsing. No link is ever requested.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from hosting.formats.paths import canonical_path

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_AUTHORITY = re.compile(r"[/\\]{2}([^/\\?#]*)")
# The ports of a site; another port is another server.
_PORTS = ("", "80", "443")
_BLANK = "".join(map(chr, range(33)))
_DROPPED = str.maketrans("", "", "\t\n\r")
_ENCODED_DOT = re.compile("%2e", re.IGNORECASE)
_MAY_BE_DOTS = re.compile(r"/(?:\.|%2e)", re.IGNORECASE)
# How many links are kept with their parts, and how long they may be: images as text in `data:` have thousands of bytes.
_CACHE_SIZE, _MOST_CACHED = 1 << 16, 500


class Target(NamedTuple):
    """Where a link leads inside of the site.

    Attributes:
        path: the canonical path.
        query: the query, without the question mark.
        fragment: the fragment, as it is written.
    """

    path: str
    query: str = ""
    fragment: str = ""


@dataclass(frozen=True)
class Base:
    """What the links of a page are relative to.

    Attributes:
        hosts: the names of the site, in lower case.
        path: the page's path, or that of its `<base href>`.
        is_outside: whether its `<base href>` is on another host.
    """

    hosts: frozenset[str]
    path: str
    is_outside: bool = False

    def with_base(self, href: str) -> Base:
        """Return what the links are relative to on a page with this `<base href>`."""
        found = self.target(href) if href else None
        if found is not None:
            return Base(self.hosts, found.path)
        return Base(self.hosts, self.path, is_outside=bool(href) and bool(_host_of(href)))

    def target(self, link: str) -> Target | None:
        """Return where a link leads; None if it leaves the site, or is no link to a file."""
        parsed = _parsed_once if len(link) <= _MOST_CACHED else _parsed
        found = parsed(link, self.hosts)
        if found is None or (self.is_outside and not found.has_host):
            return None
        path, query, fragment = found.target
        if path.startswith("/"):
            return found.target
        joined = _joined(self.path[: self.path.rfind("/") + 1], path) if path else canonical_path(self.path)
        return Target(joined, query, fragment)


class _Parsed(NamedTuple):
    """A link inside of the site.

    Attributes:
        target: where it leads; a path that does not begin with a slash is relative to the page.
        has_host: whether it has a host name.
    """

    target: Target
    has_host: bool


def _parsed(link: str, hosts: frozenset[str]) -> _Parsed | None:
    """Return where a link leads; None if it leaves the site, or is no link to a file."""
    text = link.strip(_BLANK).translate(_DROPPED)
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() not in ("http", "https"):
        return None
    rest = text[scheme.end() :] if scheme else text
    authority = _AUTHORITY.match(rest)
    if authority:
        if _port(authority[1]) not in _PORTS or _host(authority[1]) not in hosts:
            return None
        rest = rest[authority.end() :]
    elif scheme:
        return None
    before, _, fragment = rest.partition("#")
    path, _, query = before.partition("?")
    path = path.replace("\\", "/")
    if authority and not path:
        path = "/"
    target = Target(_joined("", path) if path.startswith("/") else path, query, fragment)
    return _Parsed(target, authority is not None)


# The links of a layout are on all pages.
_parsed_once = lru_cache(_CACHE_SIZE)(_parsed)


@lru_cache(_CACHE_SIZE)
def _joined(folder: str, path: str) -> str:
    """Return the canonical path of a file, relative to a folder."""
    return canonical_path(_without_dots(folder + path))


def is_mixed_content(link: str) -> bool:
    """Whether a link is written with http://."""
    return link.strip(_BLANK)[:7].lower() == "http://"


def _host_of(link: str) -> str:
    text = link.strip(_BLANK)
    scheme = _SCHEME.match(text)
    authority = _AUTHORITY.match(text, scheme.end() if scheme else 0)
    return _host(authority[1]) if authority else ""


def _host(authority: str) -> str:
    """Return the host name of an authority, without the user, the port and the dot at its end."""
    name = authority.rpartition("@")[2].partition(":")[0]
    return unquote(name).lower().removesuffix(".")


def _port(authority: str) -> str:
    return authority.rpartition("@")[2].partition(":")[2]


def _without_dots(path: str) -> str:
    """Return a path without `.` and `..`: https://url.spec.whatwg.org/#path-state."""
    if not _MAY_BE_DOTS.search(path):
        return path
    kept: list[str] = []
    *folders, last = _ENCODED_DOT.sub(".", path).split("/")[1:]
    for segment in folders:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if last == "..":
        del kept[-1:]
    return "/".join(["", *kept, "" if last in (".", "..") else last])
