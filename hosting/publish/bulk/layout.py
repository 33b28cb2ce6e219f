"""The keys of bulk mode's objects.

Behind a distribution, all objects are below one prefix that no site uses, so the two modes own different keys. The key
of a file contains the id of the publish that wrote it, so no object is ever overwritten.

    .release/o/<publish>/about.html        a file of a site, written by one publish, and used by many releases
    .release/e/<publish>/404/404.html      an error page, which the edge serves with the status in its key
    .release/records/index                 the catalogue: the releases in the bucket
    .release/records/<publish>             the manifest of a release
    .release/records/owner                 the id of the resource that publishes

In the bucket of a preview edge, each preview has a catalogue and an owner of its own:

    .release/records/<preview>/index

Without a distribution, the files are at the root, where S3's website looks for them, and the records are in
``.published/``, which the bucket's policy hides from visitors.
"""

from __future__ import annotations

ROOT = ".release/"
RECORDS = f"{ROOT}records/"
IN_PLACE_RECORDS = ".published/"
# Below the records of either kind: the id of the resource that publishes. A resource that was replaced deletes nothing.
OWNER = "owner"
# The record of the live release, for the review of the next one. Managed mode has it in ``.published/``, too.
REVIEW_RECORD = "review.json.gz"
RESERVED = (ROOT, IN_PLACE_RECORDS)
# `.release/o/`, an id of 4 characters and a slash; an error page's key has its status besides.
LONGEST_PREFIX = 24


def site_records(preview: str) -> str:
    """Return the prefix of the catalogue and the owner of a preview; those of a site if the name is empty."""
    return f"{RECORDS}{preview}/" if preview else RECORDS


def file_prefix(publish: str) -> str:
    """Return the prefix of the files that a publish has written."""
    return f"{ROOT}o/{publish}/"


def error_page_prefix(publish: str) -> str:
    """Return the prefix of the error pages that a publish has written."""
    return f"{ROOT}e/{publish}/"


def prefixes(publish: str) -> tuple[str, str]:
    """Return the prefixes of all objects that a publish has written."""
    return file_prefix(publish), error_page_prefix(publish)


def error_page_name(status: int, path: str) -> str:
    """Return the name of an error page in a manifest. It begins with a slash, as no path of a file does."""
    return f"/{status}/{path}"


def is_error_page(name: str) -> bool:
    """Whether a name in a manifest is that of an error page."""
    return name.startswith("/")


def key_of(publish: str, name: str) -> str:
    """Return the key of the object with this name in a manifest."""
    return error_page_prefix(publish) + name[1:] if is_error_page(name) else file_prefix(publish) + name


def publish_and_path(key: str) -> tuple[str, str]:
    """Return the publish that wrote the file at ``key``, and its path; two empty texts for any other key."""
    parts = key.removeprefix(f"{ROOT}o/").split("/", 1)
    return (parts[0], parts[1]) if key.startswith(f"{ROOT}o/") and len(parts) > 1 else ("", "")
