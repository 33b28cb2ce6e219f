"""A Vite app, built here from the npm registry, published to both stages and opened in Chromium."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import headless, visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from tests.e2e.harness import Project

APP = Path(__file__).parent / "vite_app"
BOTH = pytest.mark.parametrize("stage", ["dev", "prod"])
TYPES = {
    "/": "text/html; charset=utf-8",
    "/assets/index.css": "text/css; charset=utf-8",
    "/assets/index.js": "text/javascript; charset=utf-8",
    "/assets/hills.png": "image/png",
    "/favicon.svg": "image/svg+xml; charset=utf-8",
    "/projects.json": "application/json; charset=utf-8",
}
ROUTE_TYPES = {
    "/assets/Project.css": "text/css; charset=utf-8",
    "/assets/Project.js": "text/javascript; charset=utf-8",
}
IMMUTABLE = "public, max-age=31536000, immutable"
# The name of the file that Vite makes of `index.js` is `index-D9S3tXim.js`.
VITE_HASH = re.compile(r"-[\w-]{8}(?=\.)")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return one Chromium for the tests of this module."""
    with headless() as running:
        yield running


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the app as its developers would, and return the folder that comes out."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm on PATH; Debian: apt-get install npm")
    app = tmp_path_factory.mktemp("vite") / "app"
    shutil.copytree(APP, app, ignore=shutil.ignore_patterns("node_modules", "dist"))
    for command in (["ci"], ["run", "build"]):
        done = subprocess.run(
            [npm, *command], cwd=app, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        assert done.returncode == 0, done.stdout
    return app / "dist"


@pytest.fixture(scope="module")
def stages(browser: Browser, dist: Path, new_project: Callable[[str], Project]) -> dict[str, Project]:  # noqa: ARG001 - no browser, no need to publish
    """Publish the app to both stages."""
    return {stage: published(new_project(stage), dist) for stage in ("dev", "prod")}


def published(project: Project, folder: Path) -> Project:
    """Publish a folder that is not in the project, without its source maps."""
    project.config("publish:directory", os.path.relpath(folder, project.path))
    project.config("publish:ignore", ["*.map"])
    project.up()
    return project


def without_hashes(types: dict[str, str]) -> dict[str, str]:
    """Name the built files as their sources are named."""
    return {VITE_HASH.sub("", path): kind for path, kind in types.items()}


@BOTH
def test_the_app_runs_with_all_its_files(stage: str, stages: dict[str, Project], browser: Browser) -> None:
    """Script, style, picture and data load with their types, and the browser has nothing to complain about."""
    with visitor(browser) as visit:
        assert visit.open(stages[stage].url()) == 200
        expect(visit.page.get_by_role("heading", name="Projects")).to_be_visible()
        expect(visit.page.get_by_role("listitem")).to_have_text(["Lighthouse", "Harbour wall"])
        assert visit.page.get_by_role("img").evaluate("image => image.naturalWidth") == 640
        assert without_hashes(visit.types) == TYPES
        assert visit.problems == []


@BOTH
def test_a_click_loads_the_chunk_of_its_route(stage: str, stages: dict[str, Project], browser: Browser) -> None:
    """Code that a route alone needs comes when a visitor goes there."""
    with visitor(browser) as visit:
        visit.open(stages[stage].url())
        visit.page.get_by_role("link", name="Harbour wall").click()
        expect(visit.page.get_by_role("heading", name="Project 42")).to_have_css("color", "rgb(11, 107, 79)")
        assert visit.page.url.endswith("/projects/42")
        assert without_hashes(visit.types) == TYPES | ROUTE_TYPES
        assert visit.problems == []


def test_a_deep_link_and_its_reload_work_behind_cloudfront(stages: dict[str, Project], browser: Browser) -> None:
    """CloudFront answers a path that is no file with the home page and status 200; the app's router does the rest."""
    with visitor(browser) as visit:
        assert visit.open(urljoin(stages["prod"].url(), "/projects/42")) == 200
        expect(visit.page.get_by_role("heading", name="Project 42")).to_be_visible()
        assert visit.reload() == 200
        expect(visit.page.get_by_role("heading", name="Project 42")).to_be_visible()
        assert visit.problems == []


def test_a_deep_link_to_the_s3_website_is_the_app_with_a_404(stages: dict[str, Project], browser: Browser) -> None:
    """An S3 website shows the app as its error document, and only the status tells: that is why there is PROD."""
    with visitor(browser) as visit:
        assert visit.open(urljoin(stages["dev"].url(), "/projects/42")) == 404
        expect(visit.page.get_by_role("heading", name="Project 42")).to_be_visible()
        assert [problem for problem in visit.problems if "404" not in problem] == []


@BOTH
def test_browsers_keep_the_built_code_for_a_year(stage: str, stages: dict[str, Project], dist: Path) -> None:
    """Scripts and styles in dist/assets have new names when they change."""
    code = [path.name for path in (dist / "assets").iterdir() if path.suffix in {".js", ".css"}]
    assert len(code) == 4
    for name in code:
        assert stages[stage].get(f"/assets/{name}").headers.get("cache-control") == IMMUTABLE, name


@BOTH
@pytest.mark.parametrize("path", ["/", "/favicon.svg", "/projects.json", "/robots.txt"])
def test_browsers_ask_again_for_what_keeps_its_name(stage: str, path: str, stages: dict[str, Project]) -> None:
    """The page and the files of public/ have the same names in the next build."""
    assert "immutable" not in stages[stage].get(path).headers.get("cache-control", "")


@BOTH
def test_a_file_with_a_space_in_its_name_is_served(stage: str, stages: dict[str, Project]) -> None:
    """Names are percent-encoded on the way, and come back as they were."""
    answer = stages[stage].get("/downloads/price%20list.txt")
    assert (answer.status, answer.text) == (200, "Mooring  12\nSlipway  30\n")


@BOTH
def test_source_maps_stay_at_home(stage: str, stages: dict[str, Project], dist: Path) -> None:
    """What publish:ignore names is built but not published."""
    assert len(list(dist.rglob("*.map"))) == 2
    assert [key for key in stages[stage].stored() if key.endswith(".map")] == []
