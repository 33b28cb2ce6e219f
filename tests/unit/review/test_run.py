"""The review of a staged tree from its files, kept between runs; and the live release in the bucket."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from hosting.errors import PublishError
from hosting.publish.s3.objects import StoredObject
from hosting.publish.staging.staged_paths import MANIFEST
from hosting.review import run
from hosting.review.live import live_site, no_live_site
from hosting.review.record import ReleaseRecord, record_keys
from hosting.review.request import REQUEST_FILE, write_request
from hosting.review.run import RESULT_FILE, keep, record_of, run_review, staged_site
from tests.unit.previews.test_settings import settings
from tests.unit.review import sites
from tests.unit.review.sites import SITE, page

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.review.review import StagedSite

NOTHING = no_live_site("Nothing is live yet")


def no_progress(_done: int, _total: int) -> None:
    """Show nothing."""


class Bucket:
    """A bucket with some objects."""

    def __init__(self, **objects: bytes) -> None:
        self._objects = objects

    def read(self, key: str) -> StoredObject | None:
        data = self._objects.get(key)
        return None if data is None else StoredObject(data, "etag", 0.0, 0.0)


@pytest.fixture
def staged(tmp_path: Path) -> StagedSite:
    """Return a staged site as the program leaves it."""
    made = sites.staged_site(tmp_path, SITE, {})
    (made.folder / MANIFEST).write_text(made.manifest.to_json())
    write_request(made.folder, made.request)
    return made


def test_the_staged_site_is_read_from_its_files(staged: StagedSite, tmp_path: Path) -> None:
    """Manifest and request are beside the tree; without them the command to type is named."""
    assert staged_site(staged.folder) == staged
    with pytest.raises(PublishError, match="run pulumi preview again"):
        staged_site(tmp_path / "none")


def test_a_result_is_kept(staged: StagedSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same site is not reviewed again, unless it is compared with another release or the record is gone."""
    first = run_review(staged, NOTHING, no_progress)
    keep(staged, NOTHING, first._replace(shown_in="a run"))
    monkeypatch.setattr(run, "review", None)
    again = run_review(staged, NOTHING, no_progress)
    assert (again.result, again.shown_in) == (first.result, "a run")
    record = record_of(staged.folder, staged.digest)
    live = live_site(Bucket(key=record or b""), ["key"], "the live release")
    with pytest.raises(TypeError):
        run_review(staged, live, no_progress)
    (staged.folder / RESULT_FILE).write_text("damaged")
    with pytest.raises(TypeError):
        run_review(staged, NOTHING, no_progress)


def test_a_result_is_not_kept_for_another_note(staged: StagedSite) -> None:
    """Without a record the reason is a note, so another reason is another review, but not in the same run."""
    run_review(staged, no_live_site("The live release can't be read"), no_progress)
    first = run_review(staged, NOTHING, no_progress)
    assert first.result.notes == (NOTHING.name,)
    keep(staged, NOTHING, first._replace(shown_in="a run"))
    created = no_live_site("The bucket has no record")
    assert run_review(staged, created, no_progress, "a run").result.notes == (NOTHING.name,)
    assert run_review(staged, created, no_progress, "another run").result.notes == (created.name,)


def test_a_record_without_its_result_is_not_used(staged: StagedSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """A review that is interrupted while it writes leaves no record of another release."""
    run_review(staged, NOTHING, no_progress)
    monkeypatch.setattr(run, "keep", lambda *_: None)
    run_review(staged, no_live_site("Another reason"), no_progress)
    assert record_of(staged.folder, staged.digest) is None


def test_the_garbage_collection_is_as_before(staged: StagedSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is paused during a review, also if the review fails."""
    seen: list[bool] = []

    def failing(*_: object) -> None:
        seen.append(gc.isenabled())
        raise ValueError("odd file")

    monkeypatch.setattr(run, "review", failing)
    for is_enabled in (True, False):
        (gc.enable if is_enabled else gc.disable)()
        with pytest.raises(ValueError, match="odd file"):
            run_review(staged, NOTHING, no_progress)
        assert gc.isenabled() is is_enabled
    gc.enable()
    assert seen == [False, False]


def test_a_request_of_another_version(staged: StagedSite) -> None:
    """The command to type is named."""
    (staged.folder / REQUEST_FILE).write_text("{}")
    with pytest.raises(PublishError, match="is of another version of the program: run pulumi preview again"):
        staged_site(staged.folder)


def test_the_record_of_what_was_reviewed(staged: StagedSite, tmp_path: Path) -> None:
    """Only that of the same digest; none before a review."""
    assert record_of(staged.folder, staged.digest) is None
    run_review(staged, NOTHING, no_progress)
    data = record_of(staged.folder, staged.digest)
    assert data is not None
    read = ReleaseRecord.from_bytes(data)
    assert read is not None
    assert read.digest == staged.digest
    assert record_of(staged.folder, "another") is None
    assert record_of(tmp_path / "none", staged.digest) is None


def test_the_live_release_in_the_bucket(staged: StagedSite) -> None:
    """The first key that exists counts; without a readable record, the reason is the note."""
    run_review(staged, NOTHING, no_progress)
    data = record_of(staged.folder, staged.digest) or b""
    assert live_site(Bucket(second=data), ["first", "second"], "it").record is not None
    assert live_site(Bucket(), ["first"], "it").name.startswith("The bucket has no record of it, so no URLs")
    assert live_site(Bucket(first=b"?"), ["first"], "it").name.startswith("first is of another version of the program")


def test_the_keys_of_a_record() -> None:
    """Each mode has its own; a stack that has just changed its mode has the record of the other."""
    keys = [".release/records/review.json.gz", ".published/review.json.gz"]
    bulk = settings("dev", publish_mode="bulk", cloudfront_enabled="true")
    assert record_keys(bulk) == (keys, keys, "the live release")
    assert record_keys(settings("dev")) == (keys[::-1], keys[::-1], "the live release")
    other = record_keys(settings("dev", review_against="prod"))
    assert other == (keys[::-1], keys[::-1], "the live release of stack 'prod'")


def test_the_keys_of_the_record_of_a_preview() -> None:
    """It is compared with its base, which is compared with its own live release, or with another stack."""

    def keys(name: str) -> list[str]:
        return [f".release/records/{name}/review.json.gz"]

    preview = record_keys(settings("PR_7", previews_edge="previews"))
    assert preview == (keys("pr-7"), keys("main"), "the live release of preview 'main'")
    chosen = record_keys(settings("PR_7", previews_edge="previews", previews_base="Next"))
    assert chosen.compared == keys("next")
    base = record_keys(settings("main", previews_edge="previews"))
    assert base == (keys("main"), keys("main"), "the live release")
    against = record_keys(settings("PR_7", previews_edge="previews", review_against="prod"))
    site = [".release/records/review.json.gz", ".published/review.json.gz"]
    assert against == (keys("pr-7"), site, "the live release of stack 'prod'")


def test_a_site_that_is_staged_in_another_project_is_another_one(tmp_path: Path) -> None:
    """The digest depends on the files and on the settings."""
    one = sites.staged_site(tmp_path, SITE, {})
    assert one.digest != sites.staged_site(tmp_path, {**SITE, "new.html": page("x")}, {}).digest
    assert one.digest != sites.staged_site(tmp_path, SITE, {}, publish_gate={"links": "error"}).digest
