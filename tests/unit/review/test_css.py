"""The links of a style sheet."""

from __future__ import annotations

import pytest

from hosting.review.css import css_links


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (
            "a { background: url(/a.png) } b { background: URL( 'b.png' ) } c { src: url(\"c.woff2\") }",
            ["/a.png", "b.png", "c.woff2"],
        ),
        ("@import 'one.css'; @import \"two.css\" print; @import url(three.css);", ["one.css", "two.css", "three.css"]),
        ("/* url(no.png) */ a { content: 'url(no.png)'; background: url(yes.png) } /* open", ["yes.png"]),
        (
            r"a { background: url(a\ b.png); mask: url('\41 .png'); cursor: url('\0.png') }",
            ["a b.png", "A.png", "\ufffd.png"],
        ),
        (r"a { background: url('\d83d.png') }", ["\ufffd.png"]),
        ("a { background: url() }", []),
    ],
)
def test_the_links_of_a_style_sheet(text: str, links: list[str]) -> None:
    """`url()` and `@import` in each form, without those in comments and strings; escapes are decoded."""
    assert css_links(text) == links
