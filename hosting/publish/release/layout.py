"""Which key holds what.

Behind a distribution everything is below one prefix that no site uses, so that the two modes own different keys:

    .release/s0/index.html           a slot: everything of one release but fingerprinted assets
    .release/a/0/app.0a1b2c3d.js     fingerprinted assets, shared by all releases
    .release/o/<id>/about.html       what one release changed of the slot that it stands on
    .release/e/404.html              error pages, which CloudFront fetches without asking the function
    .release/records/                the index, and the manifests: no visitor's request leads here

Without a distribution the files are at the root, where S3's website looks for them, and the records in
``.published/``, which the bucket's policy keeps from visitors.
"""

from __future__ import annotations

ROOT = ".release/"
RECORDS = f"{ROOT}records/"
ERROR_PAGES = f"{ROOT}e/"
IN_PLACE_RECORDS = ".published/"
RESERVED = (ROOT, IN_PLACE_RECORDS)
_PAGES = (".html", ".htm")


def slot(number: int) -> str:
    """Return the prefix of a slot."""
    return f"{ROOT}s{number}/"


def shared(generation: int) -> str:
    """Return the prefix of a generation of the fingerprinted assets."""
    return f"{ROOT}a/{generation}/"


def overlay(name: str) -> str:
    """Return the prefix of what the release ``name`` changed."""
    return f"{ROOT}o/{name}/"


def error_page(path: str) -> str:
    """Return the key of the error page that the site has at ``path``."""
    return ERROR_PAGES + path


def is_page(path: str) -> bool:
    """Tell a page, which goes up after what it refers to."""
    return path.lower().endswith(_PAGES)
