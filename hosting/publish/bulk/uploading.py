"""Sends files to the bucket, and tells how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.s3.errors import S3Error
from hosting.publish.s3.parallel import ParallelRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hosting.publish.bulk.lock import IndexFile
    from hosting.publish.bulk.log import Log
    from hosting.publish.bulk.planning import Carry, Send
    from hosting.publish.bulk.wanted import Wanted
    from hosting.publish.s3.bucket import BucketClient


class Uploading:
    """One publish's way to send files."""

    def __init__(self, store: BucketClient, wanted: Wanted, log: Log, file: IndexFile) -> None:
        self._store = store
        self._wanted = wanted
        self._log = log
        self._file = file
        self._runner = ParallelRunner()

    def send(self, sends: Sequence[Send]) -> dict[str, str]:
        """Send all, and return the ETag of each path.

        Raises:
            PublishError: a file could not be sent.
        """
        etags: dict[str, str] = {}
        sizes = {send.entry.path: send.entry.size for send in sends}
        whole = sum(sizes.values())

        def one(send: Send) -> None:
            self._file.check_awake()
            etags[send.entry.path] = self._one(send)

        def report(done: int) -> None:
            arrived = sum(sizes[path] for path in list(etags))
            self._log.status(f"Publishing: {done} of {len(sends)} files, {arrived} of {whole} bytes")
            if self._log.is_lost:
                raise PublishError(f"The Pulumi engine has stopped. {self._file.visitors_see}. Run pulumi up again")
            self._file.still_at_work()

        def sending() -> None:
            if sends:
                report(0)
            self._runner.run(sends, one, report)

        self._run(sending, etags, len(sends))
        return etags

    def carry(self, carries: Sequence[Carry]) -> dict[str, str]:
        """Copy shared files inside of the bucket, and return the ETag of each new key; what is gone is left out.

        Raises:
            PublishError: a file could not be copied; what is live is as it was.
        """
        etags: dict[str, str] = {}

        def one(carry: Carry) -> None:
            try:
                etags[carry.key] = self._store.duplicate(carry.source, carry.key)
            except S3Error as error:
                if error.code != "NoSuchKey":
                    raise

        self._run(lambda: self._runner.run(carries, one, lambda _: self._file.still_at_work()), etags, len(carries))
        return etags

    def _one(self, send: Send) -> str:
        if send.source is not None:
            try:
                return self._store.copy(send.source, send.key, send.entry)
            except S3Error as error:
                if error.code != "NoSuchKey" or not self._wanted.digest:
                    raise
                # Removed by another hand; the file itself is here.
        return self._store.upload(self._wanted.file(send.entry.path), send.key, send.entry)

    def _run(self, sending: Callable[[], None], etags: dict[str, str], count: int) -> None:
        try:
            self._hold(sending)
        except S3Error as error:
            raise PublishError(
                f"Publishing stopped after {len(etags)} of {count} files: {error}. {self._file.visitors_see}. "
                "Run pulumi up again: it continues where this one stopped"
            ) from error
        except OSError as error:
            raise PublishError(f"A staged file can't be read ({error}): run pulumi up again") from error
        finally:
            self._store.close_connections()

    def _hold(self, sending: Callable[[], None]) -> None:
        try:
            sending()
        except BaseException:
            # The next publish need not wait for this one.
            self._file.let_go()
            raise
