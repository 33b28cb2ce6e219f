"""The edge in a real browser: an app's routes, clean URLs, and a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.browser import Visit, headless, visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from tests.e2e.harness import Project

# An app that shows the path that it was opened at, by a script next to the root.
APP = '<link rel=icon href=data:,><h1></h1><script src="/app.js"></script><a href="/docs/">docs</a>'
SITE = {
    "index.html": APP,
    "app.js": "document.querySelector('h1').textContent = location.pathname + location.search;",
    "docs/index.html": "<link rel=icon href=data:,><h1>docs</h1>",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return one Chromium for the tests of this module."""
    with headless() as running:
        yield running


@pytest.fixture(scope="module")
def prod(new_project: Callable[[str], Project]) -> Project:
    """Return a PROD stack for the tests of this module, which run in order."""
    project = new_project("prod")
    for path, text in SITE.items():
        project.write(f"www/{path}", text)
    project.config("publish:directory", "www")
    return project


def test_a_client_side_route_opens(prod: Project, browser: Browser) -> None:
    """A client-side path opens and reloads with status 200, and its assets load."""
    prod.config("website:routing", "spa")
    prod.up()
    with visitor(browser) as visit:
        assert visit.open(f"{prod.url()}projects/7?tab=a") == 200
        assert visit.reload() == 200
        assert visit.page.inner_text("h1") == "/projects/7?tab=a"
        assert visit.problems == []
        assert visit.open(f"{prod.url()}gone.js") == 404


def test_a_link_leads_to_the_clean_url(prod: Project, browser: Browser) -> None:
    """A link in any form ends at the page's URL."""
    prod.config("website:routing", "pages")
    prod.up()
    with visitor(browser) as visit:
        visit.open(f"{prod.url()}index.html")
        assert visit.page.url == prod.url()
        visit.page.click("a")
        visit.page.wait_for_url("**/docs")
        assert visit.page.inner_text("h1") == "docs"
        assert visit.problems == []


def test_the_browser_asks_for_the_password(prod: Project, browser: Browser) -> None:
    """Without the password there is a 401; with it, the page and its assets load."""
    prod.config("access:username", "preview")
    prod.config("access:password", "correct-horse", "--secret")
    prod.up()
    with visitor(browser) as visit:
        assert visit.page.request.get(prod.url()).status == 401
    context = browser.new_context(http_credentials={"username": "preview", "password": "correct-horse"})
    try:
        visit = Visit(context.new_page())
        assert visit.open(prod.url()) == 200
        assert visit.page.inner_text("h1") == "/"
    finally:
        context.close()
