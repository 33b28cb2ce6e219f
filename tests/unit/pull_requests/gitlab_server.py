"""A GitLab on loopback with the shapes of its API's documentation: https://docs.gitlab.com/api/notes/."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "glpat-0123456789"
BOT, MALLORY = 101, 7
# As few as possible, so that short lists have pages.
PAGE = 2
_NOTES = "/projects/42/merge_requests/7/notes"


@dataclass
class GitLabState:
    """The project 42 with the merge request 7.

    Attributes:
        url: the URL of the API.
        merge_request: the merge request.
        jobs: the jobs of the pipeline 900.
        notes: the notes, the oldest first.
        artifacts: the files of the job 11.
        elsewhere: where the files of the job 11 are, if not here.
        failure: a status that every request gets, with its body; None for none.
        requests: method and path of each request, with whether it has a token.
    """

    url: str = ""
    merge_request: dict[str, Any] = field(
        default_factory=lambda: {
            "iid": 7,
            "state": "opened",
            "sha": "c" * 40,
            "head_pipeline": {"id": 900, "source": "merge_request_event"},
        }
    )
    jobs: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"id": number, "name": name, "status": "success"}
            for number, name in ((9, "preview"), (10, "lint"), (11, "preview-site"))
        ]
    )
    notes: list[dict[str, Any]] = field(default_factory=list)
    artifacts: dict[str, bytes] = field(default_factory=dict)
    elsewhere: str = ""
    failure: tuple[int, bytes] | None = None
    requests: list[tuple[str, str, bool]] = field(default_factory=list)

    def add_note(self, author: int, body: str) -> None:
        """Add a note."""
        self.notes.append(
            {"id": len(self.notes) + 301, "body": body, "author": {"id": author}, "system": False, "resolvable": False}
        )

    def bodies(self) -> list[str]:
        """Return the texts of all notes."""
        return [note["body"] for note in self.notes]


@contextmanager
def running_gitlab() -> Iterator[GitLabState]:
    """Serve a GitLab until the end of the block."""
    state = GitLabState()

    class Handler(_Handler):
        gitlab = state

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}/api/v4"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    gitlab: GitLabState

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _answer(self) -> None:
        url = urlsplit(self.path)
        token = self.headers.get("PRIVATE-TOKEN")
        self.gitlab.requests.append((self.command, url.path, token is not None))
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
        path = url.path.removeprefix("/api/v4")
        if self.gitlab.failure:
            self._send(*self.gitlab.failure)
        elif path.startswith("/cdn/"):
            self._send(200, self.gitlab.artifacts[path.removeprefix("/cdn/")])
        elif token != TOKEN:
            self._send(401, b'{"message":"401 Unauthorized"}')
        else:
            self._answer_user(path, {name: values[0] for name, values in parse_qs(url.query).items()}, body)

    do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the names that http.server calls

    def _answer_user(self, path: str, query: dict[str, str], body: dict[str, str]) -> None:
        known = {"/user": {"id": BOT, "bot": True}, "/projects/42/merge_requests/7": self.gitlab.merge_request}
        lists = {"/projects/42/pipelines/900/jobs": self.gitlab.jobs, _NOTES: self.gitlab.notes}
        found = re.fullmatch(rf"{_NOTES}/([0-9]+)", path)
        if self.command == "POST" and path == _NOTES:
            self.gitlab.add_note(BOT, body["body"])
            self._send(201, b"{}")
        elif self.command == "PUT" and found:
            self._update(int(found[1]), body["body"])
        elif path in known:
            self._send(200, json.dumps(known[path]).encode())
        elif path in lists:
            self._send_page(lists[path], query)
        else:
            self._send_artifact(path)

    def _update(self, number: int, text: str) -> None:
        """Change a note; GitLab lets its author alone."""
        (note,) = (note for note in self.gitlab.notes if note["id"] == number)
        if note["author"]["id"] != BOT:
            self._send(403, b'{"message":"403 Forbidden"}')
            return
        note["body"] = text
        self._send(200, b"{}")

    def _send_page(self, items: list[dict[str, Any]], query: dict[str, str]) -> None:
        page = int(query["page"])
        shown = items[(page - 1) * PAGE : page * PAGE]
        more = str(page + 1) if len(items) > page * PAGE else ""
        self._send(200, json.dumps(shown).encode(), {"X-Next-Page": more})

    def _send_artifact(self, path: str) -> None:
        name = path.removeprefix("/projects/42/jobs/11/artifacts/")
        if name not in self.gitlab.artifacts:
            self._send(404, b'{"message":"404 Not Found"}')
        elif self.gitlab.elsewhere:
            self._send(302, b"", {"Location": f"{self.gitlab.elsewhere}/cdn/{name}"})
        else:
            self._send(200, self.gitlab.artifacts[name])

    def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
