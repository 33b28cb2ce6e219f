"""Remembered hashes: used only for files that can't have changed."""

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
    """Make every remembered hash a wrong one, so that its use can be seen."""
    file = page.parent / "hashes.json"
    file.write_text(file.read_text().replace(hashlib.sha256(b"hello").hexdigest(), "remembered"))


def test_small_and_large_files_are_hashed(page: Path) -> None:
    """The hash is SHA-256, whatever the size."""
    assert sha256(page) == hashlib.sha256(b"hello").hexdigest()
    large = bytes(3 << 20)
    page.write_bytes(large)
    assert sha256(page) == hashlib.sha256(large).hexdigest()


def test_untouched_file_is_not_read_again(page: Path) -> None:
    """A remembered hash is taken while nothing about the file differs, however many runs there are."""
    sha256(page)
    forged(page)
    assert sha256(page) == "remembered"
    assert sha256(page) == "remembered"


def test_same_size_and_time_are_not_enough(page: Path) -> None:
    """Other content of the same size, with the old modification time put back, is read."""
    sha256(page)
    forged(page)
    page.write_bytes(b"world")
    os.utime(page, LONG_AGO)
    assert sha256(page) == hashlib.sha256(b"world").hexdigest()


def test_replaced_file_is_read(page: Path) -> None:
    """Another file under the same name is not the one that was remembered."""
    sha256(page)
    forged(page)
    other = page.with_name("other")
    other.write_bytes(b"world")
    os.utime(other, LONG_AGO)
    other.replace(page)
    assert sha256(page) == hashlib.sha256(b"world").hexdigest()


def test_freshly_modified_file_is_not_remembered(page: Path) -> None:
    """A file that could change again within the same tick of the clock is read next time too."""
    os.utime(page)
    sha256(page)
    assert "page" not in (page.parent / "hashes.json").read_text().replace("remembered", "")


def test_what_was_not_asked_for_is_forgotten(page: Path) -> None:
    """The cache holds the files of the last run only."""
    sha256(page)
    HashCache(page.parent / "hashes.json").save()
    assert '"page"' not in (page.parent / "hashes.json").read_text()


@pytest.mark.parametrize("damaged", ["", "[]", "{}", '{"version": 0}', '{"version": 1, "files": {"page": [1]}}'])
def test_damaged_cache_is_an_empty_one(page: Path, damaged: str) -> None:
    """Whatever is in the cache's file, the hash is right."""
    (page.parent / "hashes.json").write_text(damaged)
    assert sha256(page) == hashlib.sha256(b"hello").hexdigest()


def test_file_that_changes_while_it_is_read_is_refused(page: Path) -> None:
    """A build that is still running is noticed."""
    before = page.stat()
    page.write_bytes(b"hello again")
    with pytest.raises(PublishError, match="'page' changed while it was read"):
        HashCache(page.parent / "hashes.json").sha256("page", str(page), before)


def test_file_that_vanishes_is_refused(page: Path) -> None:
    """A file that can't be read is named, with the system's reason."""
    before = page.stat()
    page.unlink()
    with pytest.raises(PublishError, match=r"'page' can't be read \(No such file"):
        HashCache(page.parent / "hashes.json").sha256("page", str(page), before)
