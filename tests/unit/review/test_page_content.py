"""What an HTML page contains for the review."""

from __future__ import annotations

import pytest

from hosting.review.link_attributes import srcset_urls
from hosting.review.page_content import page_content

A, R = "a", "r"


@pytest.mark.parametrize(
    ("html", "links"),
    [
        ('<a href="/x">x</a><a>no</a><area href="y"><a href="">', [(A, "/x"), (A, "y")]),
        (
            '<img src="a.png" srcset="b.png 2x, c.png 3x"><script src="s.js"></script>',
            [(R, "a.png"), (R, "b.png"), (R, "c.png"), (R, "s.js")],
        ),
        ('<video src="v.mp4" poster="p.png"><track src="t.vtt"></video>', [(R, "v.mp4"), (R, "p.png"), (R, "t.vtt")]),
        ('<iframe src="i.html"></iframe><object data="o.pdf"></object>', [(R, "i.html"), (R, "o.pdf")]),
        ('<svg><use href="s.svg#a"/><use xlink:href="t.svg#b"/></svg>', [(R, "s.svg#a"), (R, "t.svg#b")]),
        (
            '<link rel=stylesheet href="s.css"><link rel="preconnect" href="/no"><link rel="dns-prefetch" href="/no">',
            [(R, "s.css")],
        ),
        (
            '<link rel=preload as=image href="p.png" imagesrcset="q.png 2x"><link rel=preload imagesrcset="r.png 2x">',
            [(R, "p.png"), (R, "q.png"), (R, "r.png")],
        ),
        (
            '<link rel="sitemap" href="/s.xml"><link itemprop=url href="/i"><link rel=next>',
            [(A, "/s.xml"), (A, "/i")],
        ),
        (
            '<link rel=amphtml href="/amp/"><link rel="alternate stylesheet" href="t.css">',
            [(A, "/amp/"), (R, "t.css")],
        ),
        ('<link rel=canonical href="/c"><link rel="alternate" href="/feed.xml">', [(A, "/c"), (A, "/feed.xml")]),
        ('<meta http-equiv="refresh" content="0; URL=\'/next\'"><meta http-equiv=refresh content="5">', [(A, "/next")]),
        ('<meta property="og:image" content="/og.png"><meta name="description" content="/no">', [(R, "/og.png")]),
        (
            "<style>b { background: url(b.png) }</style><p style=\"background: url('p.png')\">",
            [(R, "b.png"), (R, "p.png")],
        ),
        ('<template><a href="/no">x</a></template><script>"<a href=/no>"</script>', []),
        (
            '<a href="/x" data-review-ignore>x</a><div data-review-ignore><img src="/no.png"></div><a href="/y">',
            [(A, "/y")],
        ),
        ('<html data-review-ignore><a href="/x">x</a>', []),
        ('<div data-review-ignore><p data-review-ignore><a href="/x">x</a></p></div><a href="/y">', [(A, "/y")]),
    ],
)
def test_the_links_of_a_page(html: str, links: list[tuple[str, str]]) -> None:
    """Each attribute that is a link, with its kind; scripts' text, templates and ignored elements have none."""
    assert page_content(html).links == links


def test_title_canonical_and_base() -> None:
    """The first of each counts, and white space in a title is one space."""
    html = '<base href="/b/"><base href="/c/"><title>One\n two</title><svg><title>no</title></svg>'
    html += '<link rel=canonical href="/c">'
    page = page_content(html)
    assert (page.title, page.canonical, page.base) == ("One two", "/c", "/b/")
    assert page_content("").title == ""


def test_anchors_are_ids_and_names_of_links() -> None:
    """They are collected only if fragments are compared."""
    html = '<h1 id="one">1</h1><a name="two">2</a><input name="no">'
    assert page_content(html, anchors=True).anchors == {"one", "two"}
    assert page_content(html).anchors == set()


def test_what_a_first_visit_requests() -> None:
    """Style sheets, scripts and images, without what a browser may leave out or chooses by its window.

    What is left out has links all the same.
    """
    html = """
      <link rel=stylesheet href=s.css><link rel="alternate stylesheet" href=no.css><link rel=modulepreload href=m.js>
      <script src=a.js></script><script nomodule src=no.js></script><script>1</script>
      <img src=a.png><img src=no.png loading=lazy><img src=no2.png srcset="b.png 2x"><img alt="">
      <picture><img src=no3.png></picture>
      <script type="text/plain" src=no2.js></script><script type=" Module" src=b.js></script>
      <noscript><link rel=stylesheet href=no2.css><p><img src=no4.png></p></noscript>
    """
    page = page_content(html)
    assert (page.styles, page.scripts, page.images) == (["s.css"], ["m.js", "a.js", "b.js"], ["a.png"])
    assert {(R, "no2.css"), (R, "no4.png"), (R, "no2.js")} <= {*page.links}


def test_an_image_that_is_there_with_and_without_scripts() -> None:
    """A first visit requests it, though the same URL is in a `noscript` too."""
    page = page_content("<p><noscript><img src=a.png></noscript><img src=a.png><noscript><img src=b.png></noscript>")
    assert page.images == ["a.png"]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("a.png", ["a.png"]),
        (" a,b.png 1x , c.png 2x", ["a,b.png", "c.png"]),
        ("a.png, b.png 2x,c.png 3x", ["a.png", "b.png", "c.png"]),
        ("a.png (1x, 2x), b.png", ["a.png", "b.png"]),
        ("", []),
    ],
)
def test_a_srcset_by_the_standard(text: str, urls: list[str]) -> None:
    """A URL may contain commas; a comma at its end, or after its descriptors, ends the candidate."""
    assert list(srcset_urls(text)) == urls
