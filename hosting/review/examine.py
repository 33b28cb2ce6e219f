"""Reads one file of the staged tree, and returns what the review needs of it.

It runs in worker processes, so what goes in and out is plain data.
"""

from __future__ import annotations

import codecs
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hosting.review.css import css_links
from hosting.review.decompress import UnreadError, decompressed
from hosting.review.link_attributes import RESOURCE
from hosting.review.nesting import MOST_NESTED, is_nested_too_deep
from hosting.review.other_links import manifest_links, xml_links
from hosting.review.targets import Base, is_mixed_content

if TYPE_CHECKING:
    from collections.abc import Iterable

# The kinds of files; of all others only the size is needed.
HTML, CSS, XML, MANIFEST, OTHER = "html", "css", "xml", "manifest", ""
# A link over http:// that a page requests itself; the other kinds are in link_attributes.
MIXED = "m"
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# The level of gzip is not documented for CloudFront; 6 is zlib's default.
_GZIP_LEVEL, _GZIP_BITS = 6, 31


class Options(NamedTuple):
    """What is the same for all files.

    Attributes:
        hosts: the names of the site.
        fragments: whether links to fragments are compared.
        queries: whether the query of a link matters, because a rule depends on it.
        is_secure: whether the site is served over https.
    """

    hosts: tuple[str, ...]
    fragments: bool = False
    queries: bool = False
    is_secure: bool = True


class Job(NamedTuple):
    """A file to read.

    Attributes:
        key: its key.
        kind: ``html``, ``css``, ``xml``, ``manifest``, or empty for any other file.
        file: its path on this machine.
        charset: the charset that it is served with.
        is_compressed: whether CloudFront compresses it.
        bases: the paths that it is served at, from which its links are resolved.
        encoding: its Content-Encoding; empty if it is published as it is.
    """

    key: str
    kind: str
    file: str
    charset: str
    is_compressed: bool
    bases: tuple[str, ...]
    encoding: str = ""


class Content(NamedTuple):
    """What a file contains.

    Attributes:
        title: the title of a page.
        canonical: the path of its canonical link; empty if it has none inside of the site.
        links: each different target of its links once, after the letter of its kind.
        anchors: the ids of the page, if fragments are compared.
        styles, scripts, images: the paths that a first visit requests.
        sent: the bytes that are sent.
        unread: why the file was not read, as ``UnreadError`` says; empty if it was.
    """

    title: str = ""
    canonical: str = ""
    links: list[str] = []  # noqa: RUF012 - a default of a NamedTuple, which nothing changes
    anchors: list[str] = []  # noqa: RUF012 - the same
    styles: list[str] = []  # noqa: RUF012 - the same
    scripts: list[str] = []  # noqa: RUF012 - the same
    images: list[str] = []  # noqa: RUF012 - the same
    sent: int = 0
    unread: str = ""


def examine(job: Job, options: Options) -> Content:
    """Return what a file contains."""
    data = Path(job.file).read_bytes()
    sent = _gzip_size(data) if job.is_compressed else len(data)
    if job.kind == OTHER:
        return Content(sent=sent)
    try:
        return _content(decode(decompressed(data, job.encoding), job.charset), job, options)._replace(sent=sent)
    except UnreadError as error:
        return Content(sent=sent, unread=str(error))


def _content(text: str, job: Job, options: Options) -> Content:
    """Return what a text contains.

    Raises:
        UnreadError: it can't be parsed in a reasonable time.
    """
    if job.kind == HTML:
        return _page(text, job, options)
    found = {CSS: _css, XML: xml_links, MANIFEST: manifest_links}[job.kind](text)
    bases = [Base(frozenset(options.hosts), path) for path in job.bases]
    return Content(links=_targets(found, bases, options))


def decode(data: bytes, charset: str) -> str:
    """Return a text as a browser decodes it: https://encoding.spec.whatwg.org/#decode."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode(charset, "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _gzip_size(data: bytes) -> int:
    compressor = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_BITS)
    return len(compressor.compress(data)) + len(compressor.flush())


def _css(text: str) -> list[tuple[str, str]]:
    return [(RESOURCE, link) for link in css_links(text)]


def _page(text: str, job: Job, options: Options) -> Content:
    if is_nested_too_deep(text):
        raise UnreadError(f"they have more than {MOST_NESTED} elements inside each other")
    # Only a review parses pages.
    from hosting.review.page_content import page_content  # noqa: PLC0415 - imports selectolax

    page = page_content(text, anchors=options.fragments)
    hosts = frozenset(options.hosts)
    bases = [Base(hosts, path).with_base(page.base) for path in job.bases]
    canonical = bases[0].target(page.canonical) if page.canonical else None
    return Content(
        title=page.title,
        canonical=canonical.path if canonical else "",
        links=_targets(page.links, bases, options),
        anchors=sorted(page.anchors - {""}),
        styles=_paths(page.styles, bases[0]),
        scripts=_paths(page.scripts, bases[0]),
        images=_paths(page.images, bases[0]),
    )


def _targets(links: Iterable[tuple[str, str]], bases: list[Base], options: Options) -> list[str]:
    """Return the targets of links, after the letter of their kind."""
    found: dict[str, None] = {}
    for kind, link in dict.fromkeys(links):
        if options.is_secure and kind == RESOURCE and is_mixed_content(link):
            found[MIXED + link.strip()] = None
        for base in bases:
            target = base.target(link)
            # A page that is served for many paths has no path of its own, to which `#top` would lead.
            is_self = target is not None and target.path == base.path and (len(bases) > 1 or not options.fragments)
            if target is not None and not is_self:
                query = f"?{target.query}" if options.queries and target.query else ""
                fragment = f"#{target.fragment}" if options.fragments and target.fragment else ""
                found[kind + target.path + query + fragment] = None
    return list(found)


def _paths(links: Iterable[str], base: Base) -> list[str]:
    targets = (base.target(link) for link in links)
    return list(dict.fromkeys(target.path for target in targets if target is not None))
