from __future__ import annotations

import functools
import http.server
import threading
from typing import TYPE_CHECKING

import pytest

from tests.e2e.browser import headless, visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

BROKEN = '<h1>broken</h1><script src="/gone.js"></script><script>console.error("oh no"); missing()</script>'


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return one Chromium for the tests of this module."""
    with headless() as running:
        yield running


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Serve a folder, and return it with its URL."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=tmp_path)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield tmp_path, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_sound_page_has_no_problems_and_its_type_is_known(browser: Browser, site: tuple[Path, str]) -> None:
    """A page that works is told apart from one that doesn't."""
    folder, url = site
    (folder / "index.html").write_text("<link rel=icon href=data:,><h1>sound</h1>")
    with visitor(browser) as visit:
        assert visit.open(f"{url}/") == 200
        assert visit.page.inner_text("h1") == "sound"
        assert visit.types["/"] == "text/html"
        assert visit.problems == []


def test_every_kind_of_problem_is_seen(browser: Browser, site: tuple[Path, str]) -> None:
    """Missing files, console errors and uncaught exceptions count, so that their absence means something."""
    folder, url = site
    (folder / "index.html").write_text(f"<link rel=icon href=data:,>{BROKEN}")
    with visitor(browser) as visit:
        visit.open(f"{url}/")
        seen = "\n".join(visit.problems)
    assert "status 404: /gone.js" in seen
    assert "console: oh no" in seen
    assert "uncaught: missing is not defined" in seen
