"""Which pull request a run has built, its artifact and the one comment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hosting.errors import HostingError
from hosting.pull_requests.comments import MARKER, find_comment, write_comment
from hosting.pull_requests.github import PullRequest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.pull_requests.conftest import Repository

COMMIT = "c" * 40


def run(commit: str = COMMIT, *, owner: str = "mallory", branch: str = "fix", repository: int = 2) -> dict[str, Any]:
    """Return what the event says of a workflow's run."""
    head = {"id": repository, "owner": {"login": owner}}
    return {"id": 9, "head_sha": commit, "head_branch": branch, "head_repository": head}


def test_the_pull_request_of_a_run(repository: Repository) -> None:
    """It is the open one with the run's branch, repository and commit."""
    repository.open(7, COMMIT)
    assert repository.github.pull_request_of(run()) == PullRequest(7, COMMIT, is_open=True)
    strange = "a&state=closed\nnumber=1"
    repository.open(8, COMMIT, branch=strange)
    assert repository.github.pull_request_of(run(branch=strange)) == PullRequest(8, COMMIT, is_open=True)


def test_a_run_whose_pull_request_is_another_one_by_now(repository: Repository) -> None:
    """A newer commit, a closed one, or another fork with the same branch is not published."""
    repository.open(7, COMMIT)
    assert repository.github.pull_request_of(run("d" * 40)) is None
    assert repository.github.pull_request_of(run(repository=3)) is None
    assert repository.github.pull_request_of(run(owner="eve")) is None
    repository.close(7)
    assert repository.github.pull_request_of(run()) is None
    assert repository.github.pull_request(7) == PullRequest(7, COMMIT, is_open=False)


def test_a_deleted_fork(repository: Repository) -> None:
    """An open pull request may have lost its repository."""
    repository.open(7, COMMIT)
    pulls = repository.state()["pulls"]
    pulls["7"]["head"]["repo"] = None
    repository.change(pulls=pulls)
    assert repository.github.pull_request_of(run()) is None


def test_a_run_of_a_deleted_fork(repository: Repository) -> None:
    """The event has no repository of the run's head then; nothing is published."""
    repository.open(7, COMMIT)
    assert repository.github.pull_request_of({**run(), "head_repository": None}) is None


def test_a_comment_of_a_deleted_user(repository: Repository) -> None:
    """GitHub has no user for it; it is not the workflow's comment."""
    repository.change(comments={"7": [{"id": 1, "user": None, "body": f"{MARKER}\nx"}]})
    assert find_comment(repository.github, 7) is None


def test_the_artifact_of_a_run(repository: Repository, tmp_path: Path) -> None:
    """A run has one artifact with the name, or its error names the run."""
    repository.change(artifacts={"9": [{"id": 5, "name": "site"}, {"id": 6, "name": "logs"}]})
    (repository.folder / "5.zip").write_bytes(b"archive")
    repository.github.download(9, tmp_path / "artifact.zip")
    assert (tmp_path / "artifact.zip").read_bytes() == b"archive"
    with pytest.raises(HostingError, match="The run 10 has 0 artifacts 'site'"):
        repository.github.download(10, tmp_path / "artifact.zip")


def test_one_comment_is_updated(repository: Repository) -> None:
    """The workflow's own comment changes; one that somebody else has written with its marker stays."""
    forged = {"id": 1, "user": {"login": "mallory"}, "body": f"{MARKER}\nhttps://evil.example"}
    repository.change(comments={"7": [forged]})
    assert find_comment(repository.github, 7) is None
    for text in ("one", "two", "two"):
        write_comment(repository.github, 7, text)
    assert find_comment(repository.github, 7) is not None
    assert repository.comments(7) == ["https://evil.example", "two"]


def test_a_number_without_a_pull_request(repository: Repository) -> None:
    """It may be that of an issue."""
    assert repository.github.pull_request(404) is None


def test_an_error_of_the_api(repository: Repository, tmp_path: Path) -> None:
    """GitHub's own message is shown."""
    repository.change(artifacts={"9": [{"id": 5, "name": "site"}]})
    with pytest.raises(HostingError, match=r"refused a request: gh: Not Found \(HTTP 404\)"):
        repository.github.download(9, tmp_path / "artifact.zip")
