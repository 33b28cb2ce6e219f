"""The links of sitemaps, feeds and web manifests."""

from __future__ import annotations

import json

import pytest

from hosting.review.other_links import manifest_links, xml_links

A, R = "a", "r"


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (
            "<?xml?><urlset><url><loc> https://x.example/a?b&amp;c </loc></url></urlset>",
            [(A, "https://x.example/a?b&c")],
        ),
        (
            "<rss><link>/</link><item><link><![CDATA[/one]]></link><enclosure url='/a.mp3'/></item></rss>",
            [(A, "/"), (A, "/one"), (A, "/a.mp3")],
        ),
        ('<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="/feed.xml"/></feed>', [(A, "/feed.xml")]),
        ("<project><link>/no</link></project>", []),
    ],
)
def test_the_links_of_xml(text: str, links: list[tuple[str, str]]) -> None:
    """Only sitemaps and feeds have links of the site; entities and CDATA are decoded."""
    assert list(xml_links(text)) == links


def test_the_links_of_a_web_manifest() -> None:
    """The start page, the icons, the screenshots, and the shortcuts with their icons."""
    manifest = {
        "start_url": "/?pwa",
        "icons": [{"src": "i.png"}, {"src": 1}, "no"],
        "screenshots": [{"src": "s.png"}],
        "shortcuts": [{"url": "/new", "icons": [{"src": "n.png"}]}, {"name": "no"}],
    }
    found = [(A, "/?pwa"), (A, "/new"), (R, "n.png"), (R, "i.png"), (R, "s.png")]
    assert list(manifest_links(json.dumps(manifest))) == found


@pytest.mark.parametrize("text", ["{", "[]", '{"start_url": 1, "icons": 1}'])
def test_what_is_no_manifest_has_no_links(text: str) -> None:
    """A file that is not as the standard says is no mistake of links."""
    assert list(manifest_links(text)) == []


def test_a_lone_surrogate_in_a_web_manifest() -> None:
    """It is no character, so it is replaced; a pair is one character."""
    text = r'{"start_url": "/\ud83d", "icons": [{"src": "/\ud83d\ude00"}]}'
    assert list(manifest_links(text)) == [(A, "/\ufffd"), (R, "/\U0001f600")]
