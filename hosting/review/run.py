"""Runs the review of a staged tree once, and keeps its result beside the tree."""

from __future__ import annotations

import gc
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from hosting.errors import PublishError
from hosting.publish.staging.manifest import Manifest
from hosting.publish.staging.staged_paths import MANIFEST
from hosting.review.decompress import has_brotli
from hosting.review.request import REQUEST_FILE, ReviewRequest, review_digest
from hosting.review.result import ReviewResult
from hosting.review.review import LiveSite, StagedSite, review

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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
        PublishError: the tree does not exist, or another version of the program has staged it.
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


def run_review(
    staged: StagedSite, live: LiveSite, progress: Callable[[int, int], None], cli_run: str = ""
) -> KeptResult:
    """Return the result of a review; the kept one if nothing has changed since.

    Args:
        staged: the site that is to be published.
        live: the live site.
        progress: is called with the number of files that were read, and of all files.
        cli_run: the id of the CLI run; empty if it is not known. The update takes the result of its own preview, in
            which a bucket that the update has just created did not exist.
    """
    kept = _kept(staged, live, cli_run)
    if kept is not None:
        return kept
    with _without_collection():
        result, record = review(staged, live, progress)
    # Without a result, no record is that of a release.
    (staged.folder / RESULT_FILE).unlink(missing_ok=True)
    (staged.folder / RECORD_FILE).write_bytes(record.to_bytes())
    keep(staged, live, KeptResult(result))
    return KeptResult(result)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Pause the garbage collection: a third of the time, for a million objects without cycles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def keep(staged: StagedSite, live: LiveSite, kept: KeptResult) -> None:
    """Write the result beside the tree."""
    head = json.dumps([*_sites(staged, live), *_conditions(live), kept.shown_in])
    (staged.folder / RESULT_FILE).write_bytes(head.encode() + b"\n" + kept.result.to_json())


def read_result(content: bytes) -> ReviewResult:
    """Return the result in the content of a file that ``keep`` wrote.

    Raises:
        ValueError: it is damaged.
    """
    return ReviewResult.from_json(content.partition(b"\n")[2])


def last_result(folder: Path) -> ReviewResult | None:
    """Return the result of the review of a staged tree; None if it was not reviewed."""
    try:
        result = read_result((folder / RESULT_FILE).read_bytes())
        return result if result.digest == staged_site(folder).digest else None
    except (OSError, ValueError, PublishError):
        return None


def record_of(folder: Path, digest: str) -> bytes | None:
    """Return the record of a release that was reviewed; None if another one was reviewed last."""
    try:
        with (folder / RESULT_FILE).open("rb") as file:
            reviewed = json.loads(file.readline())
        return (folder / RECORD_FILE).read_bytes() if reviewed[0] == digest else None
    except (OSError, ValueError, IndexError, TypeError):
        return None


def _sites(staged: StagedSite, live: LiveSite) -> list[str]:
    """Return what a result compares."""
    return [staged.digest, live.record.digest if live.record else ""]


def _conditions(live: LiveSite) -> list[object]:
    """Return what the notes of a result depend on: why there is no live site, and what can be read."""
    return [live.name, has_brotli()]


def _kept(staged: StagedSite, live: LiveSite, cli_run: str) -> KeptResult | None:
    try:
        head, _, body = (staged.folder / RESULT_FILE).read_bytes().partition(b"\n")
        digest, before, *conditions, shown_in = json.loads(head)
        is_of_this_run = bool(cli_run) and shown_in == cli_run
        is_same = [digest, before] == _sites(staged, live) and (is_of_this_run or conditions == _conditions(live))
        has_record = (staged.folder / RECORD_FILE).is_file()
        return KeptResult(ReviewResult.from_json(body), shown_in) if is_same and has_record else None
    except (OSError, ValueError, TypeError):
        return None
