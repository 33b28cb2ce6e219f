"""The Content-Type of a file, by its name."""

from __future__ import annotations

import pytest

from hosting.publish.staging.content_types import content_type


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("old/PAGE.HTM", "text/html; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.mjs", "text/javascript; charset=utf-8"),
        ("a.js.map", "application/json; charset=utf-8"),
        ("data.json", "application/json; charset=utf-8"),
        ("site.webmanifest", "application/manifest+json; charset=utf-8"),
        ("sitemap.xml", "application/xml; charset=utf-8"),
        ("feed.rss", "application/rss+xml; charset=utf-8"),
        ("logo.svg", "image/svg+xml; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("README.md", "text/markdown; charset=utf-8"),
    ],
)
def test_text_is_utf_8(path: str, expected: str) -> None:
    """Text types have the charset UTF-8."""
    assert content_type(path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.wasm", "application/wasm"),
        ("a.png", "image/png"),
        ("photo.JPG", "image/jpeg"),
        ("a.webp", "image/webp"),
        ("a.avif", "image/avif"),
        ("favicon.ico", "image/x-icon"),
        ("a.woff2", "font/woff2"),
        ("a.mp4", "video/mp4"),
        ("a.pdf", "application/pdf"),
        ("a.tar.gz", "application/gzip"),
    ],
)
def test_bytes_have_no_charset(path: str, expected: str) -> None:
    """Other types have no charset."""
    assert content_type(path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".well-known/apple-app-site-association", "application/json; charset=utf-8"),
        (".well-known/api-catalog", "application/linkset+json; charset=utf-8"),
        ("LICENSE", "text/plain; charset=utf-8"),
    ],
)
def test_names_that_a_specification_defines(path: str, expected: str) -> None:
    """Some names without an extension have a type."""
    assert content_type(path) == expected


@pytest.mark.parametrize("path", ["data.xyz", "noextension", "png", "folder.css/binary", "trailing."])
def test_unknown_is_downloaded(path: str) -> None:
    """An unknown extension is bytes, not text; the name of the folder does not count."""
    assert content_type(path) == "application/octet-stream"
