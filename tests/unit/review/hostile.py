"""Titles and paths that try to be something else than text."""

from __future__ import annotations

from hosting.review.result import KINDS, Finding, PageWeight, ReviewResult, Weight

HOSTILE = (
    "<script>document.title = 'owned'</script>",
    '"><img src=x onerror="document.title = \'owned\'">',
    "' onmouseover='document.title = 1' x='",
    "</code></bdi></td></tr></table><h1>owned</h1>",
    "</style></script><script>document.title = 'owned'</script>",
    "<!-- ",
    "]]><svg onload=document.title=1>",
    "javascript:document.title=1",
    "&lt;b&gt; &amp; &#60;script&#62;",
    "\u202eevil\u202c \u2066x",
    "nul \0, half a character \ud800, line\nbreak\ttab",
    "{{7*7}} ${7*7} `x`",
)


def hostile_result(text: str) -> ReviewResult:
    """Return a result with a text everywhere."""
    findings = tuple(Finding(kind, f"/{text}", text, f"/page{text}", 2, text) for kind in KINDS)
    weights = (PageWeight(f"/{text}", Weight(10, 1), Weight(5, 1)), PageWeight(f"/b{text}", Weight(20, 2)))
    return ReviewResult("d", text, findings=findings, rule_changes=(text,), weights=weights, notes=(text,))
