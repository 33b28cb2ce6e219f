"""Publishes without a distribution: replaces the files where S3's website serves them, one after the other.

It is not atomic, but no page is ever without its assets: assets are uploaded first, then pages, and removed files are
deleted after that.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.bulk import layout
from hosting.publish.bulk.changes import Changes
from hosting.publish.bulk.drift import drifted
from hosting.publish.bulk.in_place_index import KEY, BegunPublish, InPlaceIndex, PlacedRelease
from hosting.publish.bulk.in_place_lock import IndexFile
from hosting.publish.bulk.in_place_resume import begun_plans, present_files
from hosting.publish.bulk.manifests import Manifests, ReleaseManifest, StoredFile
from hosting.publish.bulk.upload import MAYBE_MIXED, Uploader
from hosting.publish.bulk.upload_plan import Upload
from hosting.publish.s3.objects import written_in
from hosting.publish.staging.staged_paths import is_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.publish.bulk.in_place_resume import PublishPlan
    from hosting.publish.bulk.log import Log
    from hosting.publish.bulk.manifests import StoredFiles
    from hosting.publish.bulk.request import PublishRequest
    from hosting.publish.s3.bucket import BucketClient
    from hosting.publish.staging.manifest import Manifest, ManifestEntry

_DAY_S = 86_400


@dataclass(frozen=True)
class InPlaceResult:
    """What a publish has done.

    Attributes:
        release: the live release.
        files: its files, by path.
    """

    release: PlacedRelease
    files: StoredFiles


class InPlacePublisher:
    """Publishes to one bucket that is a website itself."""

    def __init__(self, bucket: BucketClient, request: PublishRequest, log: Log) -> None:
        self._bucket = bucket
        self._request = request
        self._log = log
        self._file = IndexFile(bucket)
        self._manifests = Manifests(bucket, layout.IN_PLACE_RECORDS, KEY)

    def preview(self, *, drift: int = 0) -> str:
        """Return what a publish would do, as a sentence.

        Args:
            drift: the number of objects that another program is known to have changed.

        Raises:
            PublishError: it would be refused.
        """
        changes = self._changes(self._complete(self._file.read()), self._new_manifest())
        restored = f", {drift} objects to restore" if drift else ""
        return f"{changes}, {changes.bytes} bytes to send{restored}"

    def publish(self, *, repair: bool = False) -> InPlaceResult:
        """Make the bucket have exactly the staged files, among the files that this publisher owns.

        Args:
            repair: whether to compare each object, because the last publish did not finish or an object was changed.

        Raises:
            PublishError: it was refused or interrupted.
        """
        index = self._file.read_when_free(self._log)
        new = self._new_manifest()
        # All manifests are read before the first write, so that a damaged one leaves the live site unchanged.
        complete, plans = self._complete(index), begun_plans(self._bucket, self._manifests, index)
        self._changes(complete, new)
        present = self._present(index, complete, plans) if repair or plans else complete
        uploads = [Upload(entry.path, entry) for entry in new.entries if _differs(present.get(entry.path), entry)]
        etags = {path: file.etag for path, file in present.items()}
        try:
            self._begin(new, uploads, complete)
            etags |= self._upload(uploads)
        except BaseException:
            self._file.release_claim()
            raise
        owned = {*complete, *(path for plan in plans for path in plan.files), *self._left_by_managed_mode()}
        self._bucket.delete(sorted(path for path in owned if new.get(path) is None))
        return self._end(
            new, {entry.path: StoredFile(entry.path, entry, "", etags[entry.path]) for entry in new.entries}
        )

    def drift(self) -> list[str]:
        """Return the paths whose objects are not as they were uploaded."""
        index = self._file.read()
        complete = self._complete(index)
        return sorted(drifted(complete.values(), self._bucket.list(""), self._manifest_key(index)))

    def is_live(self, digest: str) -> bool:
        """Return whether the release with this digest was published last."""
        live = self._file.read().live
        return live is not None and live.digest == digest

    def remove(self) -> None:
        """Delete the release's files, except objects that another program has written since, and the records."""
        index = self._file.read()
        if not self._file.exists:
            return
        complete = self._complete(index)
        listed = self._bucket.list("")
        manifest = listed.get(self._manifest_key(index))
        ours = [path for path in complete if path in listed and manifest and listed[path].time <= manifest.time]
        records = [key for key in listed if key.startswith(layout.IN_PLACE_RECORDS)]
        # The index first, as a publish fails if the index names a manifest that does not exist.
        self._bucket.delete([*ours, *sorted(records, key=lambda key: key != KEY)])

    def _new_manifest(self) -> Manifest:
        if self._request.rollback_to:
            raise PublishError(
                "'publish:release' goes back to a release in the bucket, and without CloudFront the bucket has only "
                "the live one; nothing was changed: pulumi config rm publish:release, or pulumi config set "
                "cloudfront:enabled true"
            )
        return self._request.manifest()

    def _changes(self, complete: StoredFiles, new: Manifest) -> Changes:
        changes = Changes.between({path: file.entry for path, file in complete.items()}, new.entries)
        changes.check(self._request.max_remove)
        return changes

    def _complete(self, index: InPlaceIndex) -> StoredFiles:
        return self._manifests.read(index.live.id).files if index.live else {}

    def _manifest_key(self, index: InPlaceIndex) -> str:
        """Return the key of the live release's manifest; empty before the first release."""
        return self._manifests.key(index.live.id) if index.live else ""

    def _present(self, index: InPlaceIndex, complete: StoredFiles, plans: Sequence[PublishPlan]) -> StoredFiles:
        """Return the files in the bucket that are known to have the content and the headers of a manifest."""
        listed = self._bucket.list("")
        manifest = listed.get(self._manifest_key(index))
        # The manifest was written after its files. A younger object was written by an interrupted publish or by another
        # program, and may have other headers, which a listing does not show.
        unchanged = {
            path: file
            for path, file in complete.items()
            if manifest is None or path not in listed or listed[path].time <= manifest.time
        }
        return present_files(listed, unchanged, plans)

    def _left_by_managed_mode(self) -> set[str]:
        """Return the paths of objects that an unfinished publish of managed mode has left."""
        removed = self._request.removed
        return written_in(self._bucket.list(""), removed) if removed else set()

    def _begin(self, new: Manifest, uploads: Sequence[Upload], complete: StoredFiles) -> None:
        """Write what this publish is going to upload.

        A publish that changes one file needs no plan: the next one compares each object if this one does not finish. A
        new file needs one, as only the plan says that the file is ours to delete.
        """
        if len(uploads) > 1 or any(upload.name not in complete for upload in uploads):
            name = f"plan-{self._file.token}"
            self._manifests.write(name, ReleaseManifest({e.path: StoredFile(e.path, e) for e in new.entries}))
            self._file.begin(BegunPublish(name, self._release(new)))

    def _upload(self, uploads: Sequence[Upload]) -> dict[str, str]:
        uploader = Uploader(self._bucket, self._request, self._log, MAYBE_MIXED)
        etags: dict[str, str] = {}
        for pages in (False, True):
            part = [upload for upload in uploads if is_page(upload.name) is pages]
            etags |= uploader.run(part, str, before_each=self._file.check_claim, progress=self._file.renew)
        return etags

    def _release(self, new: Manifest) -> PlacedRelease:
        now = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
        return PlacedRelease(self._request.digest, now, new.file_count, new.total_bytes)

    def _end(self, new: Manifest, files: StoredFiles) -> InPlaceResult:
        release = self._release(new)
        before = self._file.index
        self._manifests.write(release.id, ReleaseManifest(files))
        self._file.end(replace(before, live=release))
        self._manifests.delete(sorted(self._unused_manifests(before, release)))
        return InPlaceResult(release, files)

    def _unused_manifests(self, before: InPlaceIndex, release: PlacedRelease) -> set[str]:
        """Return the names of the manifests that the index does not name any more.

        A publish writes a plan just before the index names it. So a plan that is older than a day, and that the index
        does not name, was left by a publish that was killed.
        """
        listed = self._bucket.list(layout.IN_PLACE_RECORDS)
        now = time.time()
        old = {name for name, found in listed.items() if now - found.time.timestamp() > _DAY_S}
        named = {publish.plan for publish in before.begun} | ({before.live.id} if before.live else set())
        others = {layout.OWNER, layout.REVIEW_RECORD, KEY.removeprefix(layout.IN_PLACE_RECORDS)}
        return (named | old) - {release.id, *others}


def _differs(file: StoredFile | None, entry: ManifestEntry) -> bool:
    return file is None or file.entry != entry
