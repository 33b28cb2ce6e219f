"""Artifacts of pull requests, which anyone may have made: what is unpacked, and what is refused."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest

from hosting.errors import HostingError
from hosting.pull_requests.archive import Limits, unpack

if TYPE_CHECKING:
    from pathlib import Path


def archive(folder: Path, *entries: tuple[zipfile.ZipInfo | str, str]) -> Path:
    """Return an archive of names or entries, with their contents."""
    file = folder / "artifact.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, text in entries:
            opened.writestr(name, text)
    return file


def entry(name: str, *, mode: int = 0) -> zipfile.ZipInfo:
    """Return an entry with a kind of file."""
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def files_in(folder: Path) -> dict[str, str]:
    """Return the files below a folder, path to content."""
    return {file.relative_to(folder).as_posix(): file.read_text() for file in folder.rglob("*") if file.is_file()}


def test_a_site_is_unpacked(tmp_path: Path) -> None:
    """Files, hidden ones too, arrive with their paths; no kind, a regular file and a folder are all right."""
    file = archive(
        tmp_path,
        ("index.html", "home"),
        ("docs/", ""),
        (entry("docs/a b+ä.html", mode=stat.S_IFREG | 0o777), "docs"),
        (entry("docs/deep/", mode=stat.S_IFDIR | 0o755), ""),
        (".well-known/x..y", "dots"),
    )
    assert unpack(file, tmp_path / "site") == 3
    found = {"index.html": "home", "docs/a b+ä.html": "docs", ".well-known/x..y": "dots"}
    assert files_in(tmp_path / "site") == found
    assert (tmp_path / "site/docs/a b+ä.html").stat().st_mode & 0o111 == 0


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/evil",
        "docs/../../evil",
        "docs/./evil",
        "docs//evil",
        "..",
        "..\\evil",
        "C:\\evil",
        "line\nbreak",
        "del\x7f",
        "x" * 256,
        "ä" * 128,
        "../folder/",
    ],
)
def test_a_path_outside_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is written, also of the files before it."""
    file = archive(tmp_path, ("index.html", "home"), (name, ""))
    with pytest.raises(HostingError, match="which is not one below a folder; nothing was published"):
        unpack(file, tmp_path / "site")
    assert [found.name for found in tmp_path.iterdir()] == ["artifact.zip"]


@pytest.mark.parametrize("name", [b"index.html\0.png", b"\0ndex.html!.png"])
def test_a_name_with_a_nul_is_refused(tmp_path: Path, name: bytes) -> None:
    """Python cuts a name off at a NUL, which may leave nothing; the whole name counts."""
    file = archive(tmp_path, ("index.html!.png", "x"))
    file.write_bytes(file.read_bytes().replace(b"index.html!.png", name))
    with pytest.raises(HostingError, match="which is not one below a folder"):
        unpack(file, tmp_path / "site")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_a_link_or_a_device_is_refused(tmp_path: Path, kind: int) -> None:
    """A link could lead out of the folder."""
    file = archive(tmp_path, (entry("link", mode=kind | 0o777), "/etc"), ("link/passwd", "x"))
    with pytest.raises(HostingError, match="'link', which is a link or a device"):
        unpack(file, tmp_path / "site")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_path_are_refused(tmp_path: Path) -> None:
    """Twice the same file, or a file where another one needs a folder."""
    with pytest.raises(HostingError, match="has 'a' twice"):
        unpack(archive(tmp_path, ("a", "1"), ("a", "2")), tmp_path / "site")
    with pytest.raises(HostingError, match="has 'a/b' as a file and as a folder"):
        unpack(archive(tmp_path, ("a/b", "1"), ("a/b/c", "2")), tmp_path / "site")


def test_limits(tmp_path: Path) -> None:
    """The number of files and their size are limited before anything is written."""
    file = archive(tmp_path, ("a", "12345"), ("b", "12345"))
    with pytest.raises(HostingError, match="has 2 files, more than 1"):
        unpack(file, tmp_path / "site", Limits(files=1))
    with pytest.raises(HostingError, match="has 10 bytes, more than 9"):
        unpack(file, tmp_path / "site", Limits(bytes=9))
    assert not (tmp_path / "site").exists()
    assert unpack(file, tmp_path / "site", Limits(files=2, bytes=10)) == 2


def test_an_archive_that_understates_its_size(tmp_path: Path) -> None:
    """A file that is larger than its entry says is not written on."""
    file = archive(tmp_path, ("bomb", "0" * 5_000_000))
    data = file.read_bytes().replace(struct.pack("<L", 5_000_000), struct.pack("<L", 10))
    file.write_bytes(data)
    with pytest.raises(HostingError, match="artifact of the pull request"):
        unpack(file, tmp_path / "site")
    written = tmp_path / "site/bomb"
    assert not written.exists() or written.stat().st_size <= 10


def test_more_bytes_than_the_entries_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes are counted as they are written, whatever the reader of archives does."""

    def opened(*_: object) -> io.BytesIO:
        return io.BytesIO(b"0" * 100)

    monkeypatch.setattr(zipfile.ZipFile, "open", opened)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as written:
        monkeypatch.undo()
        written.writestr("bomb", "0" * 10)
    (tmp_path / "artifact.zip").write_bytes(buffer.getvalue())
    monkeypatch.setattr(zipfile.ZipFile, "open", opened)
    with pytest.raises(HostingError, match="has more bytes than it says"):
        unpack(tmp_path / "artifact.zip", tmp_path / "site", Limits(bytes=50))


def test_what_is_not_an_archive(tmp_path: Path) -> None:
    """Damage, encryption and an existing folder are sentences, and never a traceback."""
    file = tmp_path / "artifact.zip"
    file.write_bytes(b"no archive")
    with pytest.raises(HostingError, match=r"cannot be unpacked .* run the build of the pull request again"):
        unpack(file, tmp_path / "site")
    secret = archive(tmp_path, ("index.html", "x"))
    data = bytearray(secret.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    secret.write_bytes(data)
    with pytest.raises(HostingError, match=r"'index.html', which is encrypted"):
        unpack(secret, tmp_path / "site")
    (tmp_path / "site").mkdir()
    with pytest.raises(HostingError, match=r"cannot be unpacked .*File exists"):
        unpack(archive(tmp_path, ("index.html", "x")), tmp_path / "site")


def test_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    """A name that the archive declares as UTF-8 and is not is a refusal."""
    file = archive(tmp_path, ("ä.html", "home"))
    file.write_bytes(file.read_bytes().replace("ä".encode(), b"\xff\xff"))
    with pytest.raises(HostingError, match=r"cannot be unpacked .*utf-8"):
        unpack(file, tmp_path / "site")


def test_a_damaged_file_of_lzma(tmp_path: Path) -> None:
    """Errors of each kind of compression are a refusal."""
    file = tmp_path / "artifact.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as opened:
        opened.writestr("a", "home" * 1000)
    data = bytearray(file.read_bytes())
    # The properties of LZMA come after the header of 30 bytes, the name, and 4 bytes.
    data[35] = 0xFF
    file.write_bytes(data)
    with pytest.raises(HostingError, match="cannot be unpacked"):
        unpack(file, tmp_path / "site")
