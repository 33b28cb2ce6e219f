"""Files that are compressed before they are published, and a visitor that decompresses them as a browser does."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.harness import Project

# Long enough for CloudFront to compress it.
TEXT = "static hosting " * 100
# Each file with the Content-Type and the Content-Encoding that visitors get.
FILES = {
    "packed/game.wasm.br": ("application/wasm", "br"),
    "packed/game.data.gz": ("application/octet-stream", "gzip"),
    "packed/app.js.gz": ("text/javascript; charset=utf-8", "gzip"),
    "packed/logo.svgz": ("image/svg+xml; charset=utf-8", "gzip"),
    "packed/table.json.gz": ("application/json; charset=utf-8", "gzip"),
    "packed/archive.tar.gz": ("application/gzip", None),
}
# fetch() of Node sends Accept-Encoding and decompresses as browsers do.
_COMPRESS = """
const zlib = require("node:zlib"), fs = require("node:fs");
const [text, ...files] = process.argv.slice(1);
for (const file of files) {
  fs.writeFileSync(file, file.endsWith(".br") ? zlib.brotliCompressSync(text) : zlib.gzipSync(text));
}
"""
_VISIT = """
Promise.all(process.argv.slice(1).map(async (url) => {
  const reply = await fetch(url), body = Buffer.from(await reply.arrayBuffer());
  return [reply.headers.get("content-type"), reply.headers.get("content-encoding"), body.toString("latin1")];
})).then((replies) => console.log(JSON.stringify(replies)));
"""


def write_compressed(project: Project, folder: str) -> None:
    """Write the files, and set the rule that one of them needs."""
    (project.path / folder / "packed").mkdir(parents=True, exist_ok=True)
    _node(_COMPRESS, TEXT, *(str(project.path / folder / name) for name in FILES))
    project.config("publish:contentEncoding", [{"pattern": "*.json.gz", "value": "gzip"}])


def check_compressed(project: Project, folder: str) -> None:
    """Check that a browser has the decompressed content of each file, and a download as it is."""
    url = project.url().rstrip("/")
    replies = json.loads(_node(_VISIT, *(f"{url}/{name}" for name in FILES)))
    download = (project.path / folder / "packed/archive.tar.gz").read_bytes().decode("latin-1")
    for (name, headers), (media_type, encoding, body) in zip(FILES.items(), replies, strict=True):
        assert (name, media_type, encoding) == (name, *headers)
        assert body == (TEXT if encoding else download)
    # S3 does not look at what a visitor accepts.
    plain = project.get("/packed/game.wasm.br", headers={"Accept-Encoding": "identity"})
    assert plain.headers["content-encoding"] == "br"
    assert plain.body == (project.path / folder / "packed/game.wasm.br").read_bytes()


def _node(script: str, *arguments: str) -> str:
    return subprocess.run(
        ["node", "-e", script, *arguments], check=True, capture_output=True, text=True, timeout=60
    ).stdout
