"""GitHub's API by the CLI `gh`, which runners have: the pull request of a workflow's run, its artifact and comments.

Each value that a pull request's author chooses, such as the name of a branch, is an argument of a program, and never a
part of a script.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from hosting.errors import HostingError
from hosting.pull_requests.comments import Comment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# The artifact's name in preview.yml.
ARTIFACT = "site"
# Who comments with a workflow's token: https://docs.github.com/en/actions/concepts/security/github_token
_COMMENTER = "github-actions[bot]"
# What `gh api` says of such an answer: https://github.com/cli/cli/blob/trunk/pkg/cmd/api/api.go
_NOT_FOUND = "(HTTP 404)"


class NotFoundError(HostingError):
    """GitHub does not have what was asked for."""


@dataclass(frozen=True)
class PullRequest:
    """A pull request.

    Attributes:
        number: its number.
        commit: the commit at its head.
        is_open: whether it is neither merged nor closed.
    """

    number: int
    commit: str
    is_open: bool


class GitHub:
    """A repository on GitHub."""

    def __init__(self, repository: str) -> None:
        """``repository`` is ``owner/name``."""
        self._repository = repository

    def pull_request(self, number: int) -> PullRequest | None:
        """Return a pull request; None if the repository has none with this number."""
        try:
            found = self._get(f"pulls/{number}")
        except NotFoundError:
            return None
        return PullRequest(number, str(found["head"]["sha"]), found["state"] == "open")

    def pull_request_of(self, run: Mapping[str, Any]) -> PullRequest | None:
        """Return the open pull request whose head a workflow's run has built; None if its head is another one by now.

        The event itself does not name the pull request of a fork. Artifacts could name any:
        https://docs.github.com/en/rest/pulls/pulls#list-pull-requests
        """
        head = run["head_repository"]
        # The repository of a fork may be deleted: https://docs.github.com/en/rest/actions/workflow-runs
        if head is None:
            return None
        query = {"state": "open", "head": f"{head['owner']['login']}:{run['head_branch']}", "per_page": 100}
        for found in self._get(f"pulls?{urlencode(query)}"):
            repository = found["head"]["repo"] or {}
            if found["head"]["sha"] == run["head_sha"] and repository.get("id") == head["id"]:
                return PullRequest(int(found["number"]), str(run["head_sha"]), is_open=True)
        return None

    def download(self, run: int, file: Path) -> None:
        """Download the artifact of a workflow's run.

        Raises:
            HostingError: the run has none, or several.
        """
        found = self._get(f"actions/runs/{run}/artifacts?name={quote(ARTIFACT)}")["artifacts"]
        if len(found) != 1:
            raise HostingError(
                f"The run {run} has {len(found)} artifacts '{ARTIFACT}', not one: run its workflow again"
            )
        path = f"repos/{self._repository}/actions/artifacts/{int(found[0]['id'])}/zip"
        with file.open("wb") as output:
            _gh(["api", path], stdout=output)

    def own_comments(self, number: int) -> Iterator[Comment]:
        """Yield the comments of workflows: https://docs.github.com/en/rest/issues/comments#list-issue-comments."""
        path = f"repos/{self._repository}/issues/{number}/comments?per_page=100"
        pages: list[list[dict[str, Any]]] = json.loads(_gh(["api", "--paginate", "--slurp", path]))
        for comment in (comment for page in pages for comment in page):
            # A deleted user is None.
            if (comment["user"] or {}).get("login") == _COMMENTER:
                yield Comment(int(comment["id"]), str(comment["body"]))

    def create_comment(self, number: int, body: str) -> None:
        """Write a new comment."""
        self._send("POST", f"issues/{number}/comments", body)

    def update_comment(self, _number: int, comment: int, body: str) -> None:
        """Replace a comment's text."""
        self._send("PATCH", f"issues/comments/{comment}", body)

    def _get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        return json.loads(_gh(["api", f"repos/{self._repository}/{path}"]))

    def _send(self, method: str, path: str, body: str) -> None:
        _gh(
            ["api", "--method", method, "--input", "-", f"repos/{self._repository}/{path}"],
            body=json.dumps({"body": body}),
        )


def _gh(arguments: list[str], *, body: str = "", stdout: Any = subprocess.PIPE) -> str:  # noqa: ANN401 - a file or PIPE
    """Run `gh`, and return its output.

    Raises:
        NotFoundError: GitHub answered 404.
        HostingError: it failed otherwise.
    """
    done = subprocess.run(  # noqa: S603 - a fixed command; its arguments are not read by a shell
        ["gh", *arguments],  # noqa: S607 - of the runner
        input=body.encode(),
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, "GH_PROMPT_DISABLED": "1"},
        check=False,
    )
    if done.returncode != 0:
        message = done.stderr.decode(errors="replace").strip()
        error = NotFoundError if _NOT_FOUND in message else HostingError
        raise error(f"GitHub's API refused a request: {message}")
    return (done.stdout or b"").decode()
