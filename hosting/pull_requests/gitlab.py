"""GitLab's API: a merge request, the job of its pipeline that has published, and the notes, which are its comments.

It is called with a project access token, as a job's own token may not write notes:
https://docs.gitlab.com/ci/jobs/ci_job_token/#job-token-access
"""

from __future__ import annotations

import json
import re
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPSHandler, Request, build_opener

from hosting.errors import HostingError
from hosting.pull_requests.comments import Comment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TOKEN_VARIABLE = "PREVIEW_COMMENT_TOKEN"  # noqa: S105 - the name of a variable
_NEW_TOKEN = (
    f"set the CI/CD variable {TOKEN_VARIABLE} to a project access token with the scope `api` and the role Reporter"
)
# An invalid token, one without the scope or the role, and one of another project, which then seems not to exist:
# https://docs.gitlab.com/api/rest/troubleshooting/#status-codes
_REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
_TIMEOUT_S = 60
_MOST_BYTES = 64 << 20
# GitLab takes such a line of a note for a command, also when a review has it:
# https://docs.gitlab.com/user/project/quick_actions/
_QUICK_ACTION = re.compile(r"^(\s*)/", re.MULTILINE)


@dataclass(frozen=True)
class MergeRequest:
    """A merge request.

    Attributes:
        commit: the commit at its head.
        is_open: whether it is neither merged nor closed.
        pipeline: its newest pipeline of merge requests; 0 if another kind of pipeline is newer.
    """

    commit: str
    is_open: bool
    pipeline: int


@dataclass(frozen=True)
class Job:
    """A job of a pipeline.

    Attributes:
        id: its number.
        succeeded: whether it did.
    """

    id: int
    succeeded: bool


class _NotFoundError(HostingError):
    """GitLab does not have what was asked for, or does not show it to the token's user."""


class GitLab:
    """A project on GitLab."""

    def __init__(self, api: str, project: str, token: str, authorities: str | None = None) -> None:
        """Send nothing yet.

        Args:
            api: the URL of the API's version 4.
            project: the project's number.
            token: an access token.
            authorities: the file with the certificates of a GitLab with its own authority; None without one.

        Raises:
            HostingError: the token cannot be sent, or the certificates cannot be read.
        """
        # An error of http.client about a header would show it.
        if not re.fullmatch(r"[\x21-\x7e]+", token):
            raise HostingError(f"The access token is empty, or has blanks or other characters: {_NEW_TOKEN}")
        self._api, self._token = api, token
        self._project = f"projects/{quote(project, safe='')}"
        self._opener = build_opener(HTTPSHandler(context=_tls(authorities)))

    def merge_request(self, number: int) -> MergeRequest:
        """Return a merge request: https://docs.gitlab.com/api/merge_requests/#get-single-mr."""
        found = self._json("GET", f"{self._project}/merge_requests/{number}")
        pipeline = found.get("head_pipeline") or {}
        is_own = pipeline.get("source") == "merge_request_event"
        return MergeRequest(str(found["sha"]), found["state"] == "opened", int(pipeline["id"]) if is_own else 0)

    def job(self, pipeline: int, name: str) -> Job | None:
        """Return a job of a pipeline: https://docs.gitlab.com/api/jobs/#list-all-jobs-for-a-pipeline."""
        for found in self._pages(f"{self._project}/pipelines/{pipeline}/jobs"):
            if found["name"] == name:
                return Job(int(found["id"]), found["status"] == "success")
        return None

    def artifact(self, job: int, path: str) -> bytes | None:
        """Return a file of a job's artifacts; None if they do not have it.

        https://docs.gitlab.com/api/job_artifacts/#download-a-single-artifact-file-by-job-id
        """
        try:
            return self._send("GET", f"{self._project}/jobs/{job}/artifacts/{quote(path)}")[0]
        except _NotFoundError:
            return None

    def own_comments(self, number: int) -> Iterator[Comment]:
        """Yield the notes of the token's user: https://docs.gitlab.com/api/notes/#list-all-merge-request-notes."""
        user = self._json("GET", "user")["id"]
        for note in self._pages(f"{self._notes(number)}?sort=asc"):
            if note["author"]["id"] == user:
                yield Comment(int(note["id"]), str(note["body"]))

    def create_comment(self, number: int, body: str) -> None:
        """Write a new note: https://docs.gitlab.com/api/notes/#create-new-merge-request-note."""
        self._json("POST", self._notes(number), {"body": _without_commands(body)})

    def update_comment(self, number: int, comment: int, body: str) -> None:
        """Replace a note's text: https://docs.gitlab.com/api/notes/#modify-existing-merge-request-note."""
        self._json("PUT", f"{self._notes(number)}/{comment}", {"body": _without_commands(body)})

    def _notes(self, number: int) -> str:
        return f"{self._project}/merge_requests/{number}/notes"

    def _pages(self, path: str) -> Iterator[dict[str, Any]]:
        """Yield the items of all pages: https://docs.gitlab.com/api/rest/#offset-based-pagination."""
        page = "1"
        while page:
            content, headers = self._send("GET", f"{path}{'&' if '?' in path else '?'}per_page=100&page={page}")
            yield from self._parsed(content)
            page = headers.get("x-next-page", "")

    def _json(self, method: str, path: str, body: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON
        return self._parsed(self._send(method, path, body)[0])

    def _parsed(self, content: bytes) -> Any:  # noqa: ANN401 - JSON
        try:
            return json.loads(content)
        except ValueError as error:
            raise HostingError(
                f"{self._api} did not answer with JSON, as GitLab's API does: run the job again"
            ) from error

    def _send(self, method: str, path: str, body: Mapping[str, str] | None = None) -> tuple[bytes, Mapping[str, str]]:
        """Send a request; return the answer's content and headers.

        Raises:
            HostingError: GitLab refused it, or did not answer.
        """
        request = Request(  # noqa: S310 - the URL is that of the runner's own GitLab
            f"{self._api}/{path}", data=json.dumps(body).encode() if body else None, method=method
        )
        request.add_header("Content-Type", "application/json")
        # An artifact may be a redirect to another host, which gets no token.
        request.add_unredirected_header("PRIVATE-TOKEN", self._token)
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S) as response:
                return response.read(_MOST_BYTES), response.headers
        except HTTPError as error:
            error.close()
            raise _refusal(error.code) from None
        except (OSError, HTTPException) as error:
            raise HostingError(f"GitLab's API at {self._api} did not answer ({error}): run the job again") from error


def _tls(authorities: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if authorities:
        try:
            context.load_verify_locations(authorities)
        except OSError as error:
            raise HostingError(
                f"The certificates in {authorities} cannot be read: set the runner's tls-ca-file"
            ) from error
    return context


def _without_commands(body: str) -> str:
    return _QUICK_ACTION.sub(r"\1\\/", body)


def _refusal(code: int) -> HostingError:
    sentence = f"GitLab's API refused a request with HTTP {code}"
    if code not in _REFUSED:
        return HostingError(f"{sentence}: run the job again")
    return (_NotFoundError if code == HTTPStatus.NOT_FOUND else HostingError)(f"{sentence}: {_NEW_TOKEN}")
