"""The Content-Type of a file, by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from hosting.publish.staging import content_types
from hosting.publish.staging.content_types import content_type

LIST = Path(content_types.__file__).with_name("media_types.tsv")


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
        ("apple-app-site-association", "application/json; charset=utf-8"),
        (".well-known/api-catalog", "application/linkset+json; charset=utf-8"),
        (".well-known/matrix/server", "application/json; charset=utf-8"),
        (".well-known/openid-configuration", "application/json; charset=utf-8"),
        ("tenant/.well-known/openid-configuration", "application/json; charset=utf-8"),
        (".well-known/webfinger", "application/jrd+json; charset=utf-8"),
        (".well-known/host-meta", "application/xrd+xml; charset=utf-8"),
        (".well-known/security.txt", "text/plain; charset=utf-8"),
        ("feed", "application/xml; charset=utf-8"),
        ("blog/atom", "application/atom+xml; charset=utf-8"),
        ("LICENSE", "text/plain; charset=utf-8"),
        ("docs/README", "text/plain; charset=utf-8"),
    ],
)
def test_names_without_an_extension(path: str, expected: str) -> None:
    """Some names without an extension have a type, and so have those that specifications put below `.well-known`."""
    assert content_type(path) == expected


@pytest.mark.parametrize(
    ("extension", "expected"),
    [
        ("usdz", "model/vnd.usdz+zip"),
        ("pkpass", "application/vnd.apple.pkpass"),
        ("mobileconfig", "application/x-apple-aspen-config"),
        ("kml", "application/vnd.google-earth.kml+xml; charset=utf-8"),
        ("mkv", "video/x-matroska"),
        ("3gp", "video/3gpp"),
        ("m4s", "video/iso.segment"),
        ("xht", "application/xhtml+xml; charset=utf-8"),
        ("srt", "application/x-subrip; charset=utf-8"),
        ("ttml", "application/ttml+xml; charset=utf-8"),
        ("ts", "video/mp2t"),
        ("mp4", "video/mp4"),
    ],
)
def test_types_of_the_list_and_of_the_program(extension: str, expected: str) -> None:
    """The type comes from the list of IANA and Apache, and where that has none or two, from the program."""
    assert content_type(f"file.{extension}") == expected


def test_list_has_each_extension_once() -> None:
    """The list is ordered by type, no extension has two types in it, and the program repeats none of its rows."""
    rows = [line.split("\t") for line in LIST.read_text().splitlines() if not line.startswith("#")]
    types = {extension: media_type for media_type, extensions in rows for extension in extensions.split()}
    assert len(types) == sum(len(extensions.split()) for _, extensions in rows) > 1000
    assert rows == sorted(rows)
    assert not types.items() & content_types._BY_EXTENSION.items()


@pytest.mark.parametrize(
    "path",
    ["data.unknown", "noextension", "png", "folder.css/binary", "trailing.", "x.well-known/webauthn", "webauthn"],
)
def test_unknown_is_downloaded(path: str) -> None:
    """An unknown extension is bytes, not text; the name of the folder does not count."""
    assert content_type(path) == "application/octet-stream"
