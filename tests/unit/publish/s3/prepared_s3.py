"""A server with prepared responses in place of S3, and the client of a bucket there."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from hosting.aws.settings import AwsSettings
from hosting.publish.s3.bucket import S3BucketClient
from sandbox.tests.loopback import Loopback

_TIMES = {"Last-Modified": "Fri, 02 Jan 2026 03:04:05 GMT", "Date": "Fri, 02 Jan 2026 03:04:15 GMT"}
_CONDITIONS = ("if-match", "if-none-match")


class Request(NamedTuple):
    """A request; ``condition`` is the header of a conditional request with its value, or empty."""

    method: str
    path: str
    condition: str
    body: bytes

    @property
    def query(self) -> dict[str, list[str]]:
        """The parameters of its query."""
        return parse_qs(urlsplit(self.path).query, keep_blank_values=True)


class S3(Loopback):
    """Answers with prepared responses, in their order, and records the requests."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self.requests: list[Request] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                condition = " ".join(f"{name} {self.headers[name]}" for name in _CONDITIONS if self.headers[name])
                outer.requests.append(Request(self.command, self.path, condition, body))
                status, answer = outer.answers.pop(0)
                self.send_response_only(status)
                for name, value in {**_TIMES, "ETag": '"e1"', "Content-Length": str(len(answer))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            def do_POST(self) -> None:
                self.do_GET()

            def do_PUT(self) -> None:
                self.do_GET()

            def log_message(self, *_: Any) -> None:  # noqa: ANN401 - http.server's shape
                """Stay quiet."""

        super().__init__(Handler)


def client(s3: S3) -> S3BucketClient:
    """Return the client of a bucket."""
    values = {"accessKey": "a", "secretKey": "b", "endpoints": [{"s3": s3.url}]}
    return S3BucketClient("site", AwsSettings("eu-west-1", values))
