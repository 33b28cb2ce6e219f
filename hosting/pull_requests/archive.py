"""Unpacks the artifact of a pull request, which anyone may have made."""

from __future__ import annotations

import lzma
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.errors import HostingError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# A step of a path that Linux, macOS and Windows take for the name of a file, and nothing else.
_STEP = re.compile(r"(?!\.{1,2}$)[^/\\\x00-\x1f\x7f]+")
_LONGEST_STEP_BYTES = 255
_ENCRYPTED = 0x1
_BLOCK_BYTES = 1 << 20
# What zipfile and the libraries for its kinds of compression raise.
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, UnicodeDecodeError),
    *(EOFError, NotImplementedError, OSError, RuntimeError),
)


@dataclass(frozen=True)
class Limits:
    """The size of an artifact that is unpacked.

    Attributes:
        files: the number of its files.
        bytes: their size when unpacked.
    """

    files: int = 50_000
    bytes: int = 2 << 30


def unpack(archive: Path, folder: Path, limits: Limits | None = None) -> int:
    """Unpack a ZIP archive into a new folder, and return the number of files.

    Raises:
        HostingError: the archive is damaged, exceeds a limit, or has something else than files with plain paths; the
            folder may then have a part of it.
    """
    limits = limits or Limits()
    try:
        with zipfile.ZipFile(archive) as opened:
            files = _checked(opened.infolist(), limits)
            folder.mkdir(parents=True)
            left = limits.bytes
            for entry in files:
                left = _write(opened, entry, folder, left)
    except _DAMAGED as error:
        raise _refusal(f"cannot be unpacked ({error})") from error
    return len(files)


def _checked(entries: list[zipfile.ZipInfo], limits: Limits) -> list[zipfile.ZipInfo]:
    """Return the files among the entries."""
    if len(entries) > limits.files:
        raise _refusal(f"has {len(entries)} files, more than {limits.files}")
    for entry in entries:
        _check_entry(entry)
    files = [entry for entry in entries if not entry.is_dir()]
    size = sum(entry.file_size for entry in files)
    if size > limits.bytes:
        raise _refusal(f"has {size} bytes, more than {limits.bytes}")
    _check_paths(entry.filename for entry in files)
    return files


def _check_entry(entry: zipfile.ZipInfo) -> None:
    # zipfile cuts a name off at a NUL, and orig_filename has all of it.
    steps = entry.orig_filename.removesuffix("/").split("/")
    if not all(_STEP.fullmatch(step) and len(step.encode()) <= _LONGEST_STEP_BYTES for step in steps):
        raise _refusal(f"has the path {entry.orig_filename!r}, which is not one below a folder")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    # Programs on Windows write no kind.
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise _refusal(f"has {entry.filename!r}, which is a link or a device")
    if entry.flag_bits & _ENCRYPTED:
        raise _refusal(f"has {entry.filename!r}, which is encrypted")


def _check_paths(paths: Iterable[str]) -> None:
    """Refuse two files of one path, and a file in place of a folder."""
    seen: set[str] = set()
    folders: set[str] = set()
    for path in paths:
        if path in seen:
            raise _refusal(f"has {path!r} twice")
        seen.add(path)
        steps = path.split("/")[:-1]
        folders.update("/".join(steps[: count + 1]) for count in range(len(steps)))
    both = sorted(seen & folders)
    if both:
        raise _refusal(f"has {both[0]!r} as a file and as a folder")


def _write(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, left: int) -> int:
    """Write one file, whose size the archive may understate; return how many bytes are left."""
    target = folder / entry.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    with opened.open(entry) as source, target.open("xb") as file:
        while block := source.read(_BLOCK_BYTES):
            left -= len(block)
            if left < 0:
                raise _refusal("has more bytes than it says")
            file.write(block)
    return left


def _refusal(problem: str) -> HostingError:
    return HostingError(
        f"The artifact of the pull request {problem}; nothing was published: run the build of the pull request again"
    )
