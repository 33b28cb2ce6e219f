"""Runs the review of a staged tree once, and keeps its result beside the tree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from hosting.errors import PublishError
from hosting.publish.staging.manifest import Manifest
from hosting.publish.staging.staged_paths import MANIFEST
from hosting.review.decompress import has_brotli
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
        PublishError: the tree is not there, or another version of the program has staged it.
    """
    try:
        text = (folder / REQUEST_FILE).read_text(encoding="utf-8")
        manifest = Manifest.from_json((folder / MANIFEST).read_text(encoding="utf-8"))
        request = ReviewRequest.from_text(text)
    except OSError as error:
        raise PublishError(f"{folder} cannot be read ({error.strerror}): run pulumi preview again") from error
    except ValueError as error:
        raise PublishError(f"{folder} is of another version of the program: run pulumi preview again") from error
    return StagedSite(folder, manifest, request, review_digest(manifest.digest, text))


def run_review(staged: StagedSite, live: LiveSite, progress: Callable[[int, int], None]) -> KeptResult:
    """Return the result of a review; the kept one if nothing has changed since."""
    kept = _kept(staged, live)
    if kept is not None:
        return kept
    result, record = review(staged, live, progress)
    # Without a result, no record is that of a release.
    (staged.folder / RESULT_FILE).unlink(missing_ok=True)
    (staged.folder / RECORD_FILE).write_bytes(record.to_bytes())
    keep(staged, live, KeptResult(result))
    return KeptResult(result)


def keep(staged: StagedSite, live: LiveSite, kept: KeptResult) -> None:
    """Write the result beside the tree."""
    head = json.dumps([*_causes(staged, live), kept.shown_in])
    (staged.folder / RESULT_FILE).write_bytes(head.encode() + b"\n" + kept.result.to_json())


def record_of(folder: Path, digest: str) -> bytes | None:
    """Return the record of a release that was reviewed; None if another one was reviewed last."""
    try:
        with (folder / RESULT_FILE).open("rb") as file:
            reviewed = json.loads(file.readline())
        return (folder / RECORD_FILE).read_bytes() if reviewed[0] == digest else None
    except (OSError, ValueError, IndexError, TypeError):
        return None


def _causes(staged: StagedSite, live: LiveSite) -> list[object]:
    """Return what a result depends on; the notes depend on why there is no record, and on what can be read."""
    return [staged.digest, live.record.digest if live.record else "", live.name, has_brotli()]


def _kept(staged: StagedSite, live: LiveSite) -> KeptResult | None:
    try:
        head, _, body = (staged.folder / RESULT_FILE).read_bytes().partition(b"\n")
        *causes, shown_in = json.loads(head)
        is_same = causes == _causes(staged, live) and (staged.folder / RECORD_FILE).is_file()
        return KeptResult(ReviewResult.from_json(body), shown_in) if is_same else None
    except (OSError, ValueError, TypeError):
        return None
