"""Which removed files the next release keeps for visitors whose pages are open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from hosting.publish.bulk.manifests import ReleaseManifest, StoredFile, removed_files
from hosting.publish.staging.cache_control import CacheControl
from hosting.publish.staging.lifetimes import MANAGED, Ttls
from hosting.publish.staging.manifest import ManifestEntry

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Rule:
    """A rule of `publish:cacheControl`."""

    pattern: str
    value: str


DAY = 86_400.0
WEEK = 7 * DAY
# Small sites in the shapes that these generators give them: first the files with hashed names, then the others.
SITES = {
    "angular": (
        ("chunk-GFZDAZQR.js", "main-M57GFTCK.js", "styles-DHAM5H5B.css", "media/inter-latin-400-normal-55WT6UWF.woff2"),
        ("index.html", "favicon.ico"),
    ),
    "gatsby": (
        (
            "app-3548e7abef9d15efac7b.js",
            "component---src-pages-index-js-3ff9b0741e52f4cbd0a8.js",
            "framework-647153102893cffe9a5c.js",
        ),
        ("index.html", "404.html", "chunk-map.json", "page-data/index/page-data.json"),
    ),
    "hugo": (
        ("book.min.4d77e98d764f495b145946ef9260681bab38aaf7bc01f96a6f61a3a0fea19dbf.css",),
        ("index.html", "categories/index.xml", "asciinema/asciinema-player.min.js"),
    ),
}


def release(paths: Sequence[str], rules: Sequence[Rule] = (), ttls: Ttls = MANAGED) -> ReleaseManifest:
    """Return the manifest of a release with these files, with the headers that they are published with."""
    headers = CacheControl(rules, ttls).values_for(paths)
    entries = (ManifestEntry(path, 1, "digest", "text/plain", headers[path]) for path in paths)
    return ReleaseManifest({entry.path: StoredFile(entry.path, entry, "1") for entry in entries})


@pytest.mark.parametrize("site", SITES)
def test_hashed_files_of_a_generator_and_no_others(site: str) -> None:
    """If the next build has no file of this one, the files with hashed names are kept, and no others."""
    hashed, others = SITES[site]
    assert removed_files(release([*hashed, *others]), {"index.html": 1}, DAY, WEEK).keys() == {*hashed}


@pytest.mark.parametrize("site", SITES)
def test_other_lifetimes_make_no_difference(site: str) -> None:
    """The name decides, whatever Cache-Control `cloudfront:maxTtl` or `publish:cacheControl` gives the file."""
    hashed, others = SITES[site]
    short = release([*hashed, *others], ttls=Ttls(0, 60, 60))
    ruled = release([*hashed, *others], [Rule("*", "public, max-age=60")])
    assert removed_files(short, {}, DAY, WEEK).keys() == removed_files(ruled, {}, DAY, WEEK).keys() == {*hashed}


def test_a_folder_that_gains_a_file_without_a_hash() -> None:
    """Some names count as hashed by their neighbors: by those in the release that had them, not in the next one."""
    folder = [f"js/{name}" for name in ("app-CHdo91hT.js", "vendor-BRs2ndDL.js", "Cx3vt8Jr.js", "lazy-BlkZmqtr.js")]
    kept = removed_files(release(folder), {"js/jquery.js": 1}, DAY, WEEK)
    assert kept.keys() == {*folder}
    # They stay in the releases after that, until their time is over.
    after = replace(release(["js/jquery.js"]), kept=kept)
    assert removed_files(after, {"js/jquery.js": 1}, 2 * DAY, WEEK) == kept
    assert removed_files(after, {folder[0]: 1}, 2 * DAY, WEEK).keys() == {*folder[1:]}
    assert removed_files(after, {}, DAY + WEEK, WEEK) == {}
