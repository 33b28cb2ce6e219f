"""The links of a page, a style sheet or a sitemap: pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

_CSS = re.compile(r"""url\(\s*['"]?([^'")]+)['"]?\s*\)|@import\s+['"]([^'"]+)['"]""")
_LOCATION = re.compile(r"<loc>\s*([^<\s]+)\s*</loc>")
_ATTRIBUTES = frozenset({"href", "src", "poster", "data"})
# Their URLs are hints about other hosts, or name a thing instead of a file.
_NOT_FOLLOWED = frozenset({"preconnect", "dns-prefetch", "profile"})


class _Page(HTMLParser):
    """Collects links, and the base that they are relative to."""

    def __init__(self) -> None:
        super().__init__()
        self.base = ""
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the links of one element."""
        values = {name: value for name, value in attrs if value}
        self._in_style = tag == "style"
        if tag == "base":
            self.base = values.get("href", "")
            return
        if _NOT_FOLLOWED.isdisjoint(values.get("rel", "").split()):
            self.found += [value for name, value in values.items() if name in _ATTRIBUTES]
        self.found += [part.split()[0] for part in values.get("srcset", "").split(", ") if part.split()]
        self.found += _of_css(values.get("style", ""))

    def handle_data(self, data: str) -> None:
        """Collect the links of an inline style sheet."""
        if self._in_style:
            self.found += _of_css(data)

    def handle_endtag(self, tag: str) -> None:
        """Leave an inline style sheet."""
        if tag == "style":
            self._in_style = False


def links_of(body: str, content_type: str) -> tuple[str, list[str]]:
    """Return the document's base, empty if it sets none, and its links as they are written."""
    if content_type.startswith("text/html"):
        page = _Page()
        page.feed(body)
        return page.base, list(dict.fromkeys(page.found))
    if content_type.startswith("text/css"):
        return "", list(dict.fromkeys(_of_css(body)))
    if "xml" in content_type and "<loc>" in body:
        return "", _LOCATION.findall(body)
    return "", []


def resolve(href: str, place: str, own: tuple[str, ...]) -> str | None:
    """Return the path and query on the site that a link leads to, None if it leads elsewhere.

    Args:
        href: the link as it is written.
        place: the absolute URL that it is relative to.
        own: the origins that are the site.
    """
    try:
        target = urlsplit(urldefrag(urljoin(place, href.strip())).url)
    except ValueError:
        return None
    if f"{target.scheme}://{target.netloc}" not in own:
        return None
    return (target.path or "/") + (f"?{target.query}" if target.query else "")


def _of_css(text: str) -> list[str]:
    return [first or second for first, second in _CSS.findall(text)]
