"""The one comment on a merge request of GitLab, with a GitLab on loopback."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from hosting.errors import HostingError
from hosting.pull_requests.comments import MARKER, write_comment
from hosting.pull_requests.gitlab import GitLab
from hosting.pull_requests.merge_requests import comment_on_merge_request
from hosting.review.result import Finding, ReviewResult
from tests.unit.pull_requests.gitlab_server import BOT, MALLORY, TOKEN, GitLabState, running_gitlab

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

URL = "https://pr-7.example-previews.com"
PUBLISHED = f"{MARKER}\nPreview of ccccccc: {URL}"


@pytest.fixture
def gitlab() -> Iterator[GitLabState]:
    """Return a GitLab whose pipeline 900 has published."""
    with running_gitlab() as state:
        state.artifacts["preview.env"] = f"PREVIEW_URL={URL}\n".encode()
        yield state


def comment(gitlab: GitLabState, token: str = TOKEN, pipeline: int = 900) -> list[str]:
    """Run the comment's job; return what it says."""
    said: list[str] = []
    comment_on_merge_request(GitLab(gitlab.url, "42", token), 7, pipeline, said.append)
    return said


def review(**values: object) -> bytes:
    """Return the file of a review, which code of the merge request may have made."""
    return b"[]\n" + ReviewResult(digest="d", **values).to_json()  # type: ignore[arg-type]


def test_a_note_is_created_and_then_updated(gitlab: GitLabState) -> None:
    """The first publish writes a note, the next commit changes it, and the same text again sends nothing."""
    assert comment(gitlab) == ["Merge request 7 has the comment about its preview"]
    assert gitlab.bodies() == [PUBLISHED]
    gitlab.merge_request["sha"] = "d" * 40
    comment(gitlab)
    comment(gitlab)
    assert gitlab.bodies() == [PUBLISHED.replace("c" * 7, "d" * 7)]
    writes = [(method, path[-4:]) for method, path, _ in gitlab.requests if method != "GET"]
    assert writes == [("POST", "otes"), ("PUT", "/301")]


def test_a_note_of_somebody_else_with_the_marker_stays(gitlab: GitLabState) -> None:
    """Only notes of the token's user count."""
    gitlab.add_note(MALLORY, f"{MARKER}\nhttps://evil.example")
    comment(gitlab)
    assert gitlab.bodies() == [f"{MARKER}\nhttps://evil.example", PUBLISHED]


def test_the_own_note_is_on_a_later_page(gitlab: GitLabState) -> None:
    """All pages are read; another note of the same user, without the marker, stays."""
    for text in ("one", "two", "three"):
        gitlab.add_note(MALLORY, text)
    gitlab.add_note(BOT, "four")
    gitlab.add_note(BOT, f"{MARKER}\nold")
    comment(gitlab)
    assert gitlab.bodies() == ["one", "two", "three", "four", PUBLISHED]


def test_a_refused_publish(gitlab: GitLabState) -> None:
    """The note has the review that refused it, and not the URL of the last publish."""
    gitlab.jobs[-1]["status"] = "failed"
    finding = Finding("links", "/@admin", "is 404", "/", 1)
    gitlab.artifacts["preview-review.json"] = review(findings=(finding,))
    comment(gitlab)
    (body,) = gitlab.bodies()
    assert body.startswith(f"{MARKER}\nCommit ccccccc has no preview: its publish failed.\n\n**Review** of 0 pages")
    assert "\n- `/@admin` `is 404` on `/`" in body


def test_a_review_that_is_damaged(gitlab: GitLabState) -> None:
    """The note has the URL alone."""
    gitlab.artifacts["preview-review.json"] = b"[]\n{}"
    comment(gitlab)
    assert gitlab.bodies() == [PUBLISHED]


def test_a_review_with_commands_of_gitlab(gitlab: GitLabState) -> None:
    """A line that GitLab would run as a quick action of the token's user is text, in a new and in a changed note."""
    for _ in range(2):
        gitlab.artifacts["preview-review.json"] = review(compared_with=f"x\n/close\n \r/assign me{gitlab.bodies()}")
        comment(gitlab)
        (body,) = gitlab.bodies()
        assert "x\n\\/close\n \r\\/assign me" in body


def test_a_newer_pipeline_or_a_closed_merge_request(gitlab: GitLabState) -> None:
    """The comment of an older commit does not replace that of a newer one."""
    nothing = ["There is nothing to comment: the merge request is closed, or has a newer pipeline"]
    assert comment(gitlab, pipeline=899) == nothing
    gitlab.merge_request["state"] = "merged"
    assert comment(gitlab) == nothing
    assert gitlab.notes == []


@pytest.mark.parametrize("newest", [None, {"id": 901, "source": "push"}])
def test_a_newest_pipeline_that_publishes_nothing(gitlab: GitLabState, newest: dict[str, object] | None) -> None:
    """The pipeline of a branch has no merge request to comment on."""
    gitlab.merge_request["head_pipeline"] = newest
    comment(gitlab)
    assert gitlab.bodies() == [PUBLISHED]


@pytest.mark.parametrize("content", [None, b"PREVIEW_URL=\n", b"PREVIEW_URL=https://a.example\n/close\n"])
def test_a_publish_without_a_url(gitlab: GitLabState, content: bytes | None) -> None:
    """Nothing but a URL is taken from the artifact."""
    gitlab.artifacts = {} if content is None else {"preview.env": content}
    with pytest.raises(HostingError, match=r"^The artifact preview\.env of 'preview-site' has no URL: copy"):
        comment(gitlab)
    assert gitlab.notes == []


def test_a_pipeline_without_the_publishing_job(gitlab: GitLabState) -> None:
    """The error names the job."""
    gitlab.jobs.pop()
    with pytest.raises(HostingError, match=r"^The pipeline has no job 'preview-site': name"):
        comment(gitlab)


def test_an_artifact_on_another_host_gets_no_token(gitlab: GitLabState) -> None:
    """GitLab may redirect to its storage; the token stays with GitLab."""
    with running_gitlab() as storage:
        storage.artifacts = gitlab.artifacts
        gitlab.elsewhere = storage.url
        comment(gitlab)
        assert storage.requests == [("GET", "/api/v4/cdn/preview.env", False)]
    assert gitlab.bodies() == [PUBLISHED]


def test_a_token_that_gitlab_refuses(gitlab: GitLabState) -> None:
    """The one sentence says which variable to set, and does not have the token."""
    with pytest.raises(HostingError) as raised:
        comment(gitlab, "glpat-expired")
    assert str(raised.value) == (
        "GitLab's API refused a request with HTTP 401: set the CI/CD variable PREVIEW_COMMENT_TOKEN to a project "
        "access token with the scope `api` and the role Reporter"
    )


@pytest.mark.parametrize("token", ["", "glpat secret", "glpat-secret\n", "glpat-sécret"])
def test_a_token_that_cannot_be_sent(gitlab: GitLabState, token: str) -> None:
    """It is refused before a request, without being shown."""
    with pytest.raises(
        HostingError, match=r"^The access token is empty, or has blanks or other characters: set"
    ) as raised:
        comment(gitlab, token)
    assert "glpat" not in str(raised.value)
    assert gitlab.requests == []


@pytest.mark.parametrize(
    ("status", "content", "sentence"),
    [
        (403, b"{}", "with HTTP 403: set the CI/CD variable PREVIEW_COMMENT_TOKEN"),
        (404, b"{}", "with HTTP 404: set the CI/CD variable PREVIEW_COMMENT_TOKEN"),
        (502, b"<html>", "with HTTP 502: run the job again"),
        (200, b"<html>", "did not answer with JSON, as GitLab's API does: run the job again"),
    ],
)
def test_an_error_of_the_api(gitlab: GitLabState, status: int, content: bytes, sentence: str) -> None:
    """Each is one sentence."""
    gitlab.failure = (status, content)
    with pytest.raises(HostingError, match=sentence):
        comment(gitlab)


def test_a_gitlab_that_does_not_answer() -> None:
    """The sentence names its address."""
    with running_gitlab() as gone:
        pass
    with pytest.raises(HostingError, match=rf"^GitLab's API at {gone.url} did not answer \(.*\): run the job again$"):
        comment(gone)


def test_a_gitlab_with_its_own_authority(gitlab: GitLabState, tmp_path: Path) -> None:
    """Its certificates are read from the file that the runner names; without certificates in it, it is an error."""
    file = tmp_path / "ca.pem"
    file.write_text("")
    with pytest.raises(HostingError, match=r"^The certificates in .*ca\.pem cannot be read: "):
        GitLab(gitlab.url, "42", TOKEN, str(file))
    authority = next(iter(ssl.create_default_context().get_ca_certs(binary_form=True)))
    file.write_text(ssl.DER_cert_to_PEM_cert(authority))
    write_comment(GitLab(gitlab.url, "42", TOKEN, str(file)), 7, "text")
    assert gitlab.bodies() == [f"{MARKER}\ntext"]
