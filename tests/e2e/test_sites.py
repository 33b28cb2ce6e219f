"""Three real sites of different form, built by their generators, published with no settings, in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest

from sites.build import build
from sites.catalogue import SITES
from sites.publish import publish
from sites.tools import SkippedError
from tests.e2e.browser import headless, visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.e2e.harness import Sandbox

APP, SLASH, BARE = "vite-react", "mkdocs", "vitepress-clean"
PAGES = {
    SLASH: {"/", "/about/", "/guide/", "/guide/install/", "/guide/v1.2/", "/guide/deep/", "/guide/deep/notes/"},
    BARE: {"/", "/about", "/guide/", "/guide/install", "/guide/v1.2", "/guide/deep/", "/guide/deep/notes"},
}
OF_PAGES = pytest.mark.parametrize("site", PAGES)
# The addresses of all links of a page that stay on the site, without the part after `#`.
LINKS = "[...document.links].filter(link => link.origin === location.origin).map(link => link.pathname)"
BROKEN_IMAGES = "[...document.images].filter(image => !image.naturalWidth).map(image => image.src)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return one Chromium for the tests of this module."""
    with headless() as running:
        yield running


@pytest.fixture(scope="module")
def url(browser: Browser, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:  # noqa: ARG001 - no browser, no need to publish
    """Return a function that builds and publishes a site once, and returns where it is."""
    place, urls = tmp_path_factory.mktemp("sites"), {}

    def published(name: str) -> str:
        if name not in urls:
            urls[name] = _published(name, sandbox, place)
        return urls[name]

    return published


def _published(name: str, sandbox: Sandbox, place: Path) -> str:
    try:
        built = build(next(site for site in SITES if site.name == name))
    except SkippedError as error:
        pytest.skip(str(error))
    return publish(built, "managed", sandbox, place, {})[0]


def _walked(browser: Browser, url: str) -> tuple[set[str], list[str]]:
    """Open each page that a visitor can go to from the first, and return their paths and what went wrong on them."""
    done: set[str] = set()
    wrong: list[str] = []
    waiting = {"/"}
    with visitor(browser) as visit:
        while waiting - done:
            path = min(waiting - done)
            done.add(path)
            status = visit.open(urljoin(url, path))
            at = urlsplit(visit.page.url).path
            wrong += [] if (status, at) == (200, path) else [f"{path}: status {status} at {at}"]
            wrong += [f"{path}: {image}" for image in visit.page.evaluate(BROKEN_IMAGES)]
            waiting.update(visit.page.evaluate(LINKS))
        return done, sorted({*wrong, *visit.problems})


@OF_PAGES
def test_every_link_of_a_site_leads_to_its_page(site: str, url: Callable[[str], str], browser: Browser) -> None:
    """From the first page a visitor reaches all others, at once and with all their files."""
    assert _walked(browser, url(site)) == (PAGES[site], [])


@OF_PAGES
def test_a_click_changes_the_address_as_on_the_generators_server(
    site: str, url: Callable[[str], str], browser: Browser
) -> None:
    """A page has the address of its link, also where the site's own script loads it."""
    with visitor(browser) as visit:
        visit.open(urljoin(url(site), "/guide/"))
        visit.page.get_by_role("main").get_by_role("link", name="install", exact=True).click()
        visit.page.get_by_role("heading", name="Install", level=1).wait_for()
        assert urlsplit(visit.page.url).path in PAGES[site]
        assert visit.problems == []


@OF_PAGES
def test_a_missing_page_is_the_sites_own_404(site: str, url: Callable[[str], str], browser: Browser) -> None:
    """The page that the generator made for it is shown with status 404, with its style."""
    with visitor(browser) as visit:
        assert visit.open(urljoin(url(site), "/guide/nothing/")) == 404
        assert "404" in visit.page.inner_text("body")
        assert [problem for problem in visit.problems if "404" not in problem] == []


@pytest.mark.parametrize("path", ["/berths/v1.2", "/berths/jane.doe/"])
def test_a_deep_link_opens_the_app_there(path: str, url: Callable[[str], str], browser: Browser) -> None:
    """A route of the app opens and reloads with status 200, also with a dot in it."""
    with visitor(browser) as visit:
        assert visit.open(urljoin(url(APP), path)) == 200
        assert visit.reload() == 200
        assert visit.page.inner_text("h1") == f"Berth {path.split('/')[2]}"
        assert visit.page.evaluate(BROKEN_IMAGES) == []
        assert visit.problems == []


def test_an_asset_that_the_app_does_not_have_is_a_404(url: Callable[[str], str], browser: Browser) -> None:
    """A chunk of an earlier build is missing, instead of being a page that is no script."""
    with visitor(browser) as visit:
        assert visit.open(urljoin(url(APP), "/assets/Berth-1a2b3c4d.js")) == 404
