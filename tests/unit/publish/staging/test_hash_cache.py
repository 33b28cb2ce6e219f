"""The hash cache: used only for files that can't have changed."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from hosting.errors import PublishError
from hosting.publish.staging.hash_cache import HashCache

if TYPE_CHECKING:
    from pathlib import Path

LONG_AGO = (1_000_000_000, 1_000_000_000)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A file that was last modified long ago."""
    page = tmp_path / "page"
    page.write_bytes(b"hello")
    os.utime(page, LONG_AGO)
    return page


def sha256(page: Path) -> str:
    """Hash a page with the cache beside it, in a run of its own."""
    cache = HashCache(page.parent / "hashes.json")
    digest = cache.sha256("page", str(page), page.stat())
    cache.save()
    return digest


def forged(page: Path) -> None:
    """Replace each cached hash by a wrong one, so that a test can see its use."""
    file = page.parent / "hashes.json"
    file.write_text(file.read_text().replace(hashlib.sha256(b"hello").hexdigest(), "cached"))


def test_small_and_large_files_are_hashed(page: Path) -> None:
    """The hash is SHA-256, whatever the size."""
    assert sha256(page) == hashlib.sha256(b"hello").hexdigest()
    large = bytes(3 << 20)
    page.write_bytes(large)
    assert sha256(page) == hashlib.sha256(large).hexdigest()


def test_untouched_file_is_not_read_again(page: Path) -> None:
    """A cached hash is used as long as the file's status is unchanged, in any number of runs."""
    sha256(page)
    forged(page)
    assert sha256(page) == "cached"
    assert sha256(page) == "cached"


def test_same_size_and_time_are_not_enough(page: Path) -> None:
    """Other content of the same size with the old modification time is read."""
    sha256(page)
    forged(page)
    page.write_bytes(b"world")
    os.utime(page, LONG_AGO)
    assert sha256(page) == hashlib.sha256(b"world").hexdigest()


def test_replaced_file_is_read(page: Path) -> None:
    """Another file that replaces the cached one is read."""
    sha256(page)
    forged(page)
    other = page.with_name("other")
    other.write_bytes(b"world")
    os.utime(other, LONG_AGO)
    other.replace(page)
    assert sha256(page) == hashlib.sha256(b"world").hexdigest()


def test_freshly_modified_file_is_not_cached(page: Path) -> None:
    """A file that could change again with the same modification time is read in the next run too."""
    sha256(page)
    os.utime(page)
    sha256(page)
    assert '"page"' not in (page.parent / "hashes.json").read_text()


def test_the_cache_file_of_unchanged_files_is_not_written_again(page: Path) -> None:
    """A run in which no hash has changed leaves the cache file, and no other file beside it."""
    sha256(page)
    written = (page.parent / "hashes.json").stat().st_ino
    sha256(page)
    assert (page.parent / "hashes.json").stat().st_ino == written
    assert {file.name for file in page.parent.iterdir()} == {"page", "hashes.json"}


def test_unused_hashes_are_dropped(page: Path) -> None:
    """The cache file has the files of the last run only."""
    sha256(page)
    HashCache(page.parent / "hashes.json").save()
    assert '"page"' not in (page.parent / "hashes.json").read_text()


@pytest.mark.parametrize("damaged", ["", "[]", "{}", '{"version": 0}', '{"version": 1, "files": {"page": [1]}}'])
def test_damaged_cache_is_ignored(page: Path, damaged: str) -> None:
    """The hash is right whatever the cache file contains."""
    (page.parent / "hashes.json").write_text(damaged)
    assert sha256(page) == hashlib.sha256(b"hello").hexdigest()


def test_file_that_changes_while_it_is_read_is_refused(page: Path) -> None:
    """A file that a build is still writing is detected."""
    before = page.stat()
    page.write_bytes(b"hello again")
    with pytest.raises(PublishError, match="'page' changed while it was read"):
        HashCache(page.parent / "hashes.json").sha256("page", str(page), before)


def test_missing_file_is_refused(page: Path) -> None:
    """The message names the file and has the system's reason."""
    before = page.stat()
    page.unlink()
    with pytest.raises(PublishError, match=r"'page' can't be read \(No such file"):
        HashCache(page.parent / "hashes.json").sha256("page", str(page), before)
