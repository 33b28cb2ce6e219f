"""The poller finds what no version has, and mixes of versions."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.tests.loopback import Loopback
from tests.faults.poller import Poller
from tests.faults.site_versions import A, B, is_hashed, urls

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.site_versions import Expected, SiteVersion


class Site(Loopback):
    """Answers each URL as the version that ``version_of`` chooses for it."""

    def __init__(self, version_of: Callable[[str], SiteVersion], change: Callable[[str, bytes], bytes]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                expected: Expected = version_of(self.path).expected(self.path, has_redirects=True)
                body = change(self.path, expected.body)
                self.send_response(expected.status)
                for name, value in (("Content-Type", expected.content_type), ("Location", expected.location)):
                    if value:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:  # noqa: ANN401 - the base class's arguments
                """Log nothing."""

        super().__init__(Handler)


def problems(
    version_of: Callable[[str], SiteVersion],
    *,
    atomic: bool = True,
    change: Callable[[str, bytes], bytes] = lambda _, body: body,
) -> list[str]:
    """Return what one round of polling finds."""
    with Site(version_of, change) as site:
        poller = Poller(site.url, (A, B), redirects=True, atomic=atomic)
        poller.poll_once()
    return poller.problems


@pytest.mark.parametrize("version", [A, B], ids=str)
def test_one_version_is_fine(version: SiteVersion) -> None:
    """All URLs of one version are right, also where the promise is one version at every moment."""
    assert problems(lambda _: version) == []


def test_a_mix_is_a_problem_only_where_none_is_promised() -> None:
    """A page of B beside pages of A breaks the promise of atomic releases, and no other."""

    def mixed(path: str) -> SiteVersion:
        return B if path == "/docs/" else A

    assert problems(mixed, atomic=False) == []
    assert problems(mixed) == 2 * ["/docs/ is of B beside A"]


def test_a_body_of_no_version_is_a_problem() -> None:
    """Half of a file is found, at both edge locations."""
    found = problems(lambda _: A, change=lambda path, body: body[:2] if path == "/robots.txt" else body, atomic=False)
    assert found == 2 * ["/robots.txt: 200 b'# '"]


def test_assets_of_either_version_and_error_pages_may_stay() -> None:
    """Files with a hash in their names may outlive their version, and an error page may be the other version's."""

    def mixed(path: str) -> SiteVersion:
        is_asset_of_b = is_hashed(path.removeprefix("/")) and path.removeprefix("/") in B.published
        return B if is_asset_of_b or path == "/no-such-file.txt" else A

    assert problems(mixed) == []


def test_an_asset_that_is_missing_beside_its_page_is_a_problem() -> None:
    """The script of version A has to be there as long as its pages are."""
    script = next(f"/{path}" for path in A.published if path.startswith("assets/app.") and path not in B.published)
    found = problems(lambda path: B if path == script else A, atomic=False)
    assert found == 2 * [f"{script}: 404 b'<h1>missing in B</h1>' beside its page"]


def test_urls_have_all_files_folders_and_redirects() -> None:
    """The list has what either version publishes, and one that none has."""
    paths = urls(A, B, has_redirects=True)
    assert {"/", "/docs/", "/b/only.html", "/a-only.html", "/old", "/from-a", "/from-b", "/no-such-file.txt"} <= {
        *paths
    }
    assert "/_redirects" not in paths
    assert paths[0] == "/"
