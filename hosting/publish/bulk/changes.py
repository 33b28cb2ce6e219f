"""The number of files that a publish adds, changes and removes; refuses a publish that removes too many.

Without a distribution, the size of these files is also the bytes to send; behind one, ``upload_plan`` counts them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hosting.publish.staging.manifest import ManifestEntry


@dataclass(frozen=True)
class Changes:
    """The difference between the live site and the next, in files.

    Attributes:
        added: the files that the live site does not have.
        changed: the files with other content or headers.
        removed: the files of the live site that the next one does not have.
        before: the files of the live site.
        bytes: the size of the added and changed files.
    """

    added: int
    changed: int
    removed: int
    before: int
    bytes: int

    @classmethod
    def between(cls, old: Mapping[str, ManifestEntry], new: Collection[ManifestEntry]) -> Changes:
        """Return the difference between the files of the live site, by path, and the next ones."""
        added = [entry for entry in new if entry.path not in old]
        changed = [entry for entry in new if entry.path in old and old[entry.path] != entry]
        removed = len(old) - (len(new) - len(added))
        size = sum(entry.size for entry in (*added, *changed))
        return cls(len(added), len(changed), removed, len(old), size)

    def __str__(self) -> str:
        return f"{self.added} to add, {self.changed} to change, {self.removed} to remove"

    def check(self, max_remove: int) -> None:
        """Refuse to remove more than ``max_remove`` percent of the live site.

        Raises:
            PublishError: it would remove more.
        """
        if self.removed * 100 <= max_remove * self.before:
            return
        percent = -(-self.removed * 100 // self.before)
        raise PublishError(
            f"This publish would remove {self.removed} of the {self.before} files of the live site ({percent} %), "
            f"'publish:maxRemove' allows {max_remove} %; nothing was changed. If you mean to remove them: "
            f"pulumi config set publish:maxRemove {percent}"
        )
