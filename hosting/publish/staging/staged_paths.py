"""Where the files of a staged tree are: assets and pages in a folder each, beside the manifest."""

from __future__ import annotations

# Pages are uploaded last.
ASSETS, PAGES = "assets", "pages"
# For the providers, which upload from the tree in another process.
MANIFEST = "manifest.json"
_PAGE_ENDINGS = (".html", ".htm")


def is_page(key: str) -> bool:
    """Return whether the object ``key`` is a page, which is uploaded after the assets that it refers to."""
    return key.lower().endswith(_PAGE_ENDINGS)


def staged_path(key: str) -> str:
    """Return the path in the staged tree of the file for the object ``key``."""
    return f"{PAGES if is_page(key) else ASSETS}/{key}"
