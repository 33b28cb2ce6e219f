"""What an HTML page contains for the review: its links, its title, and what a first visit requests.

Importing this module imports selectolax, so only a review does that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from hosting.review.css import css_links
from hosting.review.link_attributes import (
    IGNORED_RELS,
    LINK_ATTRIBUTES,
    META_LINKS,
    PAGE_LINK,
    RESOURCE,
    RESOURCE_RELS,
    SCRIPT_TYPES,
    srcset_urls,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from selectolax.lexbor import LexborNode

    Attributes = Mapping[str, str | None]

# An element with this attribute, with all that is in it, is not reviewed.
_IGNORE = "data-review-ignore"
# https://html.spec.whatwg.org/multipage/semantics.html#attr-meta-http-equiv-refresh
_DELAY = re.compile(r"\s*+[\d.]*+\s*+[;,]?+\s*+(?:url\s*+=\s*+)?+", re.IGNORECASE)
_QUOTES = ("'", '"')


@dataclass
class PageContent:
    """What a page contains.

    Attributes:
        title: its title; empty without one.
        canonical: its canonical link, as it is written; empty without one.
        base: the URL in `<base href>`; empty without one.
        links: its links, as they are written, with their kind.
        anchors: the ids and names to which a fragment may lead.
        styles, scripts, images: what a first visit requests, as far as that is certain.
    """

    title: str = ""
    canonical: str = ""
    base: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    styles: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)


def page_content(text: str, *, anchors: bool = False) -> PageContent:
    """Return what a page contains; ``anchors`` is whether its ids are needed."""
    parser = LexborHTMLParser(text)
    if _IGNORE in text:
        # Lexbor can't remove the root.
        if parser.root and _IGNORE in parser.root.attributes:
            return PageContent()
        for node in parser.css(f"[{_IGNORE}]"):
            node.decompose()
    # What only browsers without scripts request: a first visit does not, but its links count.
    content, without_scripts = PageContent(), PageContent()
    hidden = {node.mem_id for node in parser.css("noscript img, noscript link")} if "<noscript" in text else set()
    for node in parser.root.traverse() if parser.root else ():
        tag = node.tag
        reader = _READERS.get(tag or "")
        if reader:
            reader(without_scripts if node.mem_id in hidden else content, node, node.attributes)
        # Most of these are links of a page's text, with one attribute each.
        elif tag in LINK_ATTRIBUTES:
            _read_links(content, LINK_ATTRIBUTES[tag], node.attributes)
    if "url(" in text:
        for node in parser.css("[style]"):
            _add_css(content, node.attributes["style"] or "")
    content.links += without_scripts.links
    content.anchors = _anchors(parser) if anchors else set()
    return content


def _anchors(parser: LexborHTMLParser) -> set[str]:
    names = (("id", "[id]"), ("name", "a[name]"))
    return {str(node.attributes[name] or "") for name, css in names for node in parser.css(css)}


def _read_links(content: PageContent, names: Iterable[tuple[str, str]], attributes: Attributes) -> None:
    """Add the links of an element, whose attributes ``names`` has with the kinds of links."""
    for name, kind in names:
        value = attributes.get(name)
        if value and name.endswith("srcset"):
            content.links += [(kind, url) for url in srcset_urls(value)]
        elif value:
            content.links.append((kind, value))


def _read_title(content: PageContent, node: LexborNode, _: Attributes) -> None:
    content.title = content.title or " ".join(node.text().split())


def _read_base(content: PageContent, _: LexborNode, attributes: Attributes) -> None:
    content.base = content.base or attributes.get("href") or ""


def _read_style(content: PageContent, node: LexborNode, _: Attributes) -> None:
    _add_css(content, node.text())


def _add_css(content: PageContent, text: str) -> None:
    content.links += [(RESOURCE, url) for url in css_links(text)]


def _read_script(content: PageContent, _: LexborNode, attributes: Attributes) -> None:
    _read_links(content, LINK_ATTRIBUTES["script"], attributes)
    source, is_script = attributes.get("src"), (attributes.get("type") or "").strip().lower() in SCRIPT_TYPES
    if source and is_script and "nomodule" not in attributes:
        content.scripts.append(source)


def _read_image(content: PageContent, node: LexborNode, attributes: Attributes) -> None:
    _read_links(content, LINK_ATTRIBUTES["img"], attributes)
    source, is_lazy = attributes.get("src"), (attributes.get("loading") or "").lower() == "lazy"
    # A browser chooses one of several sources by its window.
    is_only = "srcset" not in attributes and (node.parent is None or node.parent.tag != "picture")
    if source and not is_lazy and is_only:
        content.images.append(source)


def _read_link(content: PageContent, _: LexborNode, attributes: Attributes) -> None:
    """Add a `link` element, whose meaning its `rel` has."""
    rels, href = set((attributes.get("rel") or "").lower().split()), attributes.get("href") or ""
    if rels & IGNORED_RELS:
        return
    if "canonical" in rels:
        content.canonical = content.canonical or href
    if href:
        content.links.append((RESOURCE if rels & RESOURCE_RELS else PAGE_LINK, href))
    content.links += [(RESOURCE, url) for url in srcset_urls(attributes.get("imagesrcset") or "")]
    if "stylesheet" in rels and "alternate" not in rels:
        content.styles.append(href)
    if "modulepreload" in rels:
        content.scripts.append(href)


def _read_meta(content: PageContent, _: LexborNode, attributes: Attributes) -> None:
    value = attributes.get("content") or ""
    names = {(attributes.get(name) or "").lower() for name in ("property", "name")}
    if (attributes.get("http-equiv") or "").lower() == "refresh":
        url = _refresh_url(value)
        content.links += [(PAGE_LINK, url)] if url else []
    elif names & META_LINKS:
        content.links.append((RESOURCE, value))


def _refresh_url(text: str) -> str:
    """Return the URL of a refresh; empty if the page only loads itself again."""
    url = _DELAY.sub("", text, count=1)
    return url[1:].partition(url[0])[0] if url.startswith(_QUOTES) else url.strip()


# The elements that are more than their links.
_READERS: dict[str, Callable[[PageContent, LexborNode, Attributes], None]] = {
    "base": _read_base,
    "img": _read_image,
    "link": _read_link,
    "meta": _read_meta,
    "script": _read_script,
    "style": _read_style,
    "title": _read_title,
}
