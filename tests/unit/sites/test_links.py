from __future__ import annotations

import pytest

from sites.links import links_of, resolve

PAGE = """<html><head>
<base href="/guide/">
<link rel="stylesheet" href="a.css"><link rel="preconnect" href="https://fonts.example">
<style>body { background: url("b.png") }</style>
<script src=c.js></script>
</head><body style="background: url(d.png)">
<a href="e.html">e</a><a href="e.html">again</a>
<img srcset="f.png 1x, g.png 2x" src="f.png"><a name="no link"></a>
<p>url(not-a-link.png)</p>
</body></html>"""


def test_links_of_a_page() -> None:
    """Attributes, candidates of images and inline styles are links, each once; text and hints of hosts are not."""
    base, found = links_of(PAGE, "text/html; charset=utf-8")
    assert base == "/guide/"
    assert found == ["a.css", "b.png", "c.js", "d.png", "e.html", "f.png", "g.png"]


def test_links_of_a_style_sheet() -> None:
    """A style sheet has links to files and to other style sheets."""
    assert links_of("@import 'a.css'; h1 { background: url( 'b.png' ) }", "text/css") == ("", ["a.css", "b.png"])


def test_links_of_a_sitemap() -> None:
    """A sitemap's locations are links; other XML has none."""
    sitemap = "<urlset><url><loc> https://a.example/b/ </loc></url></urlset>"
    assert links_of(sitemap, "application/xml") == ("", ["https://a.example/b/"])
    assert links_of("<rss><link>https://a.example/</link></rss>", "application/xml") == ("", [])


def test_other_files_have_no_links() -> None:
    """A script's text is not searched."""
    assert links_of("location = 'a.html'", "text/javascript") == ("", [])


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("b.html#part", "/docs/b.html"),
        ("../c?d=e", "/c?d=e"),
        ("", "/docs/a.html"),
        ("https://own.example", "/"),
        ("https://other.example/a", None),
        ("mailto:a@own.example", None),
        ("data:image/png;base64,AAAA", None),
        ("http://[", None),
    ],
)
def test_where_a_link_leads(href: str, expected: str | None) -> None:
    """A link is a path on the site, or it leads elsewhere."""
    assert resolve(href, "http://127.0.0.1:1/docs/a.html", ("http://127.0.0.1:1", "https://own.example")) == expected
