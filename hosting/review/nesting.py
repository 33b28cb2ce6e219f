"""How deep the elements of a page are nested: the parser takes quadratic time for deep ones. Pure."""

from __future__ import annotations

import re
from collections import Counter

# Browsers nest elements no deeper:
# https://chromium.googlesource.com/chromium/src/+/main/third_party/blink/renderer/core/html/parser/html_construction_site.cc
MOST_NESTED = 512
# The parser takes less than a second for a page with fewer tags, however deep they are nested.
_FEW_TAGS = 10_000
# What HTML reads as text ends at its end tag, or else at the end of the page.
_TAG = re.compile(
    r"<!--(?>.*?-->|.*)|<(?:(?P<text>script|style|textarea|title)\b(?>.*?</(?P=text)\b|.*)"
    r"|(?P<end>/?)(?P<name>[a-z][^\s<>/]*+)(?P<rest>[^<>]*+))",
    re.IGNORECASE | re.DOTALL,
)
# Elements without content, and those that the next one of their kind ends:
# https://html.spec.whatwg.org/multipage/syntax.html#void-elements and #optional-tags
_NOT_NESTED = frozenset(
    """
    area base br col embed hr img input link meta param source track wbr
    a body button caption colgroup dd dt head html li nobr optgroup option p rb rp rt rtc tbody td tfoot th thead tr
    """.split()  # noqa: SIM905 - a string of words is easier to read
)
# Inside of these, `<path/>` has no content.
_XML = ("svg", "math")


def is_nested_too_deep(text: str) -> bool:
    """Whether a page has more than ``MOST_NESTED`` elements inside each other, by its tags."""
    if text.count("<") < _FEW_TAGS:
        return False
    nested: Counter[str] = Counter()
    depth = 0
    for tag in _TAG.finditer(text):
        name = (tag["name"] or "").lower()
        if not name or name in _NOT_NESTED:
            continue
        if not tag["end"]:
            is_empty = tag["rest"].endswith("/") and any(nested[each] for each in _XML)
            step = 0 if is_empty else 1
        else:
            step = -1 if nested[name] else 0
        nested[name] += step
        depth += step
        if depth > MOST_NESTED:
            return True
    return False
