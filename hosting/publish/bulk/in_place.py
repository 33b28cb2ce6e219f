"""Publishing without a distribution: files are replaced where S3's website serves them, one after the other.

Not atomic, but in an order that leaves no page without its assets: assets go up, then pages, and what is gone is
removed when all of that has arrived.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.bulk import layout
from hosting.publish.bulk.arrived import arrived
from hosting.publish.bulk.changes import Changes
from hosting.publish.bulk.library import INDEX, Library, drifted
from hosting.publish.bulk.lock import IndexFile
from hosting.publish.bulk.planning import Send
from hosting.publish.bulk.published import Published
from hosting.publish.bulk.records import Begun, Held, Record
from hosting.publish.bulk.uploading import Uploading
from hosting.publish.staging.staged_tree import is_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.publish.bulk.arrived import Layer
    from hosting.publish.bulk.log import Log
    from hosting.publish.bulk.records import Index, Records
    from hosting.publish.bulk.wanted import Wanted
    from hosting.publish.s3.bucket import BucketClient
    from hosting.publish.staging.manifest import Manifest


class InPlace:
    """The publisher of one bucket that is a website itself."""

    def __init__(self, store: BucketClient, wanted: Wanted, log: Log) -> None:
        self._store = store
        self._wanted = wanted
        self._log = log
        self._file = IndexFile(store, f"{layout.IN_PLACE_RECORDS}{INDEX}", laid_out=False)
        self._library = Library(store, layout.IN_PLACE_RECORDS)

    def preview(self, *, drift: int = 0) -> str:
        """Return what a publish would do, in a sentence.

        Args:
            drift: how many objects are known to have been changed by another hand.

        Raises:
            PublishError: it would be refused.
        """
        index = self._file.read()
        new = self._wanted_manifest()
        changes = self._changes(self._complete(index), new)
        back = f", {drift} objects to put back" if drift else ""
        return f"{changes}, {changes.bytes} bytes to send{back}"

    def publish(self, *, repair: bool = False) -> Published:
        """Make the bucket have exactly the wanted files, among the files that this publisher owns.

        Args:
            repair: whether to compare each object, because the last publish did not finish or an object was changed.

        Raises:
            PublishError: it is refused, or was interrupted.
        """
        index = self._file.read_when_free(self._log)
        new = self._wanted_manifest()
        # Every record is read before the first write, so that a damaged one leaves the live site unchanged.
        complete, layers = self._complete(index), self._library.layers(index)
        self._changes(complete, new)
        present = self._present(index, complete, layers) if repair or layers else complete
        sends = [Send(entry.path, entry) for entry in new.entries if _differs(present.get(entry.path), entry)]
        # A publish that changes one file needs no plan: the next one compares each object if this one does not finish.
        # A new file needs one, as only the plan says that the file is ours to delete.
        if len(sends) > 1 or any(send.entry.path not in complete for send in sends):
            self._file.begin(Begun(self._library.plan(new, self._file.token), _held(new)))
        etags = {path: record.etag for path, record in present.items()}
        uploading = Uploading(self._store, self._wanted, self._log, self._file)
        for pages in (False, True):
            etags |= uploading.send([send for send in sends if is_page(send.key) is pages])
        owned = {*complete, *(path for layer in layers for path in layer.records)}
        self._store.delete(sorted(path for path in owned if new.get(path) is None))
        return self._end(new, {entry.path: Record(entry, etags[entry.path]) for entry in new.entries})

    def drift(self, held: Held) -> list[str]:
        """Return the paths whose objects are not as they were put there."""
        return self._drifted(self._library.read(held.id))

    def find(self, digest: str) -> Held | None:
        """Return the release with this digest, None if it is not what was published last."""
        return self._file.read().find(digest)

    def remove(self) -> None:
        """Delete the release's files, except objects that another program has written since, and the records."""
        index = self._file.read()
        if not self._file.exists:
            return
        complete = self._complete(index)
        listed = self._store.list("")
        manifest = listed.get(self._manifest_key(index))
        ours = [path for path in complete if path in listed and manifest and listed[path].time <= manifest.time]
        records = [key for key in listed if key.startswith(layout.IN_PLACE_RECORDS)]
        # The index first, as a publish fails if the index names a manifest that does not exist.
        self._store.delete([*ours, *sorted(records, key=lambda key: key != self._library.key(INDEX))])

    def _wanted_manifest(self) -> Manifest:
        if self._wanted.pin:
            raise PublishError(
                "'publish:release' goes back to a release that the bucket holds, and without CloudFront it holds only "
                "the live one; nothing was touched: pulumi config rm publish:release, or pulumi config set "
                "cloudfront:enabled true"
            )
        return self._wanted.manifest()

    def _changes(self, complete: Records, new: Manifest) -> Changes:
        changes = Changes.between(complete, new)
        changes.check(self._wanted.max_remove)
        return changes

    def _complete(self, index: Index) -> Records:
        return self._library.read(index.held[0].id) if index.held else {}

    def _manifest_key(self, index: Index) -> str:
        """Return the key of the live release's manifest; empty before the first release."""
        return self._library.key(index.held[0].id) if index.held else ""

    def _present(self, index: Index, complete: Records, layers: Sequence[Layer]) -> Records:
        """Return the files in the bucket that are known to have the content and the headers of a record."""
        listed = self._store.list("")
        manifest = listed.get(self._manifest_key(index))
        # The manifest was written after its files. A younger object was written by an interrupted publish or by
        # somebody else, and may have other headers, which a listing does not show.
        unchanged = {
            path: record
            for path, record in complete.items()
            if manifest is None or path not in listed or listed[path].time <= manifest.time
        }
        return arrived(listed, unchanged, layers)

    def _drifted(self, records: Records) -> list[str]:
        manifest = self._manifest_key(self._file.read())
        return drifted(records, {path: path for path in records}, self._store.list(""), manifest)

    def _end(self, new: Manifest, records: Records) -> Published:
        held = _held(new)
        before = self._file.index
        self._library.write(held.id, records.values())
        self._file.end(replace(before, held=(held,)))
        gone = {plan.name for plan in before.plans} | {one.id for one in before.held} - {held.id}
        self._library.remove(sorted(gone | self._library.abandoned({held.id, INDEX}, self._file.now)))
        return Published(held, self._file.index, records)


def _differs(record: Record | None, entry: object) -> bool:
    return record is None or record.entry != entry


def _held(new: Manifest) -> Held:
    now = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
    return Held(new.digest, now, new.file_count, new.total_bytes)
