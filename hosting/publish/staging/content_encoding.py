"""The Content-Encoding of files that are compressed before they are published, such as `game.wasm.br`.

S3 sends an object as it is stored. With this header a browser decompresses it, and CloudFront does not compress it
again: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.staging.file_rules import FileRules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.publish.staging.file_rules import FileRule

SETTING = "publish:contentEncoding"
# The value of the setting for a file that is sent without the header.
IDENTITY = "identity"
_GZIP = "gzip"
# https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1
_GZIP_MAGIC = b"\x1f\x8b"

# By the end of the name; the first that matches decides. `.gz` is a download, unless it is a part of an app that a page
# loads: a script, a style sheet, or a file of Unity's or Godot's.
# https://docs.unity3d.com/Manual/webgl-deploying.html, https://docs.godotengine.org/en/stable/tutorials/export/exporting_for_web.html
# https://www.w3.org/TR/SVG2/conform.html#ConformingSVGServers
_BY_ENDING = (
    (".svgz", _GZIP),
    ((".js.gz", ".mjs.gz", ".css.gz", ".wasm.gz", ".data.gz", ".symbols.json.gz", ".pck.gz"), _GZIP),
    (".tar.br", None),
    (".br", "br"),
)


class ContentEncoding:
    """The rules of one stack, which precede the file names' own encodings."""

    def __init__(self, rules: Sequence[FileRule] = ()) -> None:
        """Compile ``rules``.

        Raises:
            PublishError: a pattern matches no file.
        """
        self._rules = FileRules(SETTING, rules)

    def value_for(self, path: str) -> str | None:
        """Return the header of the file ``path``, None if it has none."""
        value = self._rules.value(path) if self._rules else None
        if value is not None:
            return None if value == IDENTITY else value
        name = path.lower()
        return next((encoding for ending, encoding in _BY_ENDING if name.endswith(ending)), None)

    def check(self, path: str, encoding: str | None, file: str) -> None:
        """Check that a file has the encoding that its header says; Brotli has no mark to check.

        Raises:
            PublishError: it is not gzip data, so no browser could read it.
        """
        if encoding != _GZIP:
            return
        with Path(file).open("rb") as content:
            if content.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC:
                return
        key = f"{SETTING}[{len(self._rules)}]"
        raise PublishError(
            f"'{path}' would be published with 'Content-Encoding: gzip', but it is not gzip data, so no browser could "
            f"read it; nothing was deployed: compress it, or publish it as it is: pulumi config set --path "
            f"'{key}.pattern' {shlex.quote('/' + path)} && pulumi config set --path '{key}.value' {IDENTITY}"
        )
