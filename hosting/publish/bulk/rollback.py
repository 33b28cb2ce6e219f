"""Finds the release that a rollback goes back to.

The rollback itself is a publish of that release: ``target`` takes its objects from its manifest instead of the staged
files, ``publisher`` uploads nothing, and ``switch`` writes the pointer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.bulk.catalogue import summaries

if TYPE_CHECKING:
    from hosting.publish.bulk.catalogue import Catalogue, StoredRelease


def release_to_restore(catalogue: Catalogue, prefix: str) -> StoredRelease:
    """Return the release whose digest begins with ``prefix``, as `publish:release` has it.

    Raises:
        PublishError: the bucket does not have it, or has more than one.
    """
    found = {release.digest: release for release in reversed(catalogue.complete) if release.digest.startswith(prefix)}
    if len(found) == 1:
        return found.popitem()[1]
    lines = (f"\n  - {one['digest'][:12]}  {one['time']}  {one['files']} files" for one in summaries(catalogue))
    listed = "".join(lines)
    what = "names more than one release" if found else "is not a release in the bucket"
    raise PublishError(
        f"'publish:release' {what} (got {prefix}); nothing was deployed. The bucket has:{listed or ' no release'}\n"
        "To go back to one of them: pulumi config set publish:release '<digest>'\n"
        "To publish the current files: pulumi config rm publish:release"
    )
