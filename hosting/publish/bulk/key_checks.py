"""Checks that bulk mode can publish each file of the staged tree. Pure, so that a preview makes them too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.bulk import layout
from hosting.publish.staging.scan import MAX_KEY_BYTES

if TYPE_CHECKING:
    from hosting.publish.staging.manifest import Manifest, ManifestEntry

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html
_LARGEST_PUT = 5 << 30


def check_keys(manifest: Manifest, patterns: int) -> None:
    """Check that the path of each file can be a key of a release.

    Args:
        manifest: the staged tree.
        patterns: the number of patterns in `publish:ignore`, after which the suggested command adds one.

    Raises:
        PublishError: it can't; the message has the command that leaves the file out.
    """
    check_reserved(manifest, patterns, layout.RESERVED)
    for entry in manifest.entries:
        _check(entry, _ignore_command(patterns))


def check_reserved(manifest: Manifest, patterns: int, prefixes: tuple[str, ...]) -> None:
    """Check that no file is where the program keeps its own objects.

    Args:
        manifest: the staged tree.
        patterns: as for ``check_keys``.
        prefixes: the beginnings of the keys of those objects.

    Raises:
        PublishError: one is; the message has the command that leaves the folder out.
    """
    taken = next((entry.path for entry in manifest.entries if entry.path.startswith(prefixes)), None)
    if taken is not None:
        folder = taken.partition("/")[0]
        raise PublishError(
            f"'{taken}' is in '{folder}/', where the program keeps its own objects; nothing was deployed: rename "
            f"the folder, or leave it out with {_ignore_command(patterns)} '/{folder}/'"
        )


def _ignore_command(patterns: int) -> str:
    return f"pulumi config set --path 'publish:ignore[{patterns}]'"


def _check(entry: ManifestEntry, ignore: str) -> None:
    longest = MAX_KEY_BYTES - layout.LONGEST_PREFIX
    # Most paths are shorter, whatever their characters are.
    if len(entry.path) > longest // 4 and len(entry.path.encode()) > longest:
        raise PublishError(
            f"'{entry.path[:60]}...' has more than {longest} bytes, which with bulk mode's own prefix exceeds S3's "
            "limit; nothing was deployed: shorten it"
        )
    if entry.size > _LARGEST_PUT:
        raise PublishError(
            f"'{entry.path}' has more than 5 GiB, the limit of S3 for one request; nothing was deployed: leave it out "
            f"with {ignore} '/{entry.path}', or pulumi config set publish:mode managed"
        )
