"""The bucket's index, which two publishes can't change at once.

Every write of it names what it replaces, and S3 refuses it when that is no longer there. A publish that takes long
says in the index that it is at work, and again every few seconds, so that one that was killed can be told from one
that runs on another machine.

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
from hosting.publish.bulk.records import Begun, Claim, Index
from hosting.publish.s3.errors import ConflictError, S3Error
from hosting.publish.staging.cli_run import process_in_proc

if TYPE_CHECKING:
    from hosting.publish.bulk.log import Log
    from hosting.publish.s3.bucket import BucketClient

# A publish that has not said for so long that it is at work is not.
_SILENT_S = 60
_SAY_SO_S = 10
# One that was asleep for so long may have been taken for dead: it must not write before it has looked.
_DOUBT_S = 45
# How long to wait for another publish: a provider whose engine was killed stops within two seconds.
PATIENCE_S = 8.0
_LOOK_AGAIN_S = 0.5
_TOKEN_LENGTH = 16


def visitors_see(*, atomic: bool) -> str:
    """Return what visitors see after a publish that stopped, as a sentence."""
    return "The live site is unchanged" if atomic else "The live site may be a mix of old and new files"


class IndexFile:
    """The index, and what is known of it."""

    def __init__(self, store: BucketClient, key: str, *, laid_out: bool) -> None:
        """``laid_out`` is whether the files are at other keys than their paths."""
        self._store = store
        self._key = key
        self._laid_out = laid_out
        self._etag = ""
        self._age = 0.0
        self._said = 0.0
        # By S3's clock, as of the last look.
        self.now = time.time()
        self.token = uuid.uuid4().hex[:_TOKEN_LENGTH]
        self._claim = Claim(self.token, platform.node(), _place(), os.getpid(), _started(os.getpid()))
        self.index = Index()

    def read(self) -> Index:
        """Return the index as it is.

        Raises:
            PublishError: it is damaged.
        """
        found = self._store.read(self._key)
        self.index = Index.from_bytes(found.data, self._key) if found else Index()
        if self._laid_out:
            self.index = self.index.by_our_rules()
        self._etag, self._age = (found.etag, found.age) if found else ("", 0.0)
        self.now = (found.now if found else 0.0) or time.time()
        return self.index

    @property
    def visitors_see(self) -> str:
        """What visitors see if this publish stops now, as a sentence."""
        return visitors_see(atomic=self._laid_out)

    @property
    def exists(self) -> bool:
        """Whether there is one."""
        return bool(self._etag)

    def read_when_free(self, log: Log) -> Index:
        """Return the index when no other publish is at work; one that was killed takes a moment to notice.

        Raises:
            PublishError: one is, and goes on.
        """
        until = time.monotonic() + PATIENCE_S
        while (claim := self._others()) is not None:
            if time.monotonic() > until:
                raise PublishError(
                    f"Another pulumi up, on {claim.host}, publishes to this bucket right now; nothing was touched. "
                    f"Wait for it to end. If it was killed: run pulumi up again in {_SILENT_S} s, which goes on where "
                    "it stopped"
                )
            log.status(f"Waiting for another pulumi up, on {claim.host}, to end")
            time.sleep(_LOOK_AGAIN_S)
        return self.index

    def _others(self) -> Claim | None:
        """Read the index, and return the claim of another publish that may still be at work."""
        claim = self.read().claim
        if claim is None or claim.token == self._claim.token or self._age > _SILENT_S:
            return None
        return None if self._is_gone(claim) else claim

    def _is_gone(self, claim: Claim) -> bool:
        """Tell whether a claim's process has ended, or is this one; where that can't be told it has not."""
        ours = self._claim
        if not claim.place or claim.place != ours.place:
            return False
        # Process ids are used again, so they alone tell nothing.
        started = _started(claim.pid)
        return started != claim.started or not started or (claim.pid, started) == (ours.pid, ours.started)

    def begin(self, plan: Begun) -> None:
        """Say that this publish is at work."""
        self.write(self.index.with_plan(plan, self._claim))

    def still_at_work(self) -> None:
        """Say it again, when it is time to.

        Raises:
            PublishError: another publish has taken over.
        """
        if self.index.claim is not None and time.time() - self._said > _SAY_SO_S:
            # What passes is tried again a second later; what does not ends the publish by `check_awake`.
            with suppress(S3Error):
                self.write(self.index)

    def check_awake(self) -> None:
        """Look, before something is written, whether another publish may have taken over in the meantime.

        Raises:
            PublishError: it may.
        """
        # By the clock on the wall, which goes on while a machine is asleep.
        if self.index.claim is not None and time.time() - self._said > _DOUBT_S:
            raise PublishError(
                "This publish could not update its claim on the bucket for too long: the machine was asleep, or the "
                f"network was down. {self.visitors_see}. Run pulumi up again: it continues where this one stopped"
            )

    def write(self, index: Index) -> None:
        """Replace the index.

        Raises:
            PublishError: another publish has done so in the meantime.
        """
        try:
            self._etag = self._store.write(self._key, index.to_bytes(), replaces=self._etag)
        except ConflictError as error:
            raise PublishError(
                "Another pulumi up has published to this bucket in the meantime; the live site is as that one left it. "
                "Run pulumi up again"
            ) from error
        self.index = index
        self._said = time.time()

    def let_go(self) -> None:
        """Be at work no longer, with the plans left as they are; a failure to say so is not another failure."""
        if self.index.claim is not None:
            with suppress(S3Error, PublishError):
                self.write(replace(self.index, claim=None))

    def end(self, index: Index) -> None:
        """Replace the index, and be at work no longer."""
        self.write(replace(index, claim=None, plans=()))


def _place() -> str:
    """Return what tells this running system, and this container in it, from all others; "" where nothing does."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Return when a process began; "" if there is none."""
    process = process_in_proc(Path("/proc"), pid)
    return process.started if process else ""
