"""A proxy in front of the local cloud, which refuses, delays and records requests."""

from __future__ import annotations

import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from sandbox.tests.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Callable

HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "host"}
_DONE = (b"<Status>Completed</Status>", b"<Status>Deployed</Status>")
_NOT_YET = b"<Status>InProgress</Status>"


class Gate(Loopback):
    """Passes all on to the cloud, but for what it was told.

    Attributes:
        refuses: whether the requests that `refused_path` names are refused.
        refused_path: how the paths of these POST and PUT requests end; by default, those of new invalidations.
        refused: the number of refused requests.
        unfinished: how many further answers say `InProgress` where the cloud says that it is done.
        polls: each request for the state of an invalidation or a distribution: whether it was told to be in progress.
        before_invalidation: called before a new invalidation is passed on.
    """

    def __init__(self, cloud: str) -> None:
        self.refuses = False
        self.refused_path = "/invalidation"
        self.refused = 0
        self.unfinished = 0
        self.polls: list[bool] = []
        self.before_invalidation: Callable[[], None] = lambda: None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _pass(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                is_write = self.command in ("POST", "PUT")
                if outer.refuses and is_write and self.path.endswith(outer.refused_path):
                    outer.refused += 1
                    self._answer(403, {}, b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>")
                    return
                if is_write and self.path.endswith("/invalidation"):
                    outer.before_invalidation()
                headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
                request = urllib.request.Request(  # noqa: S310 - the test's own address
                    cloud + self.path, data=body or None, headers=headers, method=self.command
                )
                try:
                    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - the same
                        self._answer(answer.status, dict(answer.headers), outer.told(self.command, answer.read()))
                except urllib.error.HTTPError as error:
                    with error:
                        self._answer(error.code, dict(error.headers), error.read())

            def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value)
                # A response to HEAD has the length of what GET would return.
                length = headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(body))
                self.send_header("Content-Length", length)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _pass  # noqa: N815 - http.server's names

            def log_message(self, *_: Any) -> None:  # noqa: ANN401 - http.server's shape
                """Stay quiet."""

        super().__init__(Handler)

    def told(self, method: str, body: bytes) -> bytes:
        """Return what an answer is passed on as; the emulator's CloudFront is always done at once, AWS's is not."""
        done = next((word for word in _DONE if word in body), None)
        if method != "GET" or done is None:
            return body
        self.polls.append(self.unfinished > 0)
        if not self.unfinished:
            return body
        self.unfinished -= 1
        return body.replace(done, _NOT_YET)
