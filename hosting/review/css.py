"""The links of a style sheet: `url()` and `@import`. Pure."""

from __future__ import annotations

import re

# https://www.w3.org/TR/css-syntax-3/#consume-url-token; a comment may be anywhere between two tokens, and a string may
# contain what looks like a comment.
_TOKEN = re.compile(
    r"""
      /\*.*?(?:\*/|\Z)
    | \burl\(\s*(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'|(?P<bare>(?:[^\s"'()\\]|\\.)+))\s*\)
    | @import\s+(?:"(?P<import_double>[^"]*)"|'(?P<import_single>[^']*)')
    | "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*'
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_CODE_POINTS, _SURROGATES = 0x110000, range(0xD800, 0xE000)
_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})\s?|(.))", re.DOTALL)


def css_links(text: str) -> list[str]:
    """Return the links of a style sheet or a style attribute, as they are written."""
    found = (next(filter(None, token.groups()), "") for token in _TOKEN.finditer(text))
    return [_ESCAPE.sub(_unescaped, link) for link in found if link]


def _unescaped(escape: re.Match[str]) -> str:
    """Return the character of an escape: https://www.w3.org/TR/css-syntax-3/#consume-escaped-code-point."""
    code = int(escape[1], 16) if escape[1] else 0
    is_character = 0 < code < _CODE_POINTS and code not in _SURROGATES
    return escape[2] or (chr(code) if is_character else "\ufffd")
