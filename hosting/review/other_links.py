"""The links of files that are not HTML: sitemaps, feeds and web manifests. Pure."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any

from hosting.review.link_attributes import PAGE_LINK, RESOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator

# `loc` of https://www.sitemaps.org/protocol.html, `link` and `url` of https://www.rssboard.org/rss-specification, and
# `link` of https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7. Text is enough: these files are generated.
_ELEMENT = re.compile(r"<(?:\w+:)?(?:loc|link)\s*+>\s*+(?:<!\[CDATA\[)?+([^<\]]*+)", re.IGNORECASE)
_LINK = re.compile(
    r"<(?:link|enclosure|xhtml:link)\b[^<>]*?\s(?:href|url)\s*+=\s*+[\"']([^\"'<>]*+)[\"']", re.IGNORECASE
)
_ROOTS = re.compile(r"<(?:\w+:)?(?:urlset|sitemapindex|rss|feed|RDF)\b")
_ROOT_PLACE = 2_000
# JSON can escape half of a character, which no URL can have: https://url.spec.whatwg.org/#concept-url-parser
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def xml_links(text: str) -> Iterator[tuple[str, str]]:
    """Yield the links of a sitemap or a feed, with their kind; none of other XML."""
    if not _ROOTS.search(text, 0, _ROOT_PLACE):
        return
    for found in _ELEMENT.finditer(text):
        yield PAGE_LINK, html.unescape(found[1].strip())
    for found in _LINK.finditer(text):
        yield PAGE_LINK, html.unescape(found[1])


def manifest_links(text: str) -> Iterator[tuple[str, str]]:
    """Yield the links of a web manifest: https://www.w3.org/TR/appmanifest/."""
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError):
        return
    for kind, link in _manifest_links(manifest) if isinstance(manifest, dict) else ():
        yield kind, _LONE_SURROGATE.sub("\ufffd", link)


def _manifest_links(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if isinstance(manifest.get("start_url"), str):
        yield PAGE_LINK, manifest["start_url"]
    for shortcut in _maps(manifest.get("shortcuts")):
        if isinstance(shortcut.get("url"), str):
            yield PAGE_LINK, shortcut["url"]
        yield from _images(shortcut.get("icons"))
    yield from _images(manifest.get("icons"))
    yield from _images(manifest.get("screenshots"))


def _images(value: object) -> Iterator[tuple[str, str]]:
    yield from ((RESOURCE, image["src"]) for image in _maps(value) if isinstance(image.get("src"), str))


def _maps(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
