"""Files that bulk mode can't publish are refused before anything is deployed."""

from __future__ import annotations

import pytest

from hosting.errors import PublishError
from hosting.publish.bulk.key_checks import check_keys
from hosting.publish.staging.manifest import Manifest, ManifestEntry

LONG = "/".join(["\u00e4" * 100] * 5)


def check(path: str, size: int = 1, patterns: int = 0) -> None:
    """Check a tree with a file of this path."""
    pages = [ManifestEntry(one, 1, "0" * 64, "text/html", None) for one in ("index.html", "a" * 900)]
    check_keys(Manifest.of([*pages, ManifestEntry(path, size, "0" * 64, "text/html", None)]), patterns)


@pytest.mark.parametrize("folder", [".release", ".published"])
def test_reserved_folders_are_refused_with_a_command_that_leaves_them_out(folder: str) -> None:
    """The command has the pattern of the folder, and does not replace a pattern that the stack already has."""
    with pytest.raises(PublishError, match=rf"'\{folder}/x' is in .*'publish:ignore\[2\]' '/\{folder}/'$"):
        check(f"{folder}/x", patterns=2)


@pytest.mark.parametrize("path", [".release", "docs/.release/x", ".published.html", ".releases/x"])
def test_other_paths_are_not_reserved(path: str) -> None:
    """Only the two folders at the root are the program's own."""
    check(path)


def test_paths_too_long_with_a_prefix_are_refused() -> None:
    """S3 allows keys of 1,024 bytes, and some of them are the release's prefix."""
    with pytest.raises(PublishError, match=r"has more than 1000 bytes, .* shorten it"):
        check(LONG)


def test_files_too_large_for_one_request_are_refused() -> None:
    """S3 allows 5 GiB in one request; the message has a command."""
    check("film.mp4", 5 << 30)
    with pytest.raises(PublishError, match=r"more than 5 GiB.*'publish:ignore\[0\]' '/film\.mp4'"):
        check("film.mp4", (5 << 30) + 1)
