"""Which attributes of HTML are links, as tables.

https://html.spec.whatwg.org/multipage/indices.html#attributes-3 lists them with their elements.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# The kinds of links: those that a visitor follows, and those that a page requests itself.
PAGE_LINK, RESOURCE = "a", "r"

LINK_ATTRIBUTES: dict[str, tuple[tuple[str, str], ...]] = {
    "a": (("href", PAGE_LINK), ("xlink:href", PAGE_LINK)),
    "area": (("href", PAGE_LINK),),
    "audio": (("src", RESOURCE),),
    "embed": (("src", RESOURCE),),
    "frame": (("src", RESOURCE),),
    "iframe": (("src", RESOURCE),),
    "image": (("href", RESOURCE), ("xlink:href", RESOURCE)),
    "img": (("src", RESOURCE), ("srcset", RESOURCE)),
    "input": (("src", RESOURCE),),
    "object": (("data", RESOURCE),),
    "script": (("src", RESOURCE),),
    "source": (("src", RESOURCE), ("srcset", RESOURCE)),
    "track": (("src", RESOURCE),),
    "use": (("href", RESOURCE), ("xlink:href", RESOURCE)),
    "video": (("src", RESOURCE), ("poster", RESOURCE)),
}
# https://html.spec.whatwg.org/multipage/links.html#linkTypes
RESOURCE_RELS = frozenset(
    {
        *("stylesheet", "icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon", "manifest"),
        *("preload", "modulepreload", "prefetch"),
    }
)
# What a browser runs, without rare names.
# https://html.spec.whatwg.org/multipage/scripting.html#prepare-the-script-element
SCRIPT_TYPES = frozenset({"", "module", "text/javascript", "application/javascript", "application/x-javascript"})
# They name a host, not a file.
IGNORED_RELS = frozenset({"preconnect", "dns-prefetch"})
# https://ogp.me/#structured and https://developer.x.com/en/docs/x-for-websites/cards/overview/markup
META_LINKS = frozenset({"og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"})

_NOT_BLANK = re.compile(r"[^\t\n\f\r ,][^\t\n\f\r ]*")
_DESCRIPTORS = re.compile(r"(?:\([^)]*\)?|[^,(])*")


def srcset_urls(text: str) -> Iterator[str]:
    """Yield the URLs of a `srcset`: a URL may contain commas, and a comma at its end ends the candidate.

    https://html.spec.whatwg.org/multipage/images.html#parse-a-srcset-attribute
    """
    position = 0
    while found := _NOT_BLANK.search(text, position):
        url, position = found[0], found.end()
        if not url.endswith(","):
            descriptors = _DESCRIPTORS.match(text, position)
            position = descriptors.end() if descriptors else position
        yield url.rstrip(",")
