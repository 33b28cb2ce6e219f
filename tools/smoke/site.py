"""The files of the smoke test's site: two versions, with names that browsers and generators write in several ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DIRECTORY = "www"
# Characters that RFC 3986 leaves as they are, and that some tools encode nevertheless.
_NAMES = ("about.html", "til~de.html", "pl+us.html", "apo's.html", "docs/index.html", "data/list.json")


def write_site(folder: Path, version: str) -> None:
    """Write the files of a version; each has the version in it, and one has a name of its own."""
    target = folder / DIRECTORY
    for name in (*_NAMES, "index.html", "404.html"):
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        # A new inode: a staged hard link of the old content must not change under it.
        file.unlink(missing_ok=True)
        file.write_text(f"<!doctype html><title>{name}</title><p>{version}\n", encoding="utf-8")
    for old in target.glob("only-*.html"):
        old.unlink()
    (target / f"only-{version}.html").write_text(version, encoding="utf-8")
    (target / "_redirects").write_text("/old /about 301\n", encoding="utf-8")
