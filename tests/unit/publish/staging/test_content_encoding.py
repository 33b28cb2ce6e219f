"""The Content-Encoding of a compressed file, and the Content-Type that goes with it."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, NamedTuple

import pytest

from hosting.errors import PublishError
from hosting.publish.staging.content_encoding import ContentEncoding
from hosting.publish.staging.content_types import content_type

if TYPE_CHECKING:
    from pathlib import Path


class Rule(NamedTuple):
    """A rule with the attributes of the setting."""

    pattern: str
    value: str


def headers(path: str, *rules: Rule) -> tuple[str, str | None]:
    """Return the type and the encoding of a file."""
    encoding = ContentEncoding(rules).value_for(path)
    return content_type(path, encoding), encoding


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("logo.svgz", ("image/svg+xml; charset=utf-8", "gzip")),
        ("Build/game.wasm.br", ("application/wasm", "br")),
        ("Build/game.wasm.gz", ("application/wasm", "gzip")),
        ("Build/game.data.gz", ("application/octet-stream", "gzip")),
        ("Build/game.data.br", ("application/octet-stream", "br")),
        ("Build/game.framework.js.gz", ("text/javascript; charset=utf-8", "gzip")),
        ("Build/game.symbols.json.br", ("application/json; charset=utf-8", "br")),
        ("app.JS.GZ", ("text/javascript; charset=utf-8", "gzip")),
        ("index.html.br", ("text/html; charset=utf-8", "br")),
    ],
)
def test_compressed_parts_of_an_app_are_decompressed_by_browsers(path: str, expected: tuple[str, str | None]) -> None:
    """Files that pages load have an encoding, and the type of their decompressed content."""
    assert headers(path) == expected


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("archive.tar.gz", "application/gzip"),
        ("archive.tgz", "application/gzip"),
        ("sitemap.xml.gz", "application/gzip"),
        ("data.csv.gz", "application/gzip"),
        ("archive.tar.br", "application/octet-stream"),
        ("app.js", "text/javascript; charset=utf-8"),
    ],
)
def test_downloads_and_plain_files_have_no_encoding(path: str, media_type: str) -> None:
    """A download arrives as it is, and so does what is not compressed."""
    assert headers(path) == (media_type, None)


def test_last_rule_decides() -> None:
    """A rule precedes the file's name; the last rule that matches the file or its folder decides, as for all rules."""
    rules = (Rule("*.json.gz", "gzip"), Rule("packed/", "br"), Rule("/raw/", "identity"), Rule("*.svgz", "identity"))
    assert headers("data/a.json.gz", *rules) == ("application/json; charset=utf-8", "gzip")
    assert headers("packed/a.json.gz", *rules) == ("application/json; charset=utf-8", "br")
    assert headers("packed/a.js", *rules) == ("text/javascript; charset=utf-8", "br")
    assert headers("raw/a.js.gz", *rules) == ("application/gzip", None)
    assert headers("logo.svgz", *rules) == ("image/svg+xml; charset=utf-8", None)


def test_pattern_that_matches_no_file_is_rejected() -> None:
    """The error names the setting."""
    with pytest.raises(PublishError, match=r"pulumi config set --path 'publish:contentEncoding\[0\]\.pattern'"):
        ContentEncoding([Rule("!*.js", "gzip")])


def test_file_that_is_not_gzip_data_is_rejected(tmp_path: Path) -> None:
    """The error has the commands that add a rule; gzip data, Brotli and files without an encoding are not rejected."""
    packed, plain = tmp_path / "packed", tmp_path / "plain"
    packed.write_bytes(gzip.compress(b"let a"))
    plain.write_text("let a")
    encodings = ContentEncoding([Rule("*.js", "gzip")])
    encodings.check("a.js", "gzip", str(packed))
    encodings.check("a.js", "br", str(plain))
    encodings.check("a.js", None, str(plain))
    with pytest.raises(PublishError) as raised:
        encodings.check("it's/a.js", "gzip", str(plain))
    assert str(raised.value).endswith(
        "it is not gzip data, so no browser could read it; nothing was deployed: compress it, or publish it as it is: "
        "pulumi config set --path 'publish:contentEncoding[1].pattern' '/it'\"'\"'s/a.js' && "
        "pulumi config set --path 'publish:contentEncoding[1].value' identity"
    )
