"""Headless Chromium as a visitor of a site: what came, what the page shows, and what went wrong in it."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page, Response

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",  # tests may run as root, where Chromium's own sandbox refuses to start
    "--disable-gpu",
    "--disable-quic",
    # nothing but the site under test is asked for anything
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FAILED = 400


@dataclass
class Visit:
    """One visitor, with an empty cache at first.

    Attributes:
        page: the tab.
        types: the Content-Type of each path that came, the latest of each.
        problems: errors on the console, uncaught exceptions, and requests that failed.
    """

    page: Page
    types: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error.message}"))
        self.page.on("requestfailed", lambda request: self.problems.append(f"failed: {request.url} {request.failure}"))
        self.page.on("response", self._on_response)

    def open(self, url: str) -> int:
        """Go there, wait until all is loaded, and return the status that the page came with."""
        return _status(self.page.goto(url, wait_until="networkidle"))

    def reload(self) -> int:
        """Press reload, wait until all is loaded, and return the status that the page came with."""
        return _status(self.page.reload(wait_until="networkidle"))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text}")

    def _on_response(self, response: Response) -> None:
        path = urlsplit(response.url).path
        self.types[path] = response.headers.get("content-type", "")
        if response.status >= FAILED:
            self.problems.append(f"status {response.status}: {path}")


def _status(response: Response | None) -> int:
    assert response is not None, "the browser did not ask the server for the page"
    return response.status


@contextmanager
def headless() -> Iterator[Browser]:
    """Run the machine's Chromium until the block ends; without one, skip the test."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("no Chromium on PATH; Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visitor(browser: Browser) -> Iterator[Visit]:
    """Open a tab with a profile of its own: no cache, no cookies."""
    context = browser.new_context()
    try:
        yield Visit(context.new_page())
    finally:
        context.close()
