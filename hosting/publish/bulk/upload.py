"""Uploads files to the bucket, and reports the progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.s3.errors import S3Error
from hosting.publish.s3.parallel import ParallelRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hosting.publish.bulk.log import Log
    from hosting.publish.bulk.request import PublishRequest
    from hosting.publish.bulk.upload_plan import Upload
    from hosting.publish.s3.bucket import BucketClient

UNCHANGED = "The live site is unchanged"
MAYBE_MIXED = "The live site may be a mix of old and new files"


class Uploader:
    """Uploads the files of one publish."""

    def __init__(self, bucket: BucketClient, request: PublishRequest, log: Log, live_site: str) -> None:
        """``live_site`` says what visitors get if the publish stops, as a sentence."""
        self._bucket = bucket
        self._request = request
        self._log = log
        self._live_site = live_site
        self._runner = ParallelRunner()

    def run(
        self,
        uploads: Sequence[Upload],
        key_of: Callable[[str], str],
        *,
        before_each: Callable[[], None] = lambda: None,
        progress: Callable[[], None] = lambda: None,
    ) -> dict[str, str]:
        """Upload all, and return the ETag of each object by its name.

        Args:
            uploads: the objects.
            key_of: returns the key of a name.
            before_each: is called before each upload; may raise PublishError.
            progress: is called each second; may raise PublishError.

        Raises:
            PublishError: a file could not be uploaded.
        """
        etags: dict[str, str] = {}
        sizes = {upload.name: upload.entry.size for upload in uploads}

        def one(upload: Upload) -> None:
            before_each()
            etags[upload.name] = self._upload(upload, key_of(upload.name))

        def report(done: int) -> None:
            sent = sum(sizes[name] for name in list(etags))
            self._log.status(f"Publishing: {done} of {len(uploads)} files, {sent} of {sum(sizes.values())} bytes")
            if self._log.is_lost:
                raise PublishError(f"The Pulumi engine has stopped. {self._live_site}. Run pulumi up again")
            progress()

        if uploads:
            self._stop_with_message(lambda: self._run(uploads, one, report), etags, len(uploads))
        return etags

    def _run(self, uploads: Sequence[Upload], one: Callable[[Upload], None], report: Callable[[int], None]) -> None:
        report(0)
        self._runner.run(uploads, one, report)

    def _upload(self, upload: Upload, key: str) -> str:
        metadata = self._request.metadata(upload.name)
        if upload.source_bucket:
            return self._copy_from_other_bucket(upload, key, metadata)
        if upload.source:
            try:
                return self._bucket.copy(upload.source, key, upload.entry, metadata)
            except S3Error as error:
                if error.code != "NoSuchKey" or not self._request.has_files:
                    raise
                # Another program has deleted the source, but the file itself is on this machine.
        return self._bucket.upload(self._request.file(upload.entry.path), key, upload.entry, metadata)

    def _copy_from_other_bucket(self, upload: Upload, key: str, metadata: Mapping[str, str]) -> str:
        etag, sha256 = self._bucket.copy_from(upload.source_bucket, upload.source, key, upload.entry, metadata)
        if sha256 != upload.entry.sha256:
            raise PublishError(
                f"'{upload.entry.path}' in the bucket {upload.source_bucket} is not the file of that release: its "
                f"content was changed. {self._live_site}. Publish that stack again, review it, and set publish:from to "
                "the new digest"
            )
        return etag

    def _stop_with_message(self, action: Callable[[], None], etags: dict[str, str], count: int) -> None:
        try:
            action()
        except S3Error as error:
            raise PublishError(
                f"Publishing stopped after {len(etags)} of {count} files: {error}. {self._live_site}. Run pulumi up "
                "again: it continues where this one stopped"
            ) from error
        except OSError as error:
            raise PublishError(f"A staged file cannot be read ({error}): run pulumi up again") from error
        finally:
            # After one upload, its connection is used for the manifest.
            if count > 1:
                self._bucket.close_connections()
