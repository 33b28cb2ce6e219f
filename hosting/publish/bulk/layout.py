"""Which key holds what.

Behind a distribution everything is below one prefix that no site uses, so that the two modes own different keys.
No key ever has two contents: what is new goes below a prefix that no publish had before.

    .release/s/<fill>/index.html     a slot: everything of one release but files with hashed names
    .release/a/<fill>/app.0a1b2c.js  files with hashed names, shared by all releases
    .release/o/<id>/about.html       what one release changed of the slot that it stands on
    .release/e/404.html              error pages, which CloudFront fetches without asking the function
    .release/records/                the index, and the manifests: no visitor's request leads here

Error pages alone are written over: CloudFront has to be told their keys beforehand.

Without a distribution the files are at the root, where S3's website looks for them, and the records in
``.published/``, which the bucket's policy keeps from visitors.
"""

from __future__ import annotations

ROOT = ".release/"
RECORDS = f"{ROOT}records/"
ERROR_PAGES = f"{ROOT}e/"
IN_PLACE_RECORDS = ".published/"
RESERVED = (ROOT, IN_PLACE_RECORDS)
# Of the longest prefix of a site's file: `.release/s/` or `.release/o/`, a name of 16 characters, a slash.
LONGEST_PREFIX = 28
# Of all generations.
SHARED = f"{ROOT}a/"


def slot(fill: str) -> str:
    """Return the prefix of the slot that the publish ``fill`` has filled."""
    return f"{ROOT}s/{fill}/"


def shared(generation: str) -> str:
    """Return the prefix of a generation of the shared files, which has the name of the publish that began it."""
    return f"{SHARED}{generation}/"


def shared_path(key: str) -> tuple[str, str]:
    """Return the generation and the path of a key below ``shared``."""
    generation, _, path = key.removeprefix(SHARED).partition("/")
    return generation, path


def overlay(name: str) -> str:
    """Return the prefix of what the release ``name`` changed."""
    return f"{ROOT}o/{name}/"


def error_page(path: str) -> str:
    """Return the key of the error page that the site has at ``path``."""
    return ERROR_PAGES + path
