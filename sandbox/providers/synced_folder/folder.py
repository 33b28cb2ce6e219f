"""The files of a folder, as the real component sees them: glob `<path>/**/*`, and the `mime` package's types."""

import mimetypes
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

DEFAULT_TYPE = "text/plain"
# Where npm's `mime` differs from Python's table, or knows what that doesn't.
_TYPES = {
    ".avif": "image/avif",
    ".cjs": "application/node",
    ".eot": "application/vnd.ms-fontobject",
    ".gz": "application/gzip",
    ".jpg": "image/jpeg",
    ".js": "application/javascript",
    ".map": "application/json",
    ".md": "text/markdown",
    ".mjs": "application/javascript",
    ".otf": "font/otf",
    ".ttf": "font/ttf",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
# Python's own table and no file of the machine's, so that every machine answers the same.
_PYTHON_TYPES = mimetypes.MimeTypes(filenames=())


@dataclass(frozen=True)
class FolderFile:
    """One file: where it is for the engine, and what it is called in the bucket."""

    path: str
    key: str
    content_type: str


def files_in(path: str, *, include_hidden: bool) -> Iterator[FolderFile]:
    """The files under `path` in the order of their names; none if there is no such folder.

    A name that starts with a dot, of a file or of a folder, is hidden.
    """
    for folder, names, files in os.walk(path):
        names[:] = sorted(name for name in names if include_hidden or not name.startswith("."))
        for name in sorted(files):
            if include_hidden or not name.startswith("."):
                full = Path(folder, name)
                key = full.relative_to(path).as_posix()
                yield FolderFile(PurePosixPath(path, key).as_posix(), key, content_type(name))


def content_type(name: str) -> str:
    """The type that a file's name says it has."""
    suffix = PurePosixPath(name.lower()).suffix
    return _TYPES.get(suffix) or _PYTHON_TYPES.types_map[True].get(suffix, DEFAULT_TYPE)
