"""The checks of what must be closed: ignored files, the program's own keys, and listings. Pure."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from hosting.answers.expected import FORBIDDEN, NOT_FOUND, Expected
from hosting.answers.file_urls import path_of_key
from hosting.verify.checks import Check, sample

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from hosting.answers.file_urls import Site
    from hosting.formats.gitignore import IgnoreRules

_IGNORED_FILES, _FOLDERS = 200, 20
# A folder such as node_modules may have more ignored files than are worth listing.
_MOST_LISTED = 5_000
# The query that asks S3 for a listing: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
_LISTING = "/?list-type=2"
# Where both modes of publishing keep objects and files of their own.
_OWN_KEYS = (
    ".release/records/index",
    ".published/index",
    "manifest.json",
    "hashes.json",
)


def ignored_files(folder: Path, rules: IgnoreRules) -> list[str]:
    """Return some of the ignored files in the distribution folder, relative to it."""
    found: list[str] = []
    for place, folders, names in os.walk(folder):
        folders.sort()
        prefix = os.path.relpath(place, folder).replace(os.sep, "/")
        paths = [name if prefix == "." else f"{prefix}/{name}" for name in sorted(names)]
        found += [path for path in paths if rules.ignored(path)]
        if len(found) > _MOST_LISTED:
            break
    return sample(found, _IGNORED_FILES)


def closed_checks(site: Site, ignored: Iterable[str], staging: str) -> Iterator[Check]:
    """Yield the checks that ignored files, the program's own keys and listings are closed.

    ``staging`` is the folder of the staged tree, relative to the project.
    """
    published = {entry.path for entry in site.manifest.entries}
    for kind, keys in (("ignored files", ignored), ("own keys", (*_OWN_KEYS, f"{staging}/manifest.json"))):
        for key in keys:
            if key not in published:
                yield from _closed(kind, site, path_of_key(key))
    folders = sorted({path.rpartition("/")[0] for path in published} - {""})
    # A folder with a page has no listing to show.
    folders = [folder for folder in folders if not _has_page(site, folder)]
    for folder in sample(folders, _FOLDERS):
        yield from _closed("listings", site, f"{path_of_key(folder)}/")
    for check in _closed("listings", site, "/"):
        yield replace(check, url=site.url + _LISTING)


def _has_page(site: Site, folder: str) -> bool:
    answer = site.answer(f"{path_of_key(folder)}/")
    return answer is not None and answer.key.startswith(f"{folder}/")


def _closed(kind: str, site: Site, path: str) -> Iterator[Check]:
    """Yield a check that a path is refused, or answered as a path without this object would be."""
    answer = site.answer(path)
    if answer is not None:
        yield Check(kind, site.url + path, (answer, Expected(FORBIDDEN), Expected(NOT_FOUND)))
