"""Says when files go up again for their Cache-Control header alone, as all do when a TTL of the edge changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.staging.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Iterator


def header_changes(before: str, manifest: Manifest) -> Iterator[str]:
    """Yield a warning where files of ``manifest`` have another Cache-Control than at the last run on this machine.

    ``before`` is the text of that run's manifest. Where there was none, the engine's list of changes alone says it.
    """
    try:
        last = Manifest.from_json(before)
    except PublishError:
        return
    changed = [
        entry
        for entry in manifest.entries
        if (known := last.get(entry.path)) is not None
        and known.sha256 == entry.sha256
        and known.cache_control != entry.cache_control
    ]
    if changed:
        yield (
            f"{len(changed)} of {manifest.file_count} files are written to the bucket again for their Cache-Control "
            f"alone, such as '{changed[0].path}' with '{changed[0].cache_control}': cloudfront:defaultTtl, minTtl, "
            "maxTtl or publish:cacheControl is not what it was at the last run on this machine"
        )
