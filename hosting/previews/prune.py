"""Removes the previews of an edge that are expired, and what removed ones have left."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hosting.aws.key_value_store_errors import StoreError
from hosting.errors import HostingError, PublishError
from hosting.previews.listing import invalid_values, listed_previews, to_prune, without_pointer
from hosting.publish.bulk import layout
from hosting.publish.bulk.removal import Removal
from hosting.publish.s3.errors import S3Error

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from hosting.publish.bulk.store import Store
    from hosting.publish.s3.bucket import BucketClient


class Prune:
    """One run of `prune` on an edge."""

    def __init__(self, bucket: BucketClient, store: Store, say: Callable[[str], None]) -> None:
        """``say`` shows a line."""
        self._bucket = bucket
        self._store = store
        self._say = say
        self._failed: list[str] = []

    def run(
        self, project: str, branches: Collection[str] | None, *, dry_run: bool = False, invalid: bool = False
    ) -> None:
        """Remove the previews; an error of one of them does not end the run.

        Args:
            project: the project whose branches count.
            branches: the branches of its repository; None if they do not count.
            dry_run: whether to only say what would be removed.
            invalid: whether to remove the values that are not pointers, too.

        Raises:
            HostingError: some were not removed.
        """
        items = self._store.list()
        if invalid:
            self._remove_invalid(invalid_values(items), dry_run=dry_run)
        previews = listed_previews(items)
        removed = list(to_prune(previews, time.time(), project, branches))
        for one, reason in removed:
            self._say(f"{'would remove' if dry_run else 'removing'} {one.name} of the stack {one.owner}: {reason}")
            if not dry_run:
                self._try(one.name, Removal(self._bucket, self._store, one.name, one.text).run, one.owner)
        for name in () if dry_run else without_pointer(self._bucket.list(layout.RECORDS), previews):
            if self._try(name, Removal(self._bucket, self._store, name).delete_rest):
                self._say(f"deleted what {name} had left")
        count = len(removed) - len({one.name for one, _ in removed}.intersection(self._failed))
        self._say(f"{count} of {len(previews)} previews {'would be ' if dry_run else ''}removed")
        if self._failed:
            raise HostingError(f"{', '.join(self._failed)} could not be removed, see above: run the command again")

    def _remove_invalid(self, values: Mapping[str, str], *, dry_run: bool) -> None:
        """Remove values that are not pointers: first, as nothing that they may name is deleted before."""
        for name, text in values.items():
            self._say(f"{'would remove' if dry_run else 'removing'} {name!r}: its value is not a pointer")
            if not dry_run:
                self._try(name, Removal(self._bucket, self._store, name, text).run)

    def _try(self, name: str, remove: Callable[..., bool], *arguments: str) -> bool:
        """Remove one preview, or what it has left; return whether nothing is left."""
        try:
            return remove(*arguments)
        except (PublishError, S3Error, StoreError) as error:
            self._say(f"{name}: {error}")
            self._failed.append(name)
            return False
