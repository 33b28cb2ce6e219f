"""A server on loopback whose answers a test chooses, one after the other for each path."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from sandbox.tests.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Page:
    """An answer.

    Attributes:
        body: the bytes.
        status: the status.
        headers: the headers besides Content-Length.
        missing_bytes: how many bytes fewer are sent than announced; the connection is then closed.
        is_chunked: whether the body has no length.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    missing_bytes: int = 0
    is_chunked: bool = False


class ChosenAnswers(Loopback):
    """Serves the pages of a test.

    Attributes:
        pages: the answers to each path: the last one is repeated; None closes the connection.
        requests: the path and the headers of each request.
        connections: how many connections there have been.
    """

    def __init__(self, pages: Mapping[str, list[Page | None]]) -> None:
        self.pages = {path: list(answers) for path, answers in pages.items()}
        self.requests: list[tuple[str, Mapping[str, str]]] = []
        self.connections = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def setup(self) -> None:
                super().setup()
                outer.connections += 1

            def do_GET(self) -> None:
                outer.requests.append((self.path, dict(self.headers.items())))
                page = outer.next_page(self.path)
                if page is None:
                    self.close_connection = True
                    return
                self.send_response(page.status)
                for name, value in page.headers.items():
                    self.send_header(name, value)
                self._send_body(page)

            def _send_body(self, page: Page) -> None:
                if page.is_chunked:
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(page.body), page.body))
                    self.close_connection = True
                    return
                self.send_header("Content-Length", str(len(page.body) + page.missing_bytes))
                self.end_headers()
                self.wfile.write(page.body)
                self.close_connection = page.missing_bytes > 0 or page.headers.get("X-Close") == "silently"

            def log_message(self, *_: Any) -> None:  # noqa: ANN401 - http.server's shape
                """Stay quiet."""

        super().__init__(Handler)

    def next_page(self, path: str) -> Page | None:
        """Return the next answer to a path; a path without answers is a 404."""
        answers = self.pages.get(path, [Page(b"missing", 404)])
        return answers.pop(0) if len(answers) > 1 else answers[0]
