"""What is left half done is finished by the next `pulumi up`."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

import pytest

from tests.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.e2e.harness import Project, Sandbox

HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "host"}


class Gate(Loopback):
    """A proxy in front of the cloud's CloudFront that can refuse new invalidations."""

    def __init__(self, cloud: str) -> None:
        self.refuses = False
        self.refused = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _pass(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if outer.refuses and self.command == "POST" and self.path.endswith("/invalidation"):
                    outer.refused += 1
                    self._answer(403, {}, b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>")
                    return
                headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
                request = urllib.request.Request(  # noqa: S310 - the test's own address
                    cloud + self.path, data=body or None, headers=headers, method=self.command
                )
                try:
                    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - the same
                        self._answer(answer.status, dict(answer.headers), answer.read())
                except urllib.error.HTTPError as error:
                    with error:
                        self._answer(error.code, dict(error.headers), error.read())

            def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = _pass  # noqa: N815 - http.server's names

            def log_message(self, *_: Any) -> None:  # noqa: ANN401 - http.server's shape
                """Stay quiet."""

        super().__init__(Handler)


@pytest.fixture
def gate(sandbox: Sandbox) -> Iterator[Gate]:
    """Serve a gate for one test."""
    with Gate(sandbox.env["AWS_ENDPOINT_URL"]) as made:
        yield made


def test_a_failed_invalidation_fails_the_update_and_is_made_by_the_next(
    new_project: Callable[[str], Project], gate: Gate
) -> None:
    """The update says that the files are up and the edge is stale; the next one invalidates exactly that."""
    project = new_project("prod")
    project.write("www/index.html", "home")
    project.write("www/about.html", "one")
    project.config("publish:directory", "www")
    project.config("aws:endpoints", json.dumps([{"cloudfront": gate.url}]))
    project.up()
    gate.refuses = True
    project.write("www/about.html", "two")
    failed = project.up(check=False)
    assert failed.code != 0
    assert "AccessDenied" in failed.output
    assert "Run `pulumi up` again" in failed.output
    assert gate.refused == 1
    assert project.get("/about.html").text == "two"
    gate.refuses = False
    assert project.up().changes == {"updated": 1}
    assert project.invalidations()[-1] == ["/about.html"]
    assert project.up().changes == {}


def test_the_build_runs_once_for_each_up(new_project: Callable[[str], Project]) -> None:
    """Preview and update of one `pulumi up` share a build; each further `up` builds again; a preview alone builds."""
    project = new_project("dev")
    project.config("publish:directory", "out")
    project.config("publish:buildCommand", "mkdir -p out && echo page > out/index.html && echo . >> ../builds")
    builds = project.path.parent / "builds"

    def run(*command: str) -> int:
        project.pulumi(*command, "--stack", "dev")
        return len(builds.read_text().splitlines())

    assert run("preview") == 1
    assert run("up", "--yes") == 2
    assert run("up", "--yes") == 3
    assert project.get("/").text == "page\n"


def test_pages_go_up_after_assets_and_the_edge_is_told_last(new_project: Callable[[str], Project]) -> None:
    """The engine's own order: assets before pages before the invalidation."""
    project = new_project("prod")
    project.up()
    by_name = {item["urn"].rpartition("::")[2]: item for item in project.state() if "$" in item["urn"]}
    assert by_name["assets"]["urn"] in by_name["pages"]["dependencies"]
    assert by_name["pages"]["urn"] in by_name["invalidation"]["dependencies"]
