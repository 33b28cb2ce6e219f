"""Runs the review of a staged tree once, and keeps its result beside the tree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from hosting.errors import PublishError
from hosting.publish.staging.manifest import Manifest
from hosting.publish.staging.staged_paths import MANIFEST
from hosting.review.request import REQUEST_FILE, ReviewRequest, review_digest
from hosting.review.result import ReviewResult
from hosting.review.review import LiveSite, StagedSite, review

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RESULT_FILE, RECORD_FILE = "review-result.json", "review-record.json.gz"
_STAGED_AGAIN = "was staged again since this pulumi up began: run it again"


class KeptResult(NamedTuple):
    """The result of a review, with what it depends on.

    Attributes:
        result: the result.
        shown_in: the id of the CLI run that has shown it; empty if none has.
    """

    result: ReviewResult
    shown_in: str = ""


def staged_site(folder: Path) -> StagedSite:
    """Return the staged tree with the request that the program has written beside it.

    Raises:
        PublishError: the tree is not there.
    """
    try:
        text = (folder / REQUEST_FILE).read_text(encoding="utf-8")
        manifest = Manifest.from_json((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise PublishError(f"{folder} cannot be read ({error.strerror}): run pulumi preview again") from error
    return StagedSite(folder, manifest, ReviewRequest.from_text(text), review_digest(manifest.digest, text))


def run_review(staged: StagedSite, live: LiveSite, progress: Callable[[int, int], None]) -> KeptResult:
    """Return the result of a review; the kept one if nothing has changed since."""
    compared = live.record.digest if live.record else ""
    kept = _kept(staged, compared)
    if kept is not None:
        return kept
    result, record = review(staged, live, progress)
    (staged.folder / RECORD_FILE).write_bytes(record.to_bytes())
    keep(staged, live, KeptResult(result))
    return KeptResult(result)


def keep(staged: StagedSite, live: LiveSite, kept: KeptResult) -> None:
    """Write the result beside the tree."""
    compared = live.record.digest if live.record else ""
    head = json.dumps([staged.digest, compared, kept.shown_in])
    (staged.folder / RESULT_FILE).write_bytes(head.encode() + b"\n" + kept.result.to_json())


def record_of(folder: Path, digest: str) -> bytes | None:
    """Return the record of a release that was reviewed; None if another one was reviewed last."""
    try:
        with (folder / RESULT_FILE).open("rb") as file:
            reviewed = json.loads(file.readline())
        return (folder / RECORD_FILE).read_bytes() if reviewed[0] == digest else None
    except (OSError, ValueError, IndexError, TypeError):
        return None


def _kept(staged: StagedSite, compared: str) -> KeptResult | None:
    try:
        head, _, body = (staged.folder / RESULT_FILE).read_bytes().partition(b"\n")
        digest, before, shown_in = json.loads(head)
        is_same = (digest, before) == (staged.digest, compared) and (staged.folder / RECORD_FILE).is_file()
        return KeptResult(ReviewResult.from_json(body), shown_in) if is_same else None
    except (OSError, ValueError, TypeError):
        return None
