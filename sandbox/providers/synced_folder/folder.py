"""The files of a folder as the official component lists them: glob `<path>/**/*`, with the types of npm's `mime`."""

import mimetypes
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

DEFAULT_TYPE = "text/plain"
# The types of npm's `mime` that Python's table does not have, or has differently.
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
# Python's built-in table, without the machine's files, so that every machine gives the same types.
_PYTHON_TYPES = mimetypes.MimeTypes(filenames=())


@dataclass(frozen=True)
class FolderFile:
    """One file.

    Attributes:
        path: where the engine reads it.
        key: its key in the bucket.
        content_type: its type.
    """

    path: str
    key: str
    content_type: str


def files_in(path: str, *, include_hidden: bool) -> Iterator[FolderFile]:
    """Yield the files of a folder in the order of their names; none if the folder does not exist.

    A file or folder is hidden if its name starts with a dot.
    """
    for folder, names, files in os.walk(path):
        names[:] = sorted(name for name in names if include_hidden or not name.startswith("."))
        for name in sorted(files):
            if include_hidden or not name.startswith("."):
                full = Path(folder, name)
                key = full.relative_to(path).as_posix()
                yield FolderFile(PurePosixPath(path, key).as_posix(), key, content_type(name))


def content_type(name: str) -> str:
    """Return the content type for a file name."""
    suffix = PurePosixPath(name.lower()).suffix
    return _TYPES.get(suffix) or _PYTHON_TYPES.types_map[True].get(suffix, DEFAULT_TYPE)
