"""Warns when files are uploaded again for a changed Cache-Control header alone, as after a change of a TTL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.staging.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Iterator


def header_changes(before: str, manifest: Manifest) -> Iterator[str]:
    """Yield a warning if only the Cache-Control of some files differs from the last run on this machine.

    ``before`` is the JSON of that run's manifest. Without one there is no warning; the preview still lists the changes.
    """
    try:
        last = Manifest.from_json(before)
    except PublishError:
        return
    changed = [
        entry
        for entry in manifest.entries
        if (previous := last.get(entry.path)) is not None
        and previous.sha256 == entry.sha256
        and previous.cache_control != entry.cache_control
    ]
    if changed:
        yield (
            f"{len(changed)} of {manifest.file_count} files are written to the bucket again for their Cache-Control "
            f"alone, such as '{changed[0].path}' with '{changed[0].cache_control}': cloudfront:defaultTtl, minTtl, "
            "maxTtl or publish:cacheControl changed since the last run on this machine"
        )
