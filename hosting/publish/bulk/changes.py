"""How many files a publish adds, changes and removes, and whether that is too many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.publish.bulk.records import Record
    from hosting.publish.staging.manifest import Manifest


@dataclass(frozen=True)
class Changes:
    """The difference between the live site and the next, in files.

    Attributes:
        added: that were not there.
        changed: with other content or headers.
        removed: that are no longer there.
        before: how many the live site has.
        bytes: of what is added or changed.
    """

    added: int
    changed: int
    removed: int
    before: int
    bytes: int

    @classmethod
    def between(cls, old: Mapping[str, Record], new: Manifest) -> Changes:
        """Return the difference."""
        fresh = [entry for entry in new.entries if entry.path not in old]
        changed = [entry for entry in new.entries if entry.path in old and old[entry.path].entry != entry]
        removed = len(old) - (new.file_count - len(fresh))
        size = sum(entry.size for entry in (*fresh, *changed))
        return cls(len(fresh), len(changed), removed, len(old), size)

    def __str__(self) -> str:
        return f"{self.added} to add, {self.changed} to change, {self.removed} to remove"

    def check(self, max_remove: int) -> None:
        """Refuse to remove more than ``max_remove`` percent of the live site.

        Raises:
            PublishError: it is more.
        """
        if self.removed * 100 <= max_remove * self.before:
            return
        percent = -(-self.removed * 100 // self.before)
        raise PublishError(
            f"This publish would remove {self.removed} of the {self.before} files of the live site ({percent} %), "
            f"'publish:maxRemove' allows {max_remove} %; nothing was touched. If the files are meant to go: "
            f"pulumi config set publish:maxRemove {percent}"
        )
