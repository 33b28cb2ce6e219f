"""The providers of the review: when it runs, what it shows and refuses, and the record that is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hosting.errors import PublishError
from hosting.providers.review import ReviewProvider, ReviewRecordProvider
from hosting.publish.s3.errors import S3Error
from hosting.publish.s3.objects import StoredObject
from hosting.publish.staging.staged_paths import MANIFEST
from hosting.review.request import write_request
from tests.unit.review import sites
from tests.unit.review.sites import SITE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

KEYS = ["first/review.json.gz", "second/review.json.gz"]


class Memory:
    """A bucket, and the engine's log."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.said: list[str] = []
        self.is_closed = False
        self.is_read_only = False
        self.reads: list[str] = []

    def read(self, key: str) -> StoredObject | None:
        self.reads.append(key)
        if self.is_closed:
            raise S3Error("AccessDenied", "Access Denied")
        data = self.objects.get(key)
        return None if data is None else StoredObject(data, "etag", 0.0, 0.0)

    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        assert replaces is None
        if self.is_closed or self.is_read_only:
            raise S3Error("AccessDenied", "Access Denied")
        self.objects[key] = data
        return "etag"

    def delete(self, keys: Iterable[str]) -> None:
        if self.is_closed:
            raise S3Error("AccessDenied", "Access Denied")
        for key in keys:
            self.objects.pop(key, None)

    def info(self, text: str) -> None:
        self.said.append(text)

    def warn(self, text: str) -> None:
        self.said.append(f"warning: {text}")

    def status(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture
def memory() -> Memory:
    """Return an empty bucket."""
    return Memory()


@pytest.fixture
def review(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> ReviewProvider:
    """Return the provider of the review."""
    monkeypatch.setattr(ReviewProvider, "bucket_client", lambda *_: memory)
    monkeypatch.setattr(ReviewProvider, "log", lambda *_: memory)
    return ReviewProvider()


@pytest.fixture
def record(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> ReviewRecordProvider:
    """Return the provider of the record."""
    monkeypatch.setattr(ReviewRecordProvider, "bucket_client", lambda *_: memory)
    monkeypatch.setattr(ReviewRecordProvider, "log", lambda *_: memory)
    return ReviewRecordProvider()


def inputs(folder: Path, files: dict[str, str], **settings: object) -> dict[str, Any]:
    """Stage files, and return the inputs of both resources."""
    staged = sites.staged_site(folder, files, {}, publish_mode="bulk", **settings)
    (staged.folder / MANIFEST).write_text(staged.manifest.to_json())
    write_request(staged.folder, staged.request)
    names = {"name": "the live release", "stack": "prod", "urn": "urn:pulumi:prod::x::y::z", "region": ""}
    return {**names, "bucket": "b", "keys": KEYS, "digest": staged.digest, "staging": str(staged.folder)}


def without_about() -> dict[str, str]:
    """Return the site without a page that others link to."""
    return {path: text for path, text in SITE.items() if path != "about/index.html"}


def test_a_publish_is_compared_with_the_last_one(
    review: ReviewProvider, record: ReviewRecordProvider, memory: Memory, tmp_path: Path
) -> None:
    """Before the first publish there is nothing to compare; the record of it is what the next one is compared with."""
    first = inputs(tmp_path, SITE)
    assert review.check({}, {**first, "bucket": None}).failures == []
    assert "Nothing is live yet, so no URLs and rules were compared" in memory.said[-1]
    assert review.create(first).outs == first
    assert record.create(first).outs == first
    assert list(memory.objects) == KEYS[:1]
    memory.said.clear()
    memory.reads.clear()
    review.check(first, first)
    assert memory.said == []
    second = inputs(tmp_path, without_about())
    assert review.diff("id", first, second).changes
    assert not review.diff("id", second, {**second, "urn": "another"}).changes
    review.check(first, second)
    assert memory.reads == KEYS[:1]
    found, warning = memory.said
    assert "\n  This publish: $" in found
    assert "\n    S3 requests that write: " in found
    assert warning.startswith("warning: 1 URL of the live site dies; ")
    assert warning.endswith("\n  /about/ will be 404 (so do /about/index.html, /about) (linked on /)")
    assert review.update("id", first, second).outs == second


def test_one_run_shows_a_result_once(
    review: ReviewProvider, memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The update after a preview does not repeat it; another run does."""
    monkeypatch.setattr("hosting.publish.staging.cli_run.cli_run", lambda: "7 now")
    news = inputs(tmp_path, SITE)
    review.check({}, news)
    assert len(memory.said) == 1
    review.check({}, news)
    assert len(memory.said) == 1
    monkeypatch.setattr("hosting.publish.staging.cli_run.cli_run", lambda: "8 later")
    review.check({}, news)
    assert len(memory.said) == 2


def test_the_gate_refuses(review: ReviewProvider, tmp_path: Path) -> None:
    """The message has the command for this stack."""
    news = inputs(tmp_path, without_about(), publish_gate={"links": "error"})
    with pytest.raises(PublishError, match=r"pulumi config set --stack prod --path publish:gate\.links warn"):
        review.check({}, news)


def test_a_bucket_that_cannot_be_read(review: ReviewProvider, memory: Memory, tmp_path: Path) -> None:
    """The site is reviewed all the same, and the reason is shown."""
    memory.is_closed = True
    review.check({}, inputs(tmp_path, SITE))
    assert "The live release can't be read (AccessDenied: Access Denied), so no URLs" in memory.said[0]


def test_the_record_of_another_release_is_removed(
    review: ReviewProvider, record: ReviewRecordProvider, memory: Memory, tmp_path: Path
) -> None:
    """A rollback removes the record, and a change of mode moves it."""
    news = inputs(tmp_path, SITE)
    review.check({}, news)
    record.create(news)
    record.update("id", news, {**news, "digest": ""})
    assert memory.objects == {}
    record.update("id", news, {**news, "keys": KEYS[::-1]})
    assert list(memory.objects) == KEYS[1:]
    record.delete("id", {**news, "keys": KEYS[::-1]})
    assert memory.objects == {}


def test_a_record_that_cannot_be_stored_is_a_warning(
    record: ReviewRecordProvider, review: ReviewProvider, memory: Memory, tmp_path: Path
) -> None:
    """The site is published all the same; the next `pulumi up` stores the record, also if nothing else has changed."""
    memory.objects[KEYS[0]] = b"of an earlier release"
    news = inputs(tmp_path, SITE)
    review.check({}, news)
    memory.is_read_only = True
    state = record.create(news).outs or {}
    said = "warning: The record for the next review could not be stored (AccessDenied: Access Denied): pulumi up tries"
    assert memory.said[-1].startswith(said)
    assert memory.objects == {}
    for next_one in (news, {**news, "digest": ""}):
        assert record.diff("id", state, next_one).changes
    memory.is_read_only = False
    again = record.update("id", state, news).outs or {}
    assert list(memory.objects) == KEYS[:1]
    assert not record.diff("id", again, news).changes


def test_a_bucket_that_is_gone(record: ReviewRecordProvider, memory: Memory, tmp_path: Path) -> None:
    """Neither a record that can't be stored nor one that can't be deleted ends the update."""
    news = inputs(tmp_path, SITE)
    memory.is_closed = True
    assert record.create(news).outs == {**news, "digest": "not stored"}
    record.delete("id", news)
    assert memory.said[-1] == "warning: The record of the review could not be deleted: AccessDenied: Access Denied"


def test_a_refresh_reviews_nothing(
    review: ReviewProvider, record: ReviewRecordProvider, memory: Memory, tmp_path: Path
) -> None:
    """The state stays as it is, without a request."""
    news = inputs(tmp_path, SITE)
    for provider in (review, record):
        assert provider.read("id", news).outs == news
    review.delete("id", news)
    assert (memory.said, memory.reads) == ([], [])


def fails(*_: object) -> None:
    """Fail as a review of a file that cannot be read."""
    raise ValueError("odd file")


def test_a_review_that_fails_is_a_warning(
    review: ReviewProvider, memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site is published all the same, unless the gate has to refuse findings."""
    monkeypatch.setattr("hosting.review.run.run_review", fails)
    assert review.check({}, inputs(tmp_path, SITE)).failures == []
    (said,) = memory.said
    assert said.startswith("warning: The review failed (ValueError: odd file); nothing was reviewed.")
    assert "pulumi config set --stack prod publish:gate" in said
    news = inputs(tmp_path, SITE, publish_gate={"links": "error"})
    with pytest.raises(PublishError, match=r"odd file(?s:.*)--stack prod --path publish:gate\.links warn"):
        review.check({}, news)


def test_the_record_of_a_site_that_was_reviewed_in_another_checkout(
    review: ReviewProvider, record: ReviewRecordProvider, memory: Memory, tmp_path: Path
) -> None:
    """A retry has the state of the first attempt, so the engine asks for no review: the record is made at the end."""
    first = inputs(tmp_path / "first", SITE)
    review.check({}, first)
    record.create(first)
    stored = memory.objects.pop(KEYS[0])
    retry = inputs(tmp_path / "retry", SITE)
    record.update("id", first, retry)
    assert memory.objects == {KEYS[0]: stored}


def test_a_record_that_cannot_be_made_is_a_warning(
    record: ReviewRecordProvider, memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site is published without a record; a tree that was staged again is not this release, either."""
    memory.objects[KEYS[0]] = b"before"
    monkeypatch.setattr("hosting.review.run.run_review", fails)
    news = inputs(tmp_path, SITE)
    record.create(news)
    assert memory.said == ["warning: The record for the next review could not be made: ValueError: odd file"]
    assert memory.objects == {}
    memory.objects[KEYS[0]] = b"before"
    record.create({**news, "digest": "another"})
    assert len(memory.said) == 1
    assert memory.objects == {}
