"""The object of the in-place index, which two publishes cannot change at the same time.

Each write names the version that it replaces, and S3 refuses it if the object has another version. A publish that takes
long renews its claim every few seconds. So another machine can distinguish a publish that was killed from one that
runs.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

import os
import platform
import time
import uuid
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.bulk.in_place_index import KEY, Claim, InPlaceIndex
from hosting.publish.bulk.upload import MAYBE_MIXED
from hosting.publish.s3.errors import ConflictError, S3Error
from hosting.publish.staging.cli_run import process_in_proc

if TYPE_CHECKING:
    from hosting.publish.bulk.in_place_index import BegunPublish
    from hosting.publish.bulk.log import Log
    from hosting.publish.s3.bucket import BucketClient

# A publish that has not renewed its claim for so long is not running.
_EXPIRY_S = 60
_RENEWAL_S = 10
# A publish that could not renew its claim for so long must stop before another one takes over.
_STOP_S = 45
# How long to wait for another publish: a provider whose engine was killed stops within two seconds.
PATIENCE_S = 8.0
_POLL_S = 0.5
_TOKEN_LENGTH = 16


class IndexFile:
    """The index and its version."""

    def __init__(self, bucket: BucketClient) -> None:
        self._bucket = bucket
        self._etag = ""
        self._age = 0.0
        self._renewed = 0.0
        self.token = uuid.uuid4().hex[:_TOKEN_LENGTH]
        self._claim = Claim(self.token, platform.node(), _system(), os.getpid(), _started(os.getpid()))
        self.index = InPlaceIndex()

    def read(self) -> InPlaceIndex:
        """Return the index.

        Raises:
            PublishError: it is damaged.
        """
        found = self._bucket.read(KEY)
        self.index = InPlaceIndex.from_bytes(found.data) if found else InPlaceIndex()
        self._etag, self._age = (found.etag, found.age) if found else ("", 0.0)
        return self.index

    @property
    def exists(self) -> bool:
        """Whether the object exists."""
        return bool(self._etag)

    def read_when_free(self, log: Log) -> InPlaceIndex:
        """Return the index when no other publish is running; it takes a moment to recognize one that was killed.

        Raises:
            PublishError: another publish is running, and continues.
        """
        until = time.monotonic() + PATIENCE_S
        while (claim := self._other_claim()) is not None:
            if time.monotonic() > until:
                raise PublishError(
                    f"Another pulumi up, on {claim.host}, is publishing to this bucket; nothing was changed. Wait "
                    f"for it to end. If it was killed: run pulumi up again in {_EXPIRY_S} s, which continues where "
                    "it stopped"
                )
            log.status(f"Waiting for another pulumi up, on {claim.host}, to end")
            time.sleep(_POLL_S)
        return self.index

    def _other_claim(self) -> Claim | None:
        """Read the index, and return the claim of another publish that may be running."""
        claim = self.read().claim
        if claim is None or claim.token == self._claim.token or self._age > _EXPIRY_S:
            return None
        return None if self._has_ended(claim) else claim

    def _has_ended(self, claim: Claim) -> bool:
        """Return whether a claim's process has ended, or is this one; False if that is not known."""
        ours = self._claim
        if not claim.system or claim.system != ours.system:
            return False
        # Process ids are used again, so the id alone is not enough.
        started = _started(claim.pid)
        return started != claim.started or not started or (claim.pid, started) == (ours.pid, ours.started)

    def begin(self, publish: BegunPublish) -> None:
        """Write that this publish is running, and what it is going to do."""
        self.write(self.index.with_begun(publish, self._claim))

    def renew(self) -> None:
        """Renew the claim if it is time to.

        Raises:
            PublishError: another publish has taken over.
        """
        if self.index.claim is not None and time.time() - self._renewed > _RENEWAL_S:
            # A passing error is tried again a second later; a lasting one ends the publish by `check_claim`.
            with suppress(S3Error):
                self.write(self.index)

    def check_claim(self) -> None:
        """Check before a write that no other publish can have taken over.

        Raises:
            PublishError: another publish may have taken over.
        """
        # By the wall clock, which continues while a machine is asleep.
        if self.index.claim is not None and time.time() - self._renewed > _STOP_S:
            raise PublishError(
                "This publish could not renew its claim on the bucket for too long: the machine was asleep, or the "
                f"network was down. {MAYBE_MIXED}. Run pulumi up again: it continues where this one stopped"
            )

    def write(self, index: InPlaceIndex) -> None:
        """Replace the index.

        Raises:
            PublishError: another publish has replaced it since it was read.
        """
        try:
            self._etag = self._bucket.write(KEY, index.to_bytes(), replaces=self._etag)
        except ConflictError as error:
            raise PublishError(
                "Another pulumi up has published to this bucket in the meantime; visitors get its files. Run pulumi "
                "up again"
            ) from error
        self.index = index
        self._renewed = time.time()

    def release_claim(self) -> None:
        """Remove the claim of a publish that has failed, so that the next one need not wait; errors are ignored."""
        if self.index.claim is not None:
            with suppress(S3Error, PublishError):
                self.write(replace(self.index, claim=None))

    def end(self, index: InPlaceIndex) -> None:
        """Replace the index at the end of a publish."""
        self.write(replace(index, claim=None, begun=()))


def _system() -> str:
    """Return the boot id of the system and the PID namespace of the container; empty if the system has neither."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Return when a process began; empty if it does not exist."""
    process = process_in_proc(Path("/proc"), pid)
    return process.started if process else ""
